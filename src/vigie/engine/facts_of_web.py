"""What did a site show of its cookies, its forms and its pages, and at the paths that must not answer?"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CookieFlags:
    """How one cookie is protected (RFC 6265 4.1.2): its name, never its value, which may identify a person."""

    name: str
    secure: bool
    http_only: bool
    same_site: str | None  # "strict", "lax", "none"; None when it is not said


class FormTarget(StrEnum):
    ITSELF = "itself"  # the server and the protocol that showed the page
    ELSEWHERE = "elsewhere"  # another server, over TLS
    IN_CLEAR = "in_clear"  # by HTTP without TLS, whatever showed the page


class PageKind(StrEnum):
    DEFAULT = "default"  # the one that comes with the server
    MAINTENANCE = "maintenance"  # the site says that it will be back


class ExposureKind(StrEnum):
    REPOSITORY = "repository"  # the history of the site's own code
    SECRETS = "secrets"  # settings and keys
    BACKUP = "backup"
    LOG = "log"
    STATUS = "status"  # what the server says of itself to its administrator
    LISTING = "listing"  # a folder that lists its files


class NotFound(StrEnum):
    """How the site answers a name that nobody can have given to a page."""

    SAYS_SO = "says_so"  # 404 or 410
    A_PAGE = "a_page"  # any name gets a page, with a status of success
    LEADS_AWAY = "leads_away"  # any name gets a redirection
    TO_TLS = "to_tls"  # any name is sent to itself under HTTPS
    SIGN_IN = "sign_in"  # any name asks for a sign-in
    OTHERWISE = "otherwise"  # 400, 405 and the like


@dataclass(frozen=True, slots=True)
class Exposure:
    """One path that answered what its kind answers, and not what the site answers to anything."""

    kind: ExposureKind
    path: str
    status: int
    length: int | None  # of the whole, as announced; None when it is not
    sha256: str  # of at most 512 bytes, 16 of a backup; they are not kept
    mark: str  # by which it was known
    count: int | None = None  # entries of a listing, in what was read of it


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a site answered at a list of paths; nothing it holds is kept."""

    not_found: NotFound | None  # None when it could not be told
    requests: int  # all that were sent, the controls included
    found: tuple[Exposure, ...] = ()
    untold: tuple[ExposureKind, ...] = ()  # kinds of which a path could not be judged
    reason: str = ""  # why, "" when every path was judged
    security_txt: bool | None = None  # who to write to is said (RFC 9116); None when it could not be told


@dataclass(frozen=True, slots=True)
class DicomWebFacts:
    """An image server that serves DICOMweb (PS3.18), told by the head of one answer."""

    path: str
    search_open: bool | None  # a search of studies was granted to a stranger; None when neither granted nor refused

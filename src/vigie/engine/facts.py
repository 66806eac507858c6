"""What did one look at one service bring, in typed facts?"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .facts_of_infrastructure import BrokerFacts, IkeFacts, NameServerFacts, NtpFacts, SipFacts, SnmpFacts
from .facts_of_tls import TlsFacts
from .facts_of_web import CookieFlags, DicomWebFacts, FormTarget, PageKind, SiteFacts
from .names.facts import DomainFacts


class Transport(StrEnum):
    TCP = "tcp"
    UDP = "udp"


class PortState(StrEnum):
    """What the port itself answered. NOT_ASKED is a look that was not made, with its reason kept apart."""

    OPEN = "open"
    REFUSED = "refused"  # positive: the host answered that nothing listens
    SILENT = "silent"  # nothing came back: filtered, down or slow; proves nothing
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not_asked"


class Answer(StrEnum):
    """How the conversation on an open port ended. Everything but ANSWERED leaves facts unknown."""

    ANSWERED = "answered"
    SILENT = "silent"  # accepted, then said nothing in the time allowed
    CLOSED = "closed"  # accepted, then closed or reset before a useful byte
    GARBLED = "garbled"  # said something that no probe understands
    TOO_LONG = "too_long"  # went past the bytes or the time that one answer may take
    NOT_ASKED = "not_asked"  # refused by the scope, the pace or the stop


@dataclass(frozen=True, slots=True)
class Identity:
    """What runs there: one product that the fingerprints recognised."""

    vendor: str  # CPE vendor, lower case: "openbsd"
    product: str  # CPE product: "openssh"
    version: str | None  # as the product writes it, None when it does not say
    update: str | None = None  # CPE update field: "r3.4", "p1"
    edition: str | None = None
    distribution: str | None = None  # "debian:11", "ubuntu:22.04"; None when upstream or not told
    package: str | None = None  # distribution package version: "1:8.4p1-5+deb11u3"
    platform: str | None = None
    confidence: int = 100  # 0 to 100, from the rule
    source: str = "banner"  # which fact told: banner, http_server, html_title, http_cookie, favicon, dicom...
    versions: str | None = None  # a range, where the text tells no version but bounds it: ">=10.0.14393"

    @property
    def cpe23(self) -> str:
        """The CPE 2.3 formatted string, reserved characters escaped, '*' for what is not known."""
        part = "o" if self.product.endswith("_firmware") or self.product in _OPERATING_SYSTEMS else "a"
        version, update = self.version, self.update
        if version and not update and (split := _UPDATE.match(version)):
            version, update = split.groups()
        fields = (self.vendor, self.product, version, update, self.edition, None, None, self.platform)
        return ":".join(["cpe", "2.3", part, *(_cpe_field(f) for f in fields), "*", "*"])


# The NVD writes what follows the numbers as an update: 9.2p1 is 9.2:p1, 4.92_RC1 is 4.92:rc1, 9.1R11.4 is 9.1:r11.4.
_UPDATE = re.compile(r"(?i)^([0-9]+(?:\.[0-9]+)*)[-_.]?((?:rc|beta|alpha|p|r|h)[0-9][0-9.]*)$")
# The NVD files these under "o" although their names do not end with _firmware.
_OPERATING_SYSTEMS = frozenset(
    {
        "aos-cx", "arubaos", "diskstation_manager", "esxi", "fireware", "fortios", "freebsd", "ios", "ios_xe", "ios_xr",
        "junos", "linux_kernel", "nx-os", "pan-os", "qts", "routeros", "sfos", "sonicos", "vxworks", "windows", "zld",
    }
)  # fmt: skip


def _cpe_field(value: str | None) -> str:
    if not value:
        return "*"
    kept = value.lower().replace(" ", "_")
    return "".join(c if c.isalnum() or c in "._-" else f"\\{c}" for c in kept)


@dataclass(frozen=True, slots=True)
class HttpFacts:
    status: int
    server: str | None
    title: str | None
    location: str | None
    headers: tuple[tuple[str, str], ...]  # lower-case names, in order, values cut at 512 characters
    cookies: tuple[str, ...]  # names only: a value may identify a person
    has_password_field: bool
    is_listing: bool
    body_length: int
    body_sha256: str  # of the first 64 KiB, which are not kept
    favicon_mmh3: int | None = None  # of its base64 in lines of 76, as the field writes it; None when none was asked
    paths: tuple[str, ...] = ()  # of what the page loads or sends to, those that a fingerprint knows, without question
    signature: str | None = None  # under a page that the server made itself, when a fingerprint knows it
    favicon_md5: str | None = None  # in hexadecimal
    version: str = "1.1"  # of the protocol: "1.0", "1.1", "2"
    cookie_flags: tuple[CookieFlags, ...] = ()  # of the same cookies, in the same order
    login_to: FormTarget | None = None  # where the form that holds the password field is sent
    page: PageKind | None = None  # a page that nobody wrote for its readers


@dataclass(frozen=True, slots=True)
class SshFacts:
    protocol: str  # "2.0", "1.99"
    software: str  # "OpenSSH_8.4p1"
    comment: str | None  # "Debian-5+deb11u3"
    kex: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SmtpFacts:
    greeting: str
    extensions: tuple[str, ...]  # upper case, from EHLO
    starttls: bool | None  # None when EHLO got no answer


@dataclass(frozen=True, slots=True)
class FtpFacts:
    greeting: str
    features: tuple[str, ...]
    auth_tls: bool | None  # None when FEAT got no answer


class DicomAnswer(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # proves DICOM as surely as an acceptance
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class DicomFacts:
    answer: DicomAnswer
    reason: str | None  # "called AE title not recognised" for a rejection
    implementation_uid: str | None
    implementation_version: str | None  # "ORTHANC_1.12.1", "PYNETDICOM_304"


@dataclass(frozen=True, slots=True)
class MllpFacts:
    """Nothing is sent by default, so a listener that keeps silent is possible, not proven."""

    proven: bool  # True only when the mandate allowed an empty frame and an MLLP frame came back
    framed_bytes: int


@dataclass(frozen=True, slots=True)
class FhirFacts:
    fhir_version: str  # "4.0.1"
    software: str | None
    software_version: str | None
    security_declared: bool  # the capability statement has a security section
    resource_count: int
    search_open: bool | None = None  # a count of patients was granted to a stranger; None when it cannot be told


@dataclass(frozen=True, slots=True)
class TelnetFacts:
    greeting: str  # the text between the negotiations, "" when there is none
    negotiates: bool  # it sent the commands of RFC 854; else it asked for a login in plain text


class RdpSecurity(StrEnum):
    """What a server answers to a client that has TLS and no network-level authentication (MS-RDPBCGR 2.2.1.2)."""

    NLA_REQUIRED = "nla_required"
    TLS = "tls"  # lets the caller reach its sign-in screen
    STANDARD = "standard"  # the encryption of before TLS


@dataclass(frozen=True, slots=True)
class RdpFacts:
    security: RdpSecurity | None  # None when it refused for another reason


@dataclass(frozen=True, slots=True)
class SmbFacts:
    dialect: str | None  # the best of versions 2 and 3: "3.1.1"; None when it takes none of them
    signing_required: bool | None  # None when no dialect of versions 2 and 3 was agreed
    accepts_smb1: bool | None  # None when it could not be asked


@dataclass(frozen=True, slots=True)
class VncFacts:
    version: str  # "3.8"
    security_types: tuple[str, ...] | None  # "none", "password", "vencrypt"...; None when not told


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """A data store that answered in its own protocol, before any sign-in."""

    engine: str  # "mysql", "postgresql", "mssql", "redis", "mongodb", "elasticsearch", "couchdb", "memcached"
    version: str | None
    tls: bool | None  # offered; None when it was not told
    answers_anyone: bool | None  # it obeyed a harmless order without sign-in; None when it was not asked one
    said: str  # what it said, as text for people, at most 200 characters


@dataclass(frozen=True, slots=True)
class LdapFacts:
    """What the root entry says to a caller that did not sign in (RFC 4512 5.1)."""

    vendor: str | None
    version: str | None
    starttls: bool | None  # None when the root entry was not shown
    active_directory: bool


@dataclass(frozen=True, slots=True)
class MailboxFacts:
    """IMAP or POP3."""

    greeting: str
    capabilities: tuple[str, ...]  # upper case
    starttls: bool | None  # None when the capabilities were not told
    login_refused: bool = False  # LOGINDISABLED: no password may be given in clear


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one connection brought; a None part was not asked or not answered."""

    banner: str | None = None  # first line, at most 512 characters, Latin-1 when it is not UTF-8
    tls: TlsFacts | None = None
    http: HttpFacts | None = None
    ssh: SshFacts | None = None
    smtp: SmtpFacts | None = None
    ftp: FtpFacts | None = None
    dicom: DicomFacts | None = None
    mllp: MllpFacts | None = None
    fhir: FhirFacts | None = None
    telnet: TelnetFacts | None = None
    rdp: RdpFacts | None = None
    smb: SmbFacts | None = None
    vnc: VncFacts | None = None
    database: DatabaseFacts | None = None
    ldap: LdapFacts | None = None
    mailbox: MailboxFacts | None = None
    domain: DomainFacts | None = None
    name_server: NameServerFacts | None = None
    snmp: SnmpFacts | None = None
    ntp: NtpFacts | None = None
    sip: SipFacts | None = None
    ike: IkeFacts | None = None
    broker: BrokerFacts | None = None
    dicomweb: DicomWebFacts | None = None
    site: SiteFacts | None = None  # beside http, where the paths that must not answer were asked

    @property
    def is_under_tls(self) -> bool:
        """From its first byte, and not only once it is asked for."""
        return self.tls is not None and not self.tls.on_request


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What was asked and what came back, kept as it came; never a body that may hold personal data."""

    probe: str  # "ssh", "http", "dicom"...
    asked: bytes
    answered: bytes  # at most 16 KiB
    answered_length: int  # before the cut


@dataclass(frozen=True, slots=True)
class ServiceLook:
    """One look at one port of one address, under one name."""

    address: str  # "" when it is a domain that was looked at: it may have none
    port: int
    transport: Transport
    name: str | None  # host name that was used (SNI, Host header), None when looked at by address
    state: PortState
    answer: Answer
    service: (
        str | None
    )  # "ssh", "http", "https", "smtp", "ftp", "dicom", "mllp", "fhir", "rdp", "mysql"...; None when unrecognised
    reason: str  # why it is unknown, short English clause; "" when everything was answered
    looked_at: datetime
    facts: Facts = Facts()
    identities: tuple[Identity, ...] = ()
    raw: tuple[RawAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAsked:
    """One port that was not asked, and why: "outside the window", "paused after it stopped answering"..."""

    port: int
    reason: str
    transport: Transport = Transport.TCP


@dataclass(frozen=True, slots=True)
class HostLook:
    """One completed look at one address: every port that was asked, and each open one in full.

    Or at one domain, whose address is "": its one service is what it publishes. A domain that is not there is refused.
    """

    address: str
    names: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    services: tuple[ServiceLook, ...]  # open ports
    refused_ports: tuple[int, ...] = ()
    silent_ports: tuple[int, ...] = ()
    not_asked: tuple[NotAsked, ...] = ()
    domain: str = ""
    refused_datagrams: tuple[int, ...] = ()  # the host answered that nothing listens there
    silent_datagrams: tuple[int, ...] = ()  # proves nothing: many services answer only whom they know
    names_not_asked: tuple[tuple[str, str], ...] = ()  # name, why: it leads elsewhere now, or nobody can tell
    cut: str = ""  # why it was left before its end, "" when it was looked at to the end

    @property
    def reached(self) -> bool:
        """True when the host answered something, be it a refusal: an absence then means something."""
        if self.domain and any(service.answer is not Answer.ANSWERED for service in self.services):
            return False  # the resolvers failed, which says nothing of the domain
        return bool(self.services or self.refused_ports or self.refused_datagrams)

    @property
    def not_asked_ports(self) -> tuple[int, ...]:
        return tuple(one.port for one in self.not_asked)

    @property
    def not_asked_reason(self) -> str:
        """The first one; a cut is told before the others."""
        return self.cut or next((one.reason for one in self.not_asked), "")

"""What did a server show of its TLS, in typed facts?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A certificate shown above the leaf."""

    subject: str
    key: str
    signature: str
    not_after: datetime
    self_signed: bool  # a root: nobody checks its signature


@dataclass(frozen=True, slots=True)
class Certificate:
    """The leaf certificate that the server showed."""

    subject: str
    issuer: str
    names: tuple[str, ...]  # DNS and address names, lower case
    not_before: datetime
    not_after: datetime
    serial: str
    sha256: str
    key: str  # "RSA 2048", "EC secp256r1"
    signature: str  # "sha256WithRSAEncryption"
    self_signed: bool
    chain_length: int  # certificates shown, the leaf included; capped when the chain loops
    chain: tuple[ChainLink, ...] = ()  # those above the leaf that can be read
    chain_complete: bool | None = None  # its issuer's certificate is shown; None when that cannot be required
    says_status_at: bool = False  # it says where its authority can be asked whether it still holds (OCSP)
    must_staple: bool = False  # RFC 7633


class StapleStatus(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Staple:
    """What the authority says of the certificate, passed on by the server itself (RFC 6066 8)."""

    status: StapleStatus
    next_update: datetime | None
    serial: str = ""  # of the certificate that it speaks of


@dataclass(frozen=True, slots=True)
class TlsFacts:
    protocol: str  # negotiated: "TLSv1.3"
    cipher: str
    certificate: Certificate | None
    accepts_obsolete: bool | None  # TLS 1.0 or 1.1 accepted; None when it could not be asked
    server_name: str | None  # the SNI that was sent; None when only an address was known
    name_matches: bool | None  # None when no name was asked
    versions: tuple[str, ...] = ()  # seen accepted: "SSLv3", "TLSv1"...
    refused: tuple[str, ...] = ()  # seen refused; of a version that is in neither, nothing can be told
    weak_suites: tuple[str, ...] = ()  # seen accepted, one at least of each fault that it has
    suites_told: bool = False  # it refused all other faulty suites: those above are all there are
    dh_bits: int | None = None  # the smallest Diffie-Hellman group that it showed
    staple: Staple | None = None
    wants_certificate: bool = False  # it ended the conversation because we showed no certificate of our own
    on_request: bool = False  # the conversation began in clear (STARTTLS): what comes before may stay so
    staple_asked: bool = False  # without a staple, there is none; when it was not asked, nothing can be told

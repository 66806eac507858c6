"""What did the services tell that carry the others: names, time, management, calls, tunnels, messages?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameServerFacts:
    version: str | None  # of version.bind, as it says it; None when it refuses
    recursion: bool | None  # it resolves for anybody; None when it was not asked


@dataclass(frozen=True, slots=True)
class SnmpFacts:
    """What any agent of version 3 reports to a caller without a name (RFC 3414 4)."""

    engine: str  # its identifier, in hexadecimal
    enterprise: int | None  # of its maker, at IANA; None when the identifier is of an older form
    boots: int | None
    up_seconds: int | None


@dataclass(frozen=True, slots=True)
class NtpFacts:
    version: int
    stratum: int  # 0 when it is not set, 16 and above when it has no time


@dataclass(frozen=True, slots=True)
class SipFacts:
    status: int
    server: str | None  # Server, else User-Agent


@dataclass(frozen=True, slots=True)
class IkeFacts:
    version: int  # major: 1 or 2
    vendor_ids: tuple[str, ...]  # in hexadecimal, in order
    refusal: int | None  # type of the notification that refused our proposal


@dataclass(frozen=True, slots=True)
class BrokerFacts:
    """A server of messages, before any sign-in."""

    protocol: str  # "mqtt", "amqp"
    product: str | None
    version: str | None
    platform: str | None = None

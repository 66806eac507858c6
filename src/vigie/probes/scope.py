"""Which address may be contacted now, by whose authority, and how hard?"""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


class MandateKind(StrEnum):
    ESTABLISHMENT = "establishment"  # signed by the establishment: public addresses only
    HOSTED = "hosted"  # the host's recorded agreement: public addresses only
    LOCAL = "local"  # an installation inside one network: private ranges only
    LABORATORY = "laboratory"  # loopback only


class Intensity(StrEnum):
    GENTLE = "gentle"
    STANDARD = "standard"
    BRISK = "brisk"


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window in Europe/Paris time; it passes midnight when end <= start."""

    weekdays: frozenset[int]  # Monday is 0
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Mandate:
    """One recorded authorisation, as the gate reads it."""

    reference: str  # "establishment:12:mandate:3", written in every refusal and report
    kind: MandateKind
    signatory: str
    valid_from: datetime
    valid_until: datetime
    networks: tuple[Network, ...]  # every address that it covers
    names: frozenset[str] = frozenset()  # domains that it covers, lower case A-labels
    exclusions: tuple[Network, ...] = ()
    excluded_ports: frozenset[int] = frozenset()
    windows: tuple[Window, ...] = field(default=())  # none means at any time
    intensity: Intensity = Intensity.STANDARD
    allow_mllp_frame: bool = False

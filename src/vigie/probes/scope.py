"""Which address may be contacted now, by whose authority, and how hard?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from zoneinfo import ZoneInfo

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
PARIS = ZoneInfo("Europe/Paris")

# RFC 1918, RFC 6598 (shared by a provider's customers) and RFC 4193; not loopback, not link-local.
_PRIVATE = tuple(ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
# RFC 5737 and RFC 3849: routed nowhere, and what every example is written with.
_DOCUMENTATION = tuple(ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
# An IPv4 address hidden in these IPv6 ones (6to4, Teredo, NAT64) would be reached without having been checked.
_TRANSLATED = tuple(ip_network(n) for n in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48"))


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


@dataclass(frozen=True, slots=True)
class Permit:
    """The leave to contact one port of one address now, and under which mandate."""

    mandate: Mandate

    @property
    def intensity(self) -> Intensity:
        return self.mandate.intensity


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: str  # "outside the mandate", "outside the window", "excluded by ..."


class Scope:
    """All the mandates of one look. Whatever a record says, a kind never reaches beyond its own addresses."""

    def __init__(self, mandates: Iterable[Mandate]) -> None:
        self.mandates = tuple(mandates)

    def permit(self, address: str, port: int, now: datetime, name: str | None = None) -> Permit | Refusal:
        """Return the leave to contact this port now, under this host name when one is used, or why not."""
        try:
            where = plain(ip_address(address))
        except ValueError:
            return Refusal("not an address")
        if not 0 < port < 65536:
            return Refusal("not a port")
        in_force = [m for m in self.mandates if m.valid_from <= now < m.valid_until]
        if not in_force:
            return Refusal("no mandate in force")
        covering = [m for m in in_force if _covers(m, where)]
        if not covering:
            return Refusal(_why_not_covered(in_force, where))
        # What any mandate in force excludes stays excluded, even where another one covers it.
        excluded = [n for m in in_force for n in m.exclusions if _within(where, n)]
        if excluded:
            return Refusal(f"excluded by the mandate ({max(excluded, key=lambda n: n.prefixlen)})")
        if any(port in m.excluded_ports for m in in_force):
            return Refusal("port excluded by the mandate")
        if name is not None:
            covering = [m for m in covering if covers_name(m, name)]
            if not covering:
                return Refusal("name outside the mandate")
        allowed = [m for m in covering if not m.windows or any(is_open(w, now) for w in m.windows)]
        return Permit(min(allowed, key=_gentlest)) if allowed else Refusal("outside the window")


def plain(address: Address) -> Address:
    """The address that the packets go to: an IPv4 address written as IPv6 is the IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def kind_reaches(kind: MandateKind, address: Address) -> bool:
    """Whether this kind of mandate can cover this address at all, whatever its record says."""
    if address.is_multicast or address.is_unspecified:
        return False
    if kind is MandateKind.LABORATORY:
        return address.is_loopback
    if kind is MandateKind.LOCAL:
        return any(_within(address, network) for network in _PRIVATE)
    if any(_within(address, network) for network in _TRANSLATED):
        return False
    return address.is_global or any(_within(address, network) for network in _DOCUMENTATION)


def covers_name(mandate: Mandate, name: str) -> bool:
    """A declared domain covers itself and what is below it."""
    asked = name.lower().rstrip(".")
    return any(asked == own or asked.endswith(f".{own}") for own in mandate.names)


def is_open(window: Window, now: datetime) -> bool:
    """Whether the window holds at this moment; one that passes midnight belongs to the day it begins."""
    local = now.astimezone(PARIS)
    today, at = local.weekday(), local.time()
    if window.start < window.end:
        return today in window.weekdays and window.start <= at < window.end
    return (today in window.weekdays and at >= window.start) or ((today - 1) % 7 in window.weekdays and at < window.end)


def _covers(mandate: Mandate, address: Address) -> bool:
    return kind_reaches(mandate.kind, address) and any(_within(address, n) for n in mandate.networks)


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _why_not_covered(in_force: list[Mandate], address: Address) -> str:
    if any(_within(address, n) for m in in_force for n in m.networks):
        return f"a mandate of this kind does not reach such an address ({address})"
    return "outside the mandate"


def _gentlest(mandate: Mandate) -> int:
    return list(Intensity).index(mandate.intensity)

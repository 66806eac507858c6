"""Which address may be contacted now, by whose authority, and how hard?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from zoneinfo import ZoneInfo

from vigie.data.care import Treatment, care_rule

from .spared import FRAGILE_LIGHT, Spared, over

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
class Held:
    """A declared asset that nothing is sent to for now, inside a mandate that would cover it."""

    what: Network | str  # addresses, or a domain
    reason: str  # one of engine.ownership


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
    held: tuple[Held, ...] = ()  # where both cover an address or a name, the narrower declaration decides
    spared: tuple[Spared, ...] = ()  # whoever declared it, and whichever mandate covers it


@dataclass(frozen=True, slots=True)
class Permit:
    """The leave to contact one port of one address now, and under which mandate."""

    mandate: Mandate
    light: bool = False  # fragile equipment: the lightest looks only

    @property
    def intensity(self) -> Intensity:
        return Intensity.GENTLE if self.light else self.mandate.intensity


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: str  # "outside the mandate", "outside the window", "excluded by ..."


@dataclass(frozen=True, slots=True)
class _Place:
    """What each mandate says of one address, in the order of the mandates; this does not depend on the moment."""

    address: Address
    covered: tuple[bool, ...]
    excluded: tuple[tuple[Network, ...], ...]
    spared: Spared | None = None


OUTSIDE_WINDOW = "outside the window"
_MOST_PLACES = 20_000  # remembered at once: a sweep asks each address some forty times
_NEVER, _ALWAYS = (datetime(year, 1, 1, tzinfo=UTC) for year in (1, 9999))


@dataclass(frozen=True, slots=True)
class _Era:
    """Between two moments at which a mandate begins or ends: what is allowed at any hour on any port stays so."""

    start: datetime
    end: datetime
    in_force: tuple[int, ...]  # numbers of the mandates
    is_plain: bool  # none of them knows windows or ports
    places: dict[str, _Place] = field(default_factory=dict)
    permits: dict[str, Permit] = field(default_factory=dict)


class Scope:
    """All the mandates of one look. Whatever a record says, a kind never reaches beyond its own addresses."""

    def __init__(self, mandates: Iterable[Mandate], spared: Iterable[Spared] = ()) -> None:
        self.mandates = tuple(mandates)
        self.spared = (*spared, *(one for mandate in self.mandates for one in mandate.spared))
        self._era = self._era_of(_NEVER)

    def spare(self, one: Spared) -> None:
        """From now on: what a look has just recognised is spared by the rest of it."""
        self.spared = (*self.spared, one)
        self._era = self._era_of(_NEVER)  # another thread may be writing what it judged before in the one that ends

    def permit(self, address: str, port: int, now: datetime, name: str | None = None) -> Permit | Refusal:
        """Return the leave to contact this port now, under this host name when one is used, or why not."""
        era = self._era_at(now)
        if not 0 < port < 65536:
            return Refusal("not a port")
        if name is None and (known := era.permits.get(address)):
            return known
        try:
            place = era.places.get(address) or self._place(address, era)
        except ValueError:
            return Refusal("not an address")
        verdict = self._judged(place, port, now, name, era)
        if name is None and era.is_plain and place.spared is None and isinstance(verdict, Permit):
            era.permits[address] = verdict
        return verdict

    def _judged(self, place: _Place, port: int, now: datetime, name: str | None, era: _Era) -> Permit | Refusal:
        if not era.in_force:
            return Refusal("no mandate in force")
        in_force = [self.mandates[i] for i in era.in_force]
        covering = [self.mandates[i] for i in era.in_force if place.covered[i]]
        if not covering:
            return Refusal(_why_not_covered(in_force, place.address))
        # What any mandate in force excludes stays excluded, even where another one covers it.
        excluded = [network for i in era.in_force for network in place.excluded[i]]
        if excluded:
            return Refusal(f"excluded by the mandate ({max(excluded, key=lambda n: n.prefixlen)})")
        if place.spared and place.spared.treatment is Treatment.NONE:
            return Refusal(place.spared.reason)
        if any(port in m.excluded_ports for m in in_force):
            return Refusal("port excluded by the mandate")
        if name is not None:
            held = [why for m in covering if (why := _name_held(m, name))]
            covering = [m for m in covering if covers_name(m, name)]
            if not covering:
                return Refusal(held[0] if held else "name outside the mandate")
        if place.spared and port not in care_rule().light_ports:
            return Refusal(FRAGILE_LIGHT)
        allowed = [m for m in covering if not m.windows or any(is_open(w, now) for w in m.windows)]
        if not allowed:
            return Refusal(OUTSIDE_WINDOW)
        return Permit(min(allowed, key=_gentlest), light=place.spared is not None)

    def _era_at(self, now: datetime) -> _Era:
        era = self._era
        if not era.start <= now < era.end:
            era = self._era = self._era_of(now)
        return era

    def _era_of(self, now: datetime) -> _Era:
        turns = {moment for m in self.mandates for moment in (m.valid_from, m.valid_until)}
        in_force = [(i, m) for i, m in enumerate(self.mandates) if m.valid_from <= now < m.valid_until]
        return _Era(
            start=max((moment for moment in turns if moment <= now), default=_NEVER),
            end=min((moment for moment in turns if moment > now), default=_ALWAYS),
            in_force=tuple(i for i, _ in in_force),
            is_plain=not any(m.windows or m.excluded_ports for _, m in in_force),
        )

    def opening(self, address: str, now: datetime) -> datetime | None:
        """When a window that covers this address opens next, now when one is open; None before its mandates end."""
        era = self._era_at(now)
        place = era.places.get(address) or self._place(address, era)
        moments = [
            moment
            for mandate, covered in zip(self.mandates, place.covered, strict=True)
            if covered
            for window in mandate.windows
            if (moment := next_opening(window, now)) < mandate.valid_until
        ]
        return min(moments, default=None)

    def _place(self, address: str, era: _Era) -> _Place:
        """Raises ValueError when it is not an address."""
        where = plain(ip_address(address))
        place = _Place(
            where,
            tuple(_covers(mandate, where) for mandate in self.mandates),
            tuple(tuple(n for n in mandate.exclusions if _within(where, n)) for mandate in self.mandates),
            over(one for one in self.spared if _within(where, one.what)),
        )
        if len(era.places) >= _MOST_PLACES:
            era.places.clear()
            era.permits.clear()
        era.places[address] = place
        return place


def plain(address: Address) -> Address:
    """The address that the packets go to: an IPv4 address written as IPv6 is the IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def kind_reaches(kind: MandateKind, address: Address) -> bool:
    """Whether this kind of mandate can cover this address at all, whatever its record says."""
    if kind is MandateKind.LABORATORY:
        return address.is_loopback
    if kind is MandateKind.LOCAL:
        return any(_within(address, network) for network in _PRIVATE)
    if address.is_multicast or address.is_unspecified or any(_within(address, network) for network in _TRANSLATED):
        return False
    return address.is_global or any(_within(address, network) for network in _DOCUMENTATION)


def is_inside(address: Address) -> bool:
    """Whether an address leads nowhere on the internet: private, shared, loopback, link-local, reserved."""
    where = plain(address)
    return not where.is_global and not any(_within(where, network) for network in _DOCUMENTATION)


def covers_name(mandate: Mandate, name: str) -> bool:
    """A declared domain covers itself and what is below it."""
    asked = name.lower().rstrip(".")
    return any(_is_below(asked, own) for own in mandate.names) and not _name_held(mandate, asked)


def _is_below(name: str, own: str) -> bool:
    return name == own or name.endswith(f".{own}")


def _name_held(mandate: Mandate, name: str) -> str:
    asked = name.lower().rstrip(".")
    own = max((len(own) for own in mandate.names if _is_below(asked, own)), default=-1)
    held = [one for one in mandate.held if isinstance(one.what, str) and _is_below(asked, one.what)]
    narrowest = max(held, key=lambda one: len(str(one.what)), default=None)
    return narrowest.reason if narrowest and len(str(narrowest.what)) >= own else ""


def _address_held(mandate: Mandate, address: Address) -> str:
    own = max((n.prefixlen for n in mandate.networks if _within(address, n)), default=-1)
    held = [(one.what, one.reason) for one in mandate.held if not isinstance(one.what, str)]
    mine = [(what.prefixlen, reason) for what, reason in held if _within(address, what)]
    narrowest = max(mine, default=None)
    return narrowest[1] if narrowest and narrowest[0] >= own else ""


def is_open(window: Window, now: datetime) -> bool:
    """Whether the window holds at this moment; one that passes midnight belongs to the day it begins."""
    local = now.astimezone(PARIS)
    today, at = local.weekday(), local.time()
    if window.start < window.end:
        return today in window.weekdays and window.start <= at < window.end
    return (today in window.weekdays and at >= window.start) or ((today - 1) % 7 in window.weekdays and at < window.end)


def next_opening(window: Window, now: datetime) -> datetime:
    """When this window opens next; now when it is open. Each has a day of the week at least."""
    if is_open(window, now):
        return now
    local = now.astimezone(PARIS)
    days = (local.date() + timedelta(days=ahead) for ahead in range(9))
    starts = (datetime.combine(day, window.start, PARIS) for day in days if day.weekday() in window.weekdays)
    return next(start for start in starts if start > now)


def _covers(mandate: Mandate, address: Address) -> bool:
    inside = kind_reaches(mandate.kind, address) and any(_within(address, n) for n in mandate.networks)
    return inside and not _address_held(mandate, address)


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _why_not_covered(in_force: list[Mandate], address: Address) -> str:
    held = [why for m in in_force if kind_reaches(m.kind, address) and (why := _address_held(m, address))]
    if held:
        return held[0]
    if any(_within(address, n) for m in in_force for n in m.networks):
        return f"a mandate of this kind does not reach such an address ({address})"
    return "outside the mandate"


_GENTLENESS = {intensity: place for place, intensity in enumerate(Intensity)}


def _gentlest(mandate: Mandate) -> int:
    return _GENTLENESS[mandate.intensity]

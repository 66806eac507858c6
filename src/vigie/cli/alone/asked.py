"""What is to be looked at, by whose authority, and is that allowed?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from vigie.data.care import named_ports
from vigie.probes.scope import Mandate, MandateKind, Network, Scope, kind_reaches, plain
from vigie.probes.targets import LARGEST_RANGE, Target, Targets, find_targets

MOST_TOLD = 20  # wrong lines of a file that are named one by one
MOST_LINE = 1024  # characters of a line: longer is no target
LABORATORY, LOCAL = "laboratory", "local"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


class BadlyAsked(Exception):
    """The command line cannot be obeyed; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who authorises the look, and on what basis: written into every report."""

    signatory: str
    basis: str
    kind: MandateKind
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    networks: tuple[Network, ...]
    names: tuple[str, ...]


def kind_of(basis: str) -> MandateKind:
    """The two reserved words; any other basis is an establishment's own mandate."""
    return {LABORATORY: MandateKind.LABORATORY, LOCAL: MandateKind.LOCAL}.get(
        basis.strip().lower(), MandateKind.ESTABLISHMENT
    )


def read_targets(texts: list[str], kind: MandateKind) -> Asked:
    """Addresses, ranges and names; raises BadlyAsked at the first that may not be looked at on this basis."""
    networks: list[Network] = []
    names: list[str] = []
    for text in texts:
        network = _network(text.strip())
        if network is None:
            names.append(_name(text.strip()))
            continue
        _check_network(network, text, kind)
        networks.append(network)
    if sum(network.num_addresses for network in networks) > LARGEST_RANGE:
        raise BadlyAsked(f"These ranges hold more than {LARGEST_RANGE} addresses together: ask for them one by one.")
    return Asked(tuple(dict.fromkeys(networks)), tuple(dict.fromkeys(names)))


@dataclass(frozen=True, slots=True)
class FromFile:
    """What a file of targets asks for; `told` names the first wrong lines."""

    texts: tuple[str, ...]
    wrong: int
    told: tuple[str, ...]


def read_lines(lines: Iterable[str], kind: MandateKind) -> FromFile:
    """One target a line, however many lines: only what is asked for is kept, and the first wrong lines.

    Blank lines and what follows a # are nothing. Raises BadlyAsked, naming the line, where a look would hold too much.
    """
    kept: dict[str, None] = {}
    told: list[str] = []
    wrong = addresses = 0
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text or text in kept:
            continue
        try:
            asked = read_targets([text], kind)
        except BadlyAsked as error:
            wrong += 1
            if len(told) < MOST_TOLD:
                told.append(f"line {number}: {error}")
            continue
        kept[text] = None
        addresses += sum(network.num_addresses for network in asked.networks)
        if addresses > LARGEST_RANGE or len(kept) > LARGEST_RANGE:
            raise BadlyAsked(f"line {number}: more than {LARGEST_RANGE} addresses or names: split the file there.")
    return FromFile(tuple(kept), wrong, tuple(told))


def read_ports(text: str) -> tuple[int, ...]:
    """ "22,443,8000-8010" as numbers; raises BadlyAsked."""
    ports: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise BadlyAsked(f"{part.strip()!r} is not a port: write them as 22,443,8000-8010.")
        low, high = int(first), int(last or first)
        if not 0 < low <= high < 65536:
            raise BadlyAsked(f"{part.strip()!r} is not a port between 1 and 65535.")
        ports += named_ports(low, high)
    return tuple(dict.fromkeys(ports))


def resolve(
    asked: Asked, authority: Authority, *, ports: tuple[int, ...], resolvers: tuple[str, ...], now: datetime
) -> tuple[Scope, Targets]:
    """Resolve the names once and fix the scope to what they lead to now: nothing else will be contacted."""
    everywhere = Scope([_mandate(authority, asked.networks, asked.names)])
    given = [str(network) for network in asked.networks]
    found = find_targets(
        addresses=given, names=asked.names, ports=ports, scope=everywhere, resolvers=resolvers, now=now
    )
    led = {address for resolution in found.resolutions for address in resolution.addresses}
    reached = [address for address in sorted(led) if kind_reaches(authority.kind, plain(ip_address(address)))]
    networks = (*asked.networks, *(ip_network(address) for address in reached))
    scope = Scope([_mandate(authority, networks, asked.names)])
    outside = tuple((name, address) for name, address in found.outside if address not in reached)
    targets = {target.address: target for target in found.targets}
    for resolution in found.resolutions:
        for address in resolution.addresses:
            if address in reached and address not in targets:
                names = tuple(r.name for r in found.resolutions if address in r.addresses)
                targets[address] = Target(address, names, ports)
    return scope, Targets(tuple(targets.values()), found.resolutions, outside)


def _mandate(authority: Authority, networks: tuple[Network, ...], names: tuple[str, ...]) -> Mandate:
    return Mandate(
        reference=f"vigie scan, {authority.signatory}, {authority.basis}",
        kind=authority.kind,
        signatory=authority.signatory,
        valid_from=authority.since,
        valid_until=authority.until,
        networks=networks,
        names=frozenset(names),
    )


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        if re.fullmatch(r"[\d.:/]+", text):
            raise BadlyAsked(f"{text} is neither an address nor a range.") from None
        return None


def _check_network(network: Network, text: str, kind: MandateKind) -> None:
    if network.num_addresses > LARGEST_RANGE:
        raise BadlyAsked(f"{text} is too large: a /22 at most ({LARGEST_RANGE} addresses), so that none is a guess.")
    for address in (plain(network.network_address), plain(network.broadcast_address)):
        if kind_reaches(kind, address):
            continue
        if kind_reaches(MandateKind.LABORATORY, address):
            raise BadlyAsked(f"{text} is this machine itself: say so with --basis laboratory.")
        if kind_reaches(MandateKind.LOCAL, address):
            raise BadlyAsked(f"{text} is a private network: say so with --basis local.")
        if kind_reaches(MandateKind.ESTABLISHMENT, address):
            raise BadlyAsked(f"{text} is on the internet: the basis {kind.value} does not cover it.")
        raise BadlyAsked(f"{text} is not the address of a machine that can be looked at.")


def _name(text: str) -> str:
    if "/" in text or "@" in text:
        raise BadlyAsked(f"{text} is not a name: give example.org, without http:// nor a path.")
    try:
        name = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadlyAsked(f"{text!r} is not a domain name.") from None
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadlyAsked(f"{text!r} is not a domain name.")
    return name

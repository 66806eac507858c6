"""What is there to look at: which addresses do the names and ranges lead to, and are they ours to look at?"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from .resolve import Resolution, resolve_all
from .scope import Network, Refusal, Scope, is_inside, kind_reaches

LARGEST_RANGE = 1024  # addresses: a /22
INSIDE = "the resolvers give an address inside a network for a public name"


@dataclass(frozen=True, slots=True)
class Target:
    address: str
    names: tuple[str, ...]  # host names that lead to it
    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    targets: tuple[Target, ...]
    resolutions: tuple[Resolution, ...]  # of every name, the failed ones included
    outside: tuple[tuple[str, str], ...]  # (name, address) that it leads to and that the scope refuses


class RangeTooLarge(ValueError):
    """A range holds more addresses than one look may take."""


def expand(network: Network) -> tuple[str, ...]:
    """Every address of a small range; raises RangeTooLarge past 1,024."""
    if network.num_addresses > LARGEST_RANGE:
        raise RangeTooLarge(f"{network} holds {network.num_addresses} addresses, {LARGEST_RANGE} at most")
    return tuple(str(address) for address in network)  # behind a translation, the first and the last are hosts too


def find_targets(
    *,
    addresses: Iterable[str],
    names: Iterable[str],
    ports: tuple[int, ...],
    scope: Scope,
    resolvers: tuple[str, ...],
    now: datetime,
) -> Targets:
    """Resolve the names and join them to the addresses ("203.0.113.7" or a small range). Blocks.

    An address that only a name leads to is a target too when the scope permits it; else it is reported as outside.
    """
    found: dict[str, list[str]] = {}
    for text in addresses:
        for address in expand(ip_network(text, strict=False)):
            found.setdefault(address, [])
    told = asyncio.run(resolve_all(dict.fromkeys(name.lower() for name in names), resolvers))
    resolutions = tuple(_believed(one, scope) for one in told)
    outside = []
    for resolution in resolutions:
        for address in resolution.addresses:
            if _is_outside(scope, address, resolution.name, now):
                outside.append((resolution.name, address))
            else:
                found.setdefault(address, []).append(resolution.name)
    targets = tuple(Target(address, tuple(led), ports) for address, led in found.items())
    return Targets(targets, resolutions, tuple(outside))


def _believed(resolution: Resolution, scope: Scope) -> Resolution:
    """A name that leads inside somebody's network is unknown, unless a mandate is of that network.

    Such an answer is the mark of a resolver that lies or serves an inside of its own; and if it is true, nothing can be
    seen of it from here: what was known of the name before neither holds nor ends.
    """
    strange = [address for address in resolution.addresses if is_inside(ip_address(address))]
    kinds = {mandate.kind for mandate in scope.mandates}
    if not any(not any(kind_reaches(kind, ip_address(address)) for kind in kinds) for address in strange):
        return resolution
    return Resolution(resolution.name, (), resolution.aliases, INSIDE)


def _is_outside(scope: Scope, address: str, name: str, now: datetime) -> bool:
    refusal = scope.permit(address, 443, now, name)
    # A closed window today does not make an address someone else's.
    return isinstance(refusal, Refusal) and any(w in refusal.reason for w in ("outside the mandate", "does not reach"))

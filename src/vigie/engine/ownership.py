"""Who may be looked at for a declared asset, and who is told of what is seen there?

A finding by name belongs to the establishment that declared the name: no other one asks for it. Of what is seen by
address alone, every establishment that is looked at there is told; those without proof are not looked at, hence not
told, as soon as the address is public.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


class Reach(StrEnum):
    """What may be sent to an asset."""

    ACTIVE = "active"  # packets, within the mandate
    PASSIVE = "passive"  # questions to our resolvers only: its host has not agreed
    NONE = "none"


class ContestKind(StrEnum):
    NOT_MINE = "not_mine"  # the establishment that it is declared for denies it
    CLAIMED_TWICE = "claimed_twice"  # two establishments declare it


UNPROVED = "declared, and not proved to belong to the establishment"
CONTESTED = "contested: nothing is sent until an analyst has decided"
HOSTED = "hosted by somebody who has not agreed: passive looks only"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one asset for one establishment."""

    is_public: bool  # private and loopback addresses are proved by whoever runs their network
    proved: bool
    hosted: bool  # on the machine of a third party
    agreed: bool  # ... whose agreement is in force
    contest: ContestKind | None = None


def reach(one: Standing) -> tuple[Reach, str]:
    """What may be sent, and why not more; "" when all may. The first line that holds decides."""
    rules = (
        (one.contest is ContestKind.NOT_MINE, Reach.NONE, CONTESTED),
        # Whoever proved it goes on: to claim what is another's must not end the looks at it.
        (one.contest is ContestKind.CLAIMED_TWICE and not one.proved, Reach.NONE, CONTESTED),
        (one.is_public and not one.proved, Reach.NONE, UNPROVED),
        (one.hosted and not one.agreed, Reach.PASSIVE, HOSTED),
    )
    return next(((found, why) for holds, found, why in rules if holds), (Reach.ACTIVE, ""))


def name_is_proved(name: str, proved: Iterable[str]) -> bool:
    """A proof for a domain is one for whatever is below it."""
    return any(name == own or name.endswith(f".{own}") for own in proved)


def network_is_proved(network: Network, proved: Iterable[Network]) -> bool:
    """A proof for a range is one for each part of it, never the reverse."""
    return any(
        (isinstance(network, IPv4Network) and isinstance(own, IPv4Network) and network.subnet_of(own))
        or (isinstance(network, IPv6Network) and isinstance(own, IPv6Network) and network.subnet_of(own))
        for own in proved
    )


def reverse_zone(network: Network) -> str | None:
    """The name under which its owner publishes for the whole of it; None when its reverse zone is shared with others.

    A reverse zone is cut at each octet (RFC 1035 3.5) or hexadecimal digit (RFC 3596 2.5).
    """
    step = 8 if isinstance(network, IPv4Network) else 4
    if network.prefixlen % step or not network.prefixlen:
        return None
    labels = network.network_address.reverse_pointer.split(".")
    whole = len(labels) - 2
    return ".".join(labels[whole - network.prefixlen // step :])

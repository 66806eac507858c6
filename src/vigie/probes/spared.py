"""What is spared inside a mandate, by whose word: left alone, or asked the least?"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from vigie.data.care import Treatment, care_rule
from vigie.data.rules import remote_access_products
from vigie.engine.facts import Identity

Network = IPv4Network | IPv6Network

OPTED_OUT = "opted out: somebody asked that it be left alone"
FRAGILE_NONE = "fragile equipment: nothing is sent"
FRAGILE_LIGHT = "fragile equipment: the lightest looks only"


@dataclass(frozen=True, slots=True)
class Spared:
    """Addresses that are asked less than their mandate would allow, or nothing."""

    what: Network
    treatment: Treatment
    reason: str  # one of the above


def fragile(what: Network, treatment: Treatment) -> Spared:
    return Spared(what, treatment, FRAGILE_NONE if treatment is Treatment.NONE else FRAGILE_LIGHT)


def recognised(address: str, identities: Iterable[Identity]) -> Spared | None:
    """What the products of one address say of it; None for ordinary equipment.

    A gateway that lets people in is looked at whole, whatever small web server it is built on.
    """
    products = [(one.vendor, one.product) for one in identities]
    if any(product in remote_access_products() for product in products):
        return None
    found = [kind.treatment for product in products if (kind := care_rule().fragile_kind(*product))]
    return fragile(ip_network(address), strictest(found)) if found else None


def strictest(treatments: Iterable[Treatment]) -> Treatment:
    return Treatment.NONE if Treatment.NONE in tuple(treatments) else Treatment.LIGHT


def over(address_within: Iterable[Spared]) -> Spared | None:
    """Of all that spares one address, the one that spares it most; an owner's word comes first."""
    found = sorted(address_within, key=lambda one: (one.treatment is not Treatment.NONE, one.reason != OPTED_OUT))
    return found[0] if found else None

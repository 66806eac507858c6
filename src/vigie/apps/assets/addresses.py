"""Addresses and ranges in one canonical form, and the kinds of mandate that can reach them."""

from ipaddress import IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _

from vigie.probes.scope import MandateKind, Network, kind_reaches, plain

from .enums import AssetKind
from .refusals import InvalidAsset

# The largest block that one establishment plausibly owns; a wider one is a mistake or somebody else's network.
WIDEST_IPV4, WIDEST_IPV6 = 16, 48


def network_of(text: str) -> Network:
    """One address, or a range in CIDR form, as a network; raise InvalidAsset with a sentence."""
    try:
        if "/" not in text:
            return ip_network(plain(ip_address(text.strip())))
        return ip_network(text.strip())
    except ValueError:
        pass
    try:
        wider = ip_network(text.strip(), strict=False)
    except ValueError:
        raise InvalidAsset(_("%(text)s is neither an address nor a range.") % {"text": repr(text[:80])}) from None
    raise InvalidAsset(
        _("%(text)s has bits after its prefix: did you mean %(wider)s?") % {"text": text[:80], "wider": wider}
    )


def canonical_network(text: str) -> Network:
    """As network_of, for what an establishment may declare: not too wide, and of one nature."""
    network = network_of(text)
    widest = WIDEST_IPV6 if isinstance(network, IPv6Network) else WIDEST_IPV4
    if network.prefixlen < widest:
        raise InvalidAsset(
            _("%(network)s is too wide: a range of /%(widest)d at most.") % {"network": network, "widest": widest}
        )
    if not kinds_reaching(network):
        raise InvalidAsset(
            _("%(network)s cannot be looked at: %(nature)s.") % {"network": network, "nature": _nature(network)}
        )
    return network


def kinds_reaching(network: Network) -> frozenset[MandateKind]:
    """The kinds of mandate that reach both ends of the range."""
    return frozenset(
        kind
        for kind in MandateKind
        if kind_reaches(kind, network.network_address) and kind_reaches(kind, network.broadcast_address)
    )


def is_public(kind: str, value: str) -> bool:
    """Whether a declared value means the same for everybody; a private address is another machine in each network."""
    return kind == AssetKind.DOMAIN or MandateKind.ESTABLISHMENT in kinds_reaching(ip_network(value))


def _nature(network: Network) -> str:
    if network.is_multicast:
        return _("it is a multicast address")
    if network.is_unspecified:
        return _("it is the unspecified address")
    if network.is_link_local:
        return _("it is a link-local address")
    return _("it is reserved, or a mix of public and other addresses")

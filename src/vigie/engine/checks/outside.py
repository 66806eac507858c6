"""Does the address of this look answer the internet, or only its own network?"""

from ipaddress import ip_address, ip_network

from vigie.engine.facts import ServiceLook

# RFC 1918, RFC 6598, RFC 4193 and the link-local ranges. Loopback is the laboratory, which stands for the internet.
_INSIDE = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)


def faces_the_internet(look: ServiceLook) -> bool:
    """False for an address that only its own network reaches: what answers there is exposed to nobody outside."""
    address = ip_address(look.address)
    return not any(address.version == network.version and address in network for network in _INSIDE)

"""The rules that nft is given say the same as the table of the packet builder."""

from ipaddress import ip_network

from vigie.probes.firewall import egress_rules


def test_only_first_packets_to_allowed_places_leave_of_that_user():
    text = egress_rules(
        [ip_network("203.0.113.0/24"), ip_network("203.0.113.64/26"), ip_network("2001:db8::/32")],
        [ip_network("203.0.113.0/25")],
        [443, 22, 443],
    )
    assert "set allowed4 { type ipv4_addr; flags interval; elements = { 203.0.113.128/25 }; }" in text
    assert "set allowed6 { type ipv6_addr; flags interval; elements = { 2001:db8::/32 }; }" in text
    assert "elements = { 22, 443 }; }" in text
    assert 'meta skuid "vigie-sweep" jump sweep' in text
    assert text.rindex("accept") < text.index("counter drop")


def test_no_mandate_lets_nothing_leave():
    text = egress_rules([], [], [443])
    assert "set allowed4 { type ipv4_addr; flags interval; }" in text
    assert "elements = { 203" not in text

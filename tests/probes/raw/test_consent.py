"""The table below the bugs answers like the list of networks, for every address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.raw.consent import BadConsent, Consent, allowed_networks, read_networks


def network(version, base, length):
    bits = 32 if version == 4 else 128
    return ip_network((base >> (bits - length) << (bits - length), length)) if length else ip_network((0, 0))


# Narrow ranges of numbers, so that networks overlap and addresses fall near their edges.
FOURS = st.builds(lambda low, length: network(4, 0x0A400000 + low, length), st.integers(0, 300_000), st.integers(9, 32))
SIXES = st.builds(
    lambda high, low, length: network(6, (0x20010DB8 << 96) + (high << 60) + low, length),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(30, 128),
)


def said(consent, addresses, port=443):
    octets = np.array([list(ip_address(address).packed) for address in addresses], dtype=np.uint8)
    return consent.allows(octets, np.full(len(addresses), port, dtype=np.uint16)).tolist()


@given(st.lists(FOURS, max_size=6), st.lists(FOURS, max_size=4), st.lists(st.integers(0, 300_000), min_size=1))
def test_an_ipv4_address_is_allowed_when_a_network_holds_it_and_no_exclusion_does(networks, exclusions, lows):
    edges = [int(edge) + by for n in networks for edge in (n[0], n[-1]) for by in (-1, 0, 1)]
    addresses = [IPv4Address(number) for number in [0x0A400000 + low for low in lows] + edges]
    consent = Consent(allowed_networks(networks, exclusions), [443])
    expected = [any(a in n for n in networks) and not any(a in n for n in exclusions) for a in addresses]
    assert said(consent, addresses) == expected


@given(st.lists(SIXES, max_size=6), st.lists(SIXES, max_size=3), st.lists(st.integers(0, 40), min_size=1))
def test_an_ipv6_address_too(networks, exclusions, lows):
    edges = [int(edge) + by for n in networks for edge in (n[0], n[-1]) for by in (-1, 0, 1)]
    addresses = [IPv6Address(number) for number in [(0x20010DB8 << 96) + low for low in lows] + edges]
    consent = Consent(allowed_networks(networks, exclusions), [443])
    expected = [any(a in n for n in networks) and not any(a in n for n in exclusions) for a in addresses]
    assert said(consent, addresses) == expected


def test_nothing_is_allowed_by_nobody():
    assert said(Consent([], range(1, 65536)), ["203.0.113.1", "0.0.0.0", "255.255.255.255"]) == [False] * 3
    assert said(Consent([], range(1, 65536)), ["2001:db8::1", "::"]) == [False] * 2


def test_a_port_that_was_not_given_is_not_allowed_on_an_allowed_address():
    consent = Consent([ip_network("203.0.113.0/24")], [443])
    assert said(consent, ["203.0.113.1"], 443) == [True]
    assert said(consent, ["203.0.113.1"], 22) == [False]


def test_an_eighth_of_the_internet_takes_a_few_pages_not_a_list():
    consent = Consent([ip_network("32.0.0.0/3"), ip_network("10.0.0.7/32")], [443])
    assert consent._bits.nbytes <= 3 * 8192
    assert said(consent, ["32.0.0.0", "63.255.255.255", "64.0.0.0", "10.0.0.7", "10.0.0.8"]) == [
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("text", ["203.0.113.7/24", "hospital.example", "", "203.0.113.0/33"])
def test_what_is_not_a_network_ends_it_all(text):
    with pytest.raises(BadConsent, match="is not a network"):
        read_networks(["203.0.113.0/24", text])

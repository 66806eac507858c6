from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine import ownership
from vigie.engine.ownership import ContestKind, Reach, Standing

PUBLIC = {"is_public": True, "proved": True, "hosted": False, "agreed": False}


@pytest.mark.parametrize(
    ("changes", "reach", "why"),
    [
        pytest.param({}, Reach.ACTIVE, "", id="proved"),
        pytest.param({"proved": False}, Reach.NONE, ownership.UNPROVED, id="unproved"),
        pytest.param({"proved": False, "is_public": False}, Reach.ACTIVE, "", id="private-needs-no-proof"),
        pytest.param({"hosted": True}, Reach.PASSIVE, ownership.HOSTED, id="hosted"),
        pytest.param({"hosted": True, "agreed": True}, Reach.ACTIVE, "", id="hosted-and-agreed"),
        pytest.param(
            {"hosted": True, "agreed": True, "proved": False}, Reach.NONE, ownership.UNPROVED, id="agreed-yet-unproved"
        ),
        pytest.param({"contest": ContestKind.NOT_MINE}, Reach.NONE, ownership.CONTESTED, id="denied"),
        pytest.param({"contest": ContestKind.CLAIMED_TWICE}, Reach.ACTIVE, "", id="claimed-by-another-yet-proved"),
        pytest.param(
            {"contest": ContestKind.CLAIMED_TWICE, "proved": False}, Reach.NONE, ownership.CONTESTED, id="claimed-twice"
        ),
    ],
)
def test_what_may_be_sent_follows_one_table(changes, reach, why):
    assert ownership.reach(Standing(**{**PUBLIC, **changes})) == (reach, why)


@given(st.builds(Standing, *[st.booleans()] * 4, st.sampled_from([None, *ContestKind])))
def test_nothing_public_is_reached_without_proof(standing):
    if standing.is_public and not standing.proved:
        assert ownership.reach(standing)[0] is Reach.NONE


def test_a_proof_for_a_domain_covers_what_is_below_it_and_not_its_neighbours():
    assert ownership.name_is_proved("vpn.valmorne.example", ["valmorne.example"])
    assert not ownership.name_is_proved("valmorne.example", ["vpn.valmorne.example"])
    assert not ownership.name_is_proved("autrevalmorne.example", ["valmorne.example"])


def test_a_proof_for_a_range_covers_its_parts_and_not_the_whole():
    whole, part = ip_network("203.0.113.0/24"), ip_network("203.0.113.7/32")
    assert ownership.network_is_proved(part, [whole])
    assert not ownership.network_is_proved(whole, [part])
    assert not ownership.network_is_proved(ip_network("2001:db8::/48"), [whole])


@pytest.mark.parametrize(
    ("network", "zone"),
    [
        ("203.0.113.7/32", "7.113.0.203.in-addr.arpa"),
        ("203.0.113.0/24", "113.0.203.in-addr.arpa"),
        ("203.0.0.0/16", "0.203.in-addr.arpa"),
        ("203.0.113.0/28", None),
        ("2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa"),
        ("2001:db8::/33", None),
        ("0.0.0.0/0", None),
    ],
)
def test_a_range_has_a_reverse_zone_of_its_own_where_zones_are_cut(network, zone):
    assert ownership.reverse_zone(ip_network(network)) == zone

"""One keyed number line over hosts x ports: complete, even, resumable."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.raw.order import Order, permuted

KEYS = st.integers(0, 2**128 - 1)


def whole(order):
    hosts, ports = order.at(0, len(order))
    return list(zip(hosts.tolist(), ports.tolist(), strict=True))


@given(size=st.integers(1, 3000), key=KEYS)
def test_a_permutation_takes_each_number_to_one_and_forgets_none(size, key):
    assert sorted(permuted(np.arange(size, dtype=np.uint64), size, key)) == list(range(size))


@given(hosts=st.integers(1, 60), ports=st.integers(1, 60), key=KEYS)
def test_every_port_of_every_host_is_asked_once(hosts, ports, key):
    asked = whole(Order(hosts, ports, key))
    assert sorted(asked) == [(host, port) for host in range(hosts) for port in range(ports)]


@given(hosts=st.integers(1, 60), ports=st.integers(1, 60), key=KEYS)
def test_between_two_questions_to_a_host_all_the_others_are_asked(hosts, ports, key):
    asked = [host for host, _ in whole(Order(hosts, ports, key))]
    assert all(asked[place] == asked[place - hosts] for place in range(hosts, len(asked)))


@given(hosts=st.integers(1, 40), ports=st.integers(1, 40), key=KEYS, data=st.data())
def test_going_on_from_any_place_asks_the_rest_and_nothing_twice(hosts, ports, key, data):
    order = Order(hosts, ports, key)
    cut = data.draw(st.integers(0, len(order)))
    parts = [order.at(0, cut), order.at(cut, len(order) + 99)]
    resumed = [pair for hosts_, ports_ in parts for pair in zip(hosts_.tolist(), ports_.tolist(), strict=True)]
    assert resumed == whole(order)


def test_at_the_daily_pace_a_host_of_the_nation_sees_one_question_in_thirty_six_minutes():
    """1,000,000 hosts x 40 ports in a day are 463 a second. A model of a thousandth of the nation, at its pace."""
    hosts, ports, per_second = 1000, 40, 463 / 1000
    asked, _ = Order(hosts, ports, 0xC0FFEE).at(0, hosts * ports)
    seconds = np.arange(hosts * ports) / per_second
    for host in range(0, hosts, 97):
        gaps = np.diff(seconds[asked == host])
        assert gaps.min() == pytest.approx(2160, rel=0.001)
        assert gaps.max() == pytest.approx(2160, rel=0.001)
    assert seconds[-1] <= 24 * 3600


def test_the_first_questions_of_a_network_go_to_different_ports_and_to_no_neighbours():
    hosts, ports = Order(4096, 40, 7).at(0, 400)
    assert len(set(ports.tolist())) > 35
    neighbours = np.abs(np.diff(hosts.astype(np.int64))) == 1
    assert neighbours.sum() < 5


def test_another_key_is_another_order():
    assert whole(Order(50, 3, 1)) != whole(Order(50, 3, 2))


def test_an_order_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one host"):
        Order(0, 40, 1)

"""A plan that is wrong in any way is refused whole, before a packet."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.raw.plan import BadPlan, Pace, Plan, read_plan


def hosts(*last):
    return np.array([[203, 0, 113, number] for number in last], dtype=np.uint8)


PLAN = Plan(
    hosts4=hosts(1, 2, 3),
    hosts6=np.array([[0x20, 1, 0xD, 0xB8, *[0] * 11, 1]], dtype=np.uint8),
    ports=(22, 443),
    allow=("203.0.113.0/24", "2001:db8::/32"),
    exclude=("203.0.113.128/25",),
    pace=Pace(200, 40),
    key=bytes(16),
    wait_seconds=1.5,
    credit=0,
)


def read(data):
    line, _, rest = data.partition(b"\n")
    return read_plan(line, lambda count: rest[:count])


def test_what_was_written_is_read_again():
    found = read(bytes(PLAN))
    assert found.hosts == 4
    for name in ("hosts4", "hosts6"):
        assert getattr(found, name).tolist() == getattr(PLAN, name).tolist()
    same = [field.name for field in dataclasses.fields(Plan) if not field.name.startswith("hosts")]
    assert all(getattr(found, name) == getattr(PLAN, name) for name in same)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"hosts4": hosts(1, 2, 200)}, "outside its own consent", id="an-excluded-address"),
        pytest.param({"allow": ("203.0.113.0/31",)}, "outside its own consent", id="outside"),
        pytest.param({"allow": ("203.0.113.1/24",)}, "is not a network", id="host-bits"),
        pytest.param({"hosts4": hosts(1, 1)}, "twice", id="twice-the-pace"),
        pytest.param({"ports": ()}, "asks nothing", id="no-port"),
        pytest.param({"ports": (22, 22)}, "not all different", id="a-port-twice"),
        pytest.param({"ports": (0, 22)}, "from 1 to 65535", id="port-zero"),
        pytest.param({"ports": (-1,)}, "from 1 to 65535", id="port-below-zero"),
        pytest.param({"ports": (65536,)}, "from 1 to 65535", id="port-too-high"),
        pytest.param({"pace": Pace(0, 40)}, "out of its bounds", id="no-pace"),
        pytest.param({"pace": Pace(200, float("nan"))}, "out of its bounds", id="a-pace-that-is-not-a-number"),
        pytest.param({"pace": Pace(float("inf"), 40)}, "out of its bounds", id="no-limit"),
        pytest.param({"tries": 9}, "out of its bounds", id="too-many-tries"),
        pytest.param({"key": b"short"}, "16 bytes", id="short-key"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(changes, sentence):
    with pytest.raises(BadPlan, match=sentence):
        read(bytes(dataclasses.replace(PLAN, **changes)))


@given(st.integers(0), st.integers(1, 255))
def test_one_byte_altered_on_the_way_is_seen(position, change):
    data = bytearray(bytes(PLAN))
    data[position % len(data)] ^= change
    with pytest.raises(BadPlan):
        read(bytes(data))


def test_a_plan_cut_short_is_seen():
    with pytest.raises(BadPlan, match="ends before its last address"):
        read(bytes(PLAN)[:-1])


@given(st.binary(max_size=300))
def test_no_bytes_are_a_fault(data):
    with pytest.raises(BadPlan):
        read(data)


@pytest.mark.parametrize("count", [-1, 10**12, 1.5, "many", True])
def test_a_count_of_hosts_that_is_none_is_refused_before_any_memory_is_asked_for(count):
    line = json.dumps({"digest": "", "hosts4": count, "hosts6": 0}).encode()

    def read_more(size):
        assert size <= 16
        return b""

    with pytest.raises(BadPlan):
        read_plan(line, read_more)


def test_a_slash_eight_is_too_many_hosts_for_one_plan():
    line = json.dumps({"digest": "", "hosts4": 1 << 24, "hosts6": 0}).encode()
    with pytest.raises(BadPlan, match="4000000 at most"):
        read_plan(line, lambda size: b"")

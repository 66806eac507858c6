"""Every budget is proved by counting what arrives, whichever way the ports are asked."""

import threading
import time
from datetime import time as midnight
from datetime import timedelta
from ipaddress import ip_network

import pytest
from tools.namespaces import inside

from tests.probes.conftest import NOW, PATIENT, free_pace, mandate, settings
from tests.probes.servers import listening, says
from vigie.engine.facts import Answer, PortState
from vigie.probes.gate import Gate
from vigie.probes.look import Plan, Target, look
from vigie.probes.scope import MandateKind, Scope, Window
from vigie.probes.stop import FileStop, StopSignal
from vigie.probes.sweep import sweep

from .conftest import NETWORK, NETWORK_6, open_ports

ADDRESSES = [f"10.64.2.{n}" for n in range(1, 13)] + [f"fd64::2:{n:x}" for n in range(1, 5)]
PORTS = tuple(range(8000, 8030))


@pytest.fixture(params=["raw", "ordinary"])
def way(request, dial):
    """How the ports are asked: through vigie-sweep, or by ordinary connections."""
    return {"dial": dial} if request.param == "raw" else {"dial": None}


def given(**changes):
    networks = (ip_network(NETWORK), ip_network(NETWORK_6))
    return mandate(**({"kind": MandateKind.LOCAL, "networks": networks} | changes))


def asked(ground, way, addresses=ADDRESSES, *, ports=PORTS, mandates=None, pace=None, stop=None, clock=None):
    stop = stop or StopSignal()
    gate = Gate(Scope(mandates or [given()]), stop, pace or free_pace(), clock or (lambda: NOW))
    targets = [(address, ports) for address in addresses]
    with inside(ground.near):
        return sweep(targets, gate=gate, stop=stop, timeout_seconds=0.4, **way)


def most_in(seconds, times):
    """The most packets that any span of that length saw."""
    return max((sum(start <= at < start + seconds for at in times) for start in times), default=0)


def test_each_place_is_asked_once_and_both_ways_find_the_same(ground, counted, way):
    with open_ports(ground, 8000, 8007):
        answers = asked(ground, way)
    states = {state: {p for p, a in answers.items() if a.state is state} for state in PortState}
    assert states[PortState.OPEN] == {(address, port) for address in ADDRESSES for port in (8000, 8007)}
    assert len(states[PortState.REFUSED]) == len(ADDRESSES) * 28
    assert set(counted().places().items()) == {((a, p), 1) for a in ADDRESSES for p in PORTS}


def test_nothing_reaches_what_the_mandate_does_not_cover(ground, counted, way):
    others = ["10.65.0.1", "10.65.0.2", "fd64:0:0:1::1"]  # answered for at the far end, and nobody's to ask
    shut = given(exclusions=(ip_network("10.64.2.1"), ip_network("fd64::2:1")), excluded_ports=frozenset({8005}))
    answers = asked(ground, way, [*others, *ADDRESSES], mandates=[shut])
    left_out = {*others, "10.64.2.1", "fd64::2:1"}
    assert {a for a, _ in counted().places()} == set(ADDRESSES) - left_out
    assert 8005 not in {port for _, port in counted().places()}
    told = {place: answer.reason for place, answer in answers.items() if answer.state is PortState.NOT_ASKED}
    assert len(told) == len(left_out) * len(PORTS) + len(set(ADDRESSES) - left_out)
    assert all(told.values())


def test_one_address_is_never_asked_faster_than_it_may(ground, counted, way):
    asked(ground, way, ADDRESSES[:3], ports=tuple(range(8000, 8090)), pace=free_pace(address=50))
    found = counted()
    for address in ADDRESSES[:3]:
        times = [one.at for one in found.questions if one.address == address]
        assert len(times) == 90
        assert most_in(0.5, times) <= 25 + 2
        assert times[-1] - times[0] >= 89 / 50 * 0.95


@pytest.mark.parametrize("budget", ["establishment", "run"])
def test_all_addresses_together_are_never_asked_faster_than_they_may(ground, counted, way, budget):
    asked(ground, way, ADDRESSES, ports=PORTS[:25], pace=free_pace(**{budget: 200}))
    times = [one.at for one in counted().questions]
    assert len(times) == len(ADDRESSES) * 25
    assert most_in(0.5, times) <= 100 + 8


def test_a_window_that_closes_ends_the_questions(ground, counted, way):
    windows = (Window(frozenset({0}), midnight(), midnight(8)),)  # NOW is a Monday, at ten past seven in Paris
    closed = []

    def clock():
        if len(counted.so_far) > 20 and not closed:
            closed.append(time.monotonic())
        return NOW + timedelta(hours=1) if closed else NOW

    answers = asked(ground, way, mandates=[given(windows=windows)], pace=free_pace(establishment=100), clock=clock)
    times = [one.at for one in counted().questions]
    assert len(times) < len(answers) / 2
    assert max(times) <= closed[0] + 0.2
    assert "outside the window" in {answer.reason for answer in answers.values()}


def test_a_closed_window_lets_nothing_leave(ground, counted, way):
    never = (Window(frozenset({6}), NOW.time(), (NOW + timedelta(hours=1)).time()),)
    asked(ground, way, mandates=[given(windows=never)])
    assert counted().packets == []


def test_after_a_stop_nothing_leaves(ground, counted, way, tmp_path):
    stop = FileStop(tmp_path / "STOP")
    ordered = []

    def order():
        while len(counted.so_far) < 20:
            time.sleep(0.01)
        (tmp_path / "STOP").touch()
        ordered.append(time.monotonic())

    ordering = threading.Thread(target=order)
    ordering.start()
    answers = asked(ground, way, stop=stop, pace=free_pace(establishment=100))
    ended = time.monotonic()
    ordering.join()
    time.sleep(max(0.0, ordered[0] + 3 - ended))
    times = [one.at for one in counted().questions]
    assert max(times) <= ordered[0] + 2
    assert ended <= ordered[0] + 2
    assert {a.reason for a in answers.values() if a.state is PortState.NOT_ASKED} == {"stopped"}


def test_two_sweeps_of_one_address_share_its_budget(ground, counted, way):
    pace = free_pace(address=60)
    threads = [
        threading.Thread(target=asked, args=(ground, way, ["10.64.3.1"]), kwargs={"ports": ports, "pace": pace})
        for ports in (tuple(range(7000, 7060)), tuple(range(9000, 9060)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = [one.at for one in counted().questions]
    assert len(times) == 120
    assert most_in(0.5, times) <= 30 + 2


def looked(ground, targets, **changes):
    hosts = []
    plan = Plan(tuple(targets), Scope([given()]), settings(PATIENT))
    values = {"stop": StopSignal(), "clock": lambda: NOW, "on_host": hosts.append, "pace": free_pace()}
    with inside(ground.near):
        summary = look(plan, **(values | changes))
    return hosts, summary


def test_identification_opens_one_connection_for_each_question_that_it_tells(ground, counted):
    greeting = says(b"SSH-2.0-Valombre_1.0\r\n")
    with inside(ground.far), listening(greeting, address="10.64.4.1", port=2222):
        hosts, summary = looked(ground, [Target("10.64.4.1", (), (2222, 2223))])
    assert hosts[0].services[0].answer is Answer.ANSWERED
    found = counted()
    assert len(found.questions) == summary.questions
    assert {one.address for one in found.packets} == {"10.64.4.1"}


def test_identification_keeps_the_pace_of_its_address(ground, counted):
    with inside(ground.far), listening(says(b"hello\r\n"), address="10.64.4.2", port=8022):
        looked(ground, [Target("10.64.4.2", (), tuple(range(8000, 8030)))], pace=free_pace(address=40))
    times = [one.at for one in counted().questions]
    assert len(times) >= 31
    assert most_in(0.5, times) <= 20 + 2

import socket

import pytest

from vigie.engine.facts import PortState
from vigie.probes.gate import Gate
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal
from vigie.probes.sweep import sweep

from .conftest import NOW, free_pace, ip_network, mandate
from .servers import listening


def swept(targets, *, stop=None, given=None, seconds=1.0):
    stop = stop or StopSignal()
    gate = Gate(Scope([given or mandate()]), stop, free_pace(), lambda: NOW)
    return sweep(targets, gate=gate, stop=stop, timeout_seconds=seconds)


def test_open_and_refused_ports_are_told_apart():
    with listening() as server, listening(address="127.77.0.2") as other:
        answers = swept([("127.77.0.1", (server.port, 1)), ("127.77.0.2", (other.port, 2))])
    states = {key: answer.state for key, answer in answers.items()}
    assert states == {
        ("127.77.0.1", server.port): PortState.OPEN,
        ("127.77.0.1", 1): PortState.REFUSED,
        ("127.77.0.2", other.port): PortState.OPEN,
        ("127.77.0.2", 2): PortState.REFUSED,
    }


@pytest.fixture
def deaf():
    """A listening port whose queue is full: further connections get no answer at all."""
    with socket.socket() as server:
        server.bind(("127.77.0.3", 0))
        server.listen(0)
        place = server.getsockname()
        waiting = []
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(place)
            waiting.append(sock)
        yield place
        for sock in waiting:
            sock.close()


def test_a_port_without_answer_is_silent_after_two_tries_and_proves_nothing(deaf):
    address, port = deaf
    answers = swept([(address, (port,))], seconds=0.05)
    assert answers[address, port].state is PortState.SILENT


def test_a_thousand_ports_of_which_one_is_open():
    with listening() as server:
        ports = (*range(1, 1001), server.port)
        answers = swept([("127.77.0.1", ports)])
    assert [port for (_, port), a in answers.items() if a.state is PortState.OPEN] == [server.port]
    assert len(answers) == 1001


def test_what_is_outside_the_mandate_is_not_asked_and_says_why():
    answers = swept([("127.78.0.1", (80,)), ("127.77.0.1", (1,))])
    assert answers["127.78.0.1", 80].state is PortState.NOT_ASKED
    assert answers["127.78.0.1", 80].reason == "outside the mandate"
    assert answers["127.77.0.1", 1].state is PortState.REFUSED


def test_a_stop_leaves_the_rest_not_asked():
    stop = StopSignal()
    stop.set()
    with listening() as server:
        answers = swept([("127.77.0.1", (server.port, 1, 2))], stop=stop)
        assert server.connections == 0
    assert {(a.state, a.reason) for a in answers.values()} == {(PortState.NOT_ASKED, "stopped")}


def test_a_network_that_the_machine_cannot_reach_is_unreachable_not_silent():
    given = mandate(networks=(ip_network("::1/128"), ip_network("127.77.0.0/16")))
    with socket.socket(socket.AF_INET6) as closed:
        closed.bind(("::1", 0))
        port = closed.getsockname()[1]
        answers = swept([("::1", (port,))], given=given)
    assert answers["::1", port].state in {PortState.REFUSED, PortState.UNREACHABLE}


class Counting(Gate):
    asked = 0

    def knock(self, address, port):
        self.asked += 1
        return super().knock(address, port)


@pytest.mark.parametrize(("budget", "rate"), [("establishment", 2000), ("run", 2000), ("address", 100)])
def test_while_all_must_wait_the_gate_is_not_asked_for_each_of_them(budget, rate):
    gate = Counting(Scope([mandate()]), StopSignal(), free_pace(**{budget: rate}), lambda: NOW)
    targets = [(f"127.77.0.{n}", tuple(range(1, 11))) for n in range(1, 21)]
    answers = sweep(targets, gate=gate, stop=StopSignal(), timeout_seconds=1.0)
    assert {answer.state for answer in answers.values()} == {PortState.REFUSED}
    assert len(answers) == 200
    assert gate.asked <= 3 * 200


def test_between_two_questions_to_one_host_all_the_others_are_asked():
    order = []

    class Noting(Gate):
        def knock(self, address, port):
            order.append(address)
            return super().knock(address, port)

    gate = Noting(Scope([mandate()]), StopSignal(), free_pace(), lambda: NOW)
    targets = [(f"127.77.0.{n}", (1, 2, 3)) for n in range(1, 21)]
    sweep(targets, gate=gate, stop=StopSignal(), timeout_seconds=1.0)
    assert [len(set(order[start : start + 20])) for start in (0, 20, 40)] == [20, 20, 20]

"""Where vigie-sweep cannot be had, ordinary connections do its work; what it leaves, they finish."""

import socket
import threading

import numpy as np
import pytest

from vigie.engine.facts import PortState
from vigie.probes.gate import Gate
from vigie.probes.raw.plan import DONE, END, OPEN, READY, RECORD, REFUSED
from vigie.probes.raw_sweep import NoRawSweep, check_ready, dial_unix, raw_sweep
from vigie.probes.scope import Intensity, MandateKind, Scope
from vigie.probes.stop import StopSignal
from vigie.probes.sweep import WORTH_RAW, sweep

from .conftest import NOW, free_pace, ip_network, mandate
from .servers import listening


def swept(dial, ports, stop=None):
    stop = stop or StopSignal()
    gate = Gate(Scope([mandate()]), stop, free_pace(), lambda: NOW)
    return sweep([("127.77.0.1", ports)], gate=gate, stop=stop, timeout_seconds=0.5, dial=dial)


def answering(*parts):
    """A dial to something that says these bytes, then leaves."""

    def dial():
        ours, its = socket.socketpair()

        def talk():
            with its:
                for part in parts:
                    its.sendall(part)
                its.shutdown(socket.SHUT_WR)
                while its.recv(65536):
                    pass

        threading.Thread(target=talk, daemon=True).start()
        return ours

    return dial


def record(kind):
    return np.array([(kind, 0, 0, 0, 0)], dtype=RECORD).tobytes()


def test_a_path_where_nothing_answers_says_which():
    with pytest.raises(NoRawSweep, match=r"/nowhere/sweep\.sock"):
        check_ready(dial_unix("/nowhere/sweep.sock"))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((), id="ends-at-once"),
        pytest.param((b"hello",), id="is-not-it"),
        pytest.param((record(77),), id="says-another-thing"),
    ],
)
def test_what_does_not_say_that_it_is_ready_is_no_sweep(parts):
    with pytest.raises(NoRawSweep, match="may not send raw packets"):
        check_ready(answering(*parts))


@pytest.mark.parametrize(
    "dial",
    [
        pytest.param(dial_unix("/nowhere/sweep.sock"), id="absent"),
        pytest.param(answering(), id="without-capability"),
        pytest.param(answering(record(READY)), id="dies-after-its-first-word"),
        pytest.param(answering(record(READY), b"\x01"), id="dies-in-the-middle-of-one"),
        pytest.param(answering(record(READY), record(99) * 50), id="talks-of-other-things"),
    ],
)
def test_ordinary_connections_finish_what_it_leaves(dial):
    with listening() as server:
        answers = swept(dial, (*range(1, WORTH_RAW + 5), server.port))
    assert answers["127.77.0.1", server.port].state is PortState.OPEN
    assert len(answers) == WORTH_RAW + 5
    assert all(answer.state in {PortState.OPEN, PortState.REFUSED} for answer in answers.values())


def test_an_answer_is_of_the_address_that_the_plan_numbers_whatever_the_order_asked():
    told = np.array(
        [(READY, 0, 0, 0, 0), (OPEN, 0, 443, 0, 0), (REFUSED, 0, 443, 1, 0), (END, DONE, 0, 0, 2)], dtype=RECORD
    )
    networks = (ip_network("203.0.113.0/24"), ip_network("2001:db8::/32"))
    given = mandate(kind=MandateKind.ESTABLISHMENT, networks=networks)
    found = raw_sweep(
        ["2001:db8::1", "203.0.113.1"],
        (443,),
        gate=Gate(Scope([given]), StopSignal(), free_pace(), lambda: NOW),
        intensity=Intensity.STANDARD,
        stop=StopSignal(),
        timeout_seconds=0.1,
        tries=1,
        dial=answering(told.tobytes()),
    )
    assert found.states == {("203.0.113.1", 443): PortState.OPEN, ("2001:db8::1", 443): PortState.REFUSED}


def test_a_few_ports_are_not_worth_a_process():
    def never():
        raise AssertionError("dialled")

    assert len(swept(never, tuple(range(1, 20)))) == 19


def test_a_stop_before_it_begins_asks_nothing():
    stop = StopSignal()
    stop.set()
    answers = swept(answering(record(READY)), tuple(range(1, WORTH_RAW + 5)), stop)
    assert {answer.reason for answer in answers.values()} == {"stopped"}

"""Which ports of these addresses take a connection? Asked without privilege, by connections that are closed at once."""

import errno
import heapq
import random
import select
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from vigie.engine.facts import PortState

from .gate import Gate
from .scope import Refusal
from .stop import StopSignal

Place = tuple[str, int]  # address, port
TRIES = 2  # a lost packet must not hide a service
CONTROL = 0  # tries of a question that only tells whether a host that had answered still does
IN_FLIGHT = 400  # half-open connections at once: well under the usual limit of 1,024 descriptors
_TICK_SECONDS = 0.1  # the longest time before the stop is seen


@dataclass(frozen=True, slots=True)
class PortAnswer:
    state: PortState
    reason: str = ""  # for NOT_ASKED and UNREACHABLE


@dataclass(slots=True)
class _Knock:
    """One connection on its way."""

    sock: socket.socket
    address: str
    port: int
    tries: int  # left after this one
    began: float
    deadline: float
    is_control: bool = False  # of a port that had answered: does its host still do?


@dataclass(slots=True)
class _Knocks:
    """The state of one sweep: what waits its turn, and what is on its way."""

    waiting: list[tuple[float, float, str, int, int]]  # not before, random, address, port, tries left
    in_flight: dict[int, _Knock] = field(default_factory=dict)  # by descriptor
    deadlines: list[tuple[float, int]] = field(default_factory=list)  # when, descriptor
    answers: dict[tuple[str, int], PortAnswer] = field(default_factory=dict)
    doubts: dict[str, "_Doubt"] = field(default_factory=dict)  # by address, of those that have answered


@dataclass(slots=True)
class _Doubt:
    """Does a host that had answered still do? A firewall that drops and a host that died are silent alike."""

    port: int  # that answered last
    silences: int = 0  # since then
    patience: int = 2  # silences before that port is asked again; doubled each time it answers
    asking: bool = False


def knock(
    asked: Collection[tuple[str, int]], *, gate: Gate, stop: StopSignal, timeout_seconds: float
) -> Mapping[tuple[str, int], PortAnswer]:
    """Ask every place once, again once when nothing came; one entry for each that was given.

    Blocks: run it in a thread. Ends at once when stopped; what was not asked is NOT_ASKED with its reason.
    """
    # In random order no address meets all its connections at once.
    state = _Knocks([(0.0, random.random(), address, port, TRIES) for address, port in asked])  # noqa: S311
    heapq.heapify(state.waiting)
    with select.epoll() as poll:
        try:
            while (state.waiting or state.in_flight) and not stop.is_set():
                pause = _send_what_may(state, gate, poll, timeout_seconds)
                _collect(state, gate, poll, pause)
                _give_up_late(state, gate, poll)
        finally:
            for knock in state.in_flight.values():
                knock.sock.close()
    missing = PortAnswer(PortState.NOT_ASKED, "stopped")
    return {key: state.answers.get(key, missing) for key in asked}


def _send_what_may(state: _Knocks, gate: Gate, poll: select.epoll, timeout_seconds: float) -> float:
    """Send each that the gate lets go; return how long to listen before the next may leave."""
    moment = time.monotonic()
    burst = 64  # then listen, so that answers are not kept waiting
    while state.waiting and len(state.in_flight) < IN_FLIGHT and burst:
        not_before, order, address, port, tries = state.waiting[0]
        if not_before > moment:
            return min(not_before - moment, _TICK_SECONDS)
        heapq.heappop(state.waiting)
        doubt = state.doubts.get(address)
        is_control = tries == CONTROL
        if doubt is not None and doubt.asking and not is_control:
            heapq.heappush(state.waiting, (moment + _TICK_SECONDS, order, address, port, tries))
            continue
        sock = gate.knock(address, port)
        if isinstance(sock, float):
            heapq.heappush(state.waiting, (moment + sock, order, address, port, tries))
            continue
        if isinstance(sock, Refusal):
            unreachable = sock.reason.startswith("unreachable")
            kind = PortState.UNREACHABLE if unreachable else PortState.NOT_ASKED
            if is_control and doubt is not None:
                doubt.asking = False
            else:
                state.answers[address, port] = PortAnswer(kind, sock.reason)
            continue
        burst -= 1
        descriptor = sock.fileno()
        deadline = moment + timeout_seconds
        state.in_flight[descriptor] = _Knock(sock, address, port, tries - 1, moment, deadline, is_control)
        heapq.heappush(state.deadlines, (deadline, descriptor))
        poll.register(descriptor, select.EPOLLOUT)
    return 0.0 if state.waiting and not burst else _TICK_SECONDS


def _collect(state: _Knocks, gate: Gate, poll: select.epoll, pause: float) -> None:
    if not state.in_flight:
        time.sleep(pause)
        return
    ready = poll.poll(pause, IN_FLIGHT)
    moment = time.monotonic()
    for descriptor, _ in ready:
        knock = state.in_flight.pop(descriptor)
        code = knock.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        knock.sock.close()
        answer = _STATES.get(code, PortState.UNREACHABLE)
        if answer is PortState.SILENT or (knock.is_control and answer is PortState.UNREACHABLE):
            _again_or_silent(state, knock, gate)
            continue
        if answer is not PortState.UNREACHABLE:
            gate.answered(knock.address, moment - knock.began)
            _trust(state, knock)
            if knock.is_control:
                continue
            if not knock.tries:
                gate.slow(knock.address)  # it said nothing the first time: it was asked more than it could follow
        reason = errno.errorcode.get(code, "") if answer is PortState.UNREACHABLE else ""
        state.answers[knock.address, knock.port] = PortAnswer(answer, reason)


def _give_up_late(state: _Knocks, gate: Gate, poll: select.epoll) -> None:
    moment = time.monotonic()
    while state.deadlines and state.deadlines[0][0] <= moment:
        deadline, descriptor = heapq.heappop(state.deadlines)
        knock = state.in_flight.get(descriptor)
        # The number of a closed descriptor is used again: the deadline tells whose it is.
        if knock is None or knock.deadline != deadline:
            continue
        del state.in_flight[descriptor]
        poll.unregister(descriptor)
        knock.sock.close()
        _again_or_silent(state, knock, gate)


def _trust(state: _Knocks, knock: _Knock) -> None:
    """Its host answers, or still does."""
    doubt = state.doubts.setdefault(knock.address, _Doubt(knock.port))
    doubt.port, doubt.silences = knock.port, 0
    if knock.is_control:
        doubt.asking, doubt.patience = False, doubt.patience * 2


def _doubt(state: _Knocks, knock: _Knock, gate: Gate) -> None:
    """A host that had answered is silent: ask the port that answered again, before any other of that host."""
    doubt = state.doubts.get(knock.address)
    if doubt is None:
        return
    if knock.is_control:
        gate.unanswered(knock.address)
    else:
        doubt.silences += 1
        if doubt.asking or doubt.silences < doubt.patience:
            return
    doubt.asking = True
    heapq.heappush(state.waiting, (0.0, random.random(), knock.address, doubt.port, CONTROL))  # noqa: S311


def _again_or_silent(state: _Knocks, knock: _Knock, gate: Gate) -> None:
    _doubt(state, knock, gate)
    if knock.is_control:
        return
    if knock.tries:
        heapq.heappush(state.waiting, (0.0, random.random(), knock.address, knock.port, knock.tries))  # noqa: S311
    else:
        state.answers[knock.address, knock.port] = PortAnswer(PortState.SILENT)


_STATES = {0: PortState.OPEN, errno.ECONNREFUSED: PortState.REFUSED, errno.ETIMEDOUT: PortState.SILENT}

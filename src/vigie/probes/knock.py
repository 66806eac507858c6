"""Which ports of these addresses take a connection? Asked without privilege, by connections that are closed at once."""

import errno
import heapq
import random
import select
import socket
import time
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from vigie.engine.facts import PortState

from .gate import Gate
from .scope import Refusal
from .stop import StopSignal

Place = tuple[str, int]  # address, port
TRIES = 2  # a lost packet must not hide a service
IN_FLIGHT = 400  # half-open connections at once: well under the usual limit of 1,024 descriptors
_TICK_SECONDS = 0.1  # the longest time before the stop is seen
_BURST = 64  # then listen, so that answers are not kept waiting


@dataclass(frozen=True, slots=True)
class PortAnswer:
    state: PortState
    reason: str = ""  # for NOT_ASKED and UNREACHABLE


@dataclass(slots=True, eq=False)
class _Host:
    """One address, and what is left to ask it."""

    left: list[Place]  # the last is the next
    waits: bool = True  # for its turn, or for its moment
    # Does it still answer, having answered? A firewall that drops and a host that died are silent alike.
    answered: Place | None = None  # the place that did last
    silences: int = 0  # since then
    patience: int = 2  # silences before that place is asked again; doubled each time it answers
    doubted: bool = False  # nothing else is asked until it has answered, ...
    control_is_due: bool = False  # ... and it is not being asked yet


# One connection on its way, made by the ten thousand: its socket, where it leads, of which host, when it began, and
# whether it only tells that its host still answers.
_Knock = tuple[socket.SocketType, Place, _Host, float, bool]


@dataclass(slots=True)
class _Knocks:
    """The state of one sweep: whose turn it is, who must be left alone until a moment, and what is on its way."""

    timeout_seconds: float
    turns: deque[_Host]
    later: list[tuple[float, int, _Host]] = field(default_factory=list)  # a heap: not before, any number, who
    in_flight: dict[int, _Knock] = field(default_factory=dict)  # by descriptor
    begun: deque[tuple[float, int]] = field(default_factory=deque)  # when, descriptor: oldest first
    silences: Counter[Place] = field(default_factory=Counter)
    answers: dict[Place, PortAnswer] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)


def knock(
    asked: Collection[Place], *, gate: Gate, stop: StopSignal, timeout_seconds: float
) -> Mapping[Place, PortAnswer]:
    """Ask every place once, again once when nothing came; one entry for each that was given.

    Blocks: run it in a thread. Ends at once when stopped; what was not asked is NOT_ASKED with its reason.
    """
    state = _Knocks(timeout_seconds, _turns(asked))
    with select.epoll() as poll:
        try:
            while (state.turns or state.later or state.in_flight) and not stop.is_set():
                pause = _send_what_may(state, gate, poll)
                _collect(state, gate, poll, pause)
                _give_up_late(state, gate)
        finally:
            for sock, *_ in state.in_flight.values():
                sock.close()
    if len(state.answers) < len(asked):
        missing = PortAnswer(PortState.NOT_ASKED, "stopped")
        state.answers.update((place, missing) for place in asked if place not in state.answers)
    return state.answers


def _turns(asked: Collection[Place]) -> deque[_Host]:
    """In random order; as each is asked one port at its turn, none meets all its connections at once."""
    places: dict[str, list[Place]] = defaultdict(list)
    for place in asked:
        places[place[0]].append(place)
    hosts = [_Host(own) for own in places.values()]
    for own in places.values():
        random.shuffle(own)
    random.shuffle(hosts)
    return deque(hosts)


def _send_what_may(state: _Knocks, gate: Gate, poll: select.epoll) -> float:
    """Send each that the gate lets go; return how long to listen before the next may leave."""
    moment = time.monotonic()
    turns = state.turns
    while state.later and state.later[0][0] <= moment:
        turns.append(heapq.heappop(state.later)[2])
    burst = min(_BURST, IN_FLIGHT - len(state.in_flight))
    while turns and burst:
        host = turns.popleft()
        # Nothing else is asked of a host that is doubted.
        place = host.answered if host.control_is_due else None if host.doubted else host.left[-1]
        if place is not None:
            sock = gate.knock(*place)
            if isinstance(sock, float):
                if pause := gate.pause():
                    turns.appendleft(host)
                    return min(pause, _TICK_SECONDS)
                heapq.heappush(state.later, (moment + sock, next(state.numbers), host))
                continue
            if isinstance(sock, Refusal):
                _refused(state, host, place, sock.reason)
            else:
                burst -= 1
                descriptor = sock.fileno()
                state.in_flight[descriptor] = sock, place, host, moment, host.control_is_due
                state.begun.append((moment, descriptor))
                poll.register(descriptor, select.EPOLLOUT)
            if host.control_is_due:
                host.control_is_due = False
            else:
                host.left.pop()
        if host.left and not host.doubted:
            turns.append(host)
        else:
            host.waits = False
    if turns:
        return 0.0 if len(state.in_flight) < IN_FLIGHT else _TICK_SECONDS
    return min(max(0.0, state.later[0][0] - moment), _TICK_SECONDS) if state.later else _TICK_SECONDS


def _give_turn(state: _Knocks, host: _Host) -> None:
    if not host.waits and (host.control_is_due or (host.left and not host.doubted)):
        host.waits = True
        state.turns.append(host)


def _refused(state: _Knocks, host: _Host, place: Place, reason: str) -> None:
    if host.control_is_due:
        host.doubted = False
        return
    kind = PortState.UNREACHABLE if reason.startswith("unreachable") else PortState.NOT_ASKED
    state.answers[place] = PortAnswer(kind, reason)


def _collect(state: _Knocks, gate: Gate, poll: select.epoll, pause: float) -> None:
    if not state.in_flight:
        time.sleep(pause)
        return
    ready = poll.poll(pause, IN_FLIGHT)
    moment = time.monotonic()
    for descriptor, events in ready:
        sock, place, host, began, is_control = knock = state.in_flight.pop(descriptor)
        # Writable and nothing else: it is connected, there is no error to ask for.
        code = 0 if events == select.EPOLLOUT else sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        sock.close()
        answer = _ANSWERS.get(code)
        if answer is _SILENT or (answer is None and is_control):
            _again_or_silent(state, gate, knock)
            continue
        if answer is None:
            answer = PortAnswer(PortState.UNREACHABLE, errno.errorcode.get(code, ""))
        else:
            gate.answered(place[0], moment - began)
            host.answered, host.silences = place, 0
            if is_control:
                host.doubted, host.patience = False, host.patience * 2
                _give_turn(state, host)
                continue
            if place in state.silences:
                gate.slow(place[0])  # it said nothing the first time: it was asked more than it could follow
        state.answers[place] = answer


def _give_up_late(state: _Knocks, gate: Gate) -> None:
    late = time.monotonic() - state.timeout_seconds
    while state.begun:
        began, descriptor = state.begun[0]
        knock = state.in_flight.get(descriptor)
        # The number of a closed descriptor is used again: the moment when it began tells whose it is.
        if knock is not None and knock[3] == began:
            if began > late:
                return
            del state.in_flight[descriptor]
            knock[0].close()
            _again_or_silent(state, gate, knock)
        state.begun.popleft()


def _again_or_silent(state: _Knocks, gate: Gate, knock: _Knock) -> None:
    _, place, host, _, is_control = knock
    if is_control:
        gate.unanswered(place[0])
    else:
        state.silences[place] += 1
        if state.silences[place] == TRIES:
            state.answers[place] = _SILENT
        else:
            host.left.insert(0, place)
    _doubt(host, was_control=is_control)
    _give_turn(state, host)


def _doubt(host: _Host, *, was_control: bool) -> None:
    """A host that had answered is silent: ask the place that answered again, before any other of that host."""
    if host.answered is None:
        return
    if not was_control:
        host.silences += 1
        if host.doubted or host.silences < host.patience:
            return
    host.doubted = host.control_is_due = True


_SILENT = PortAnswer(PortState.SILENT)
_ANSWERS = {0: PortAnswer(PortState.OPEN), errno.ECONNREFUSED: PortAnswer(PortState.REFUSED), errno.ETIMEDOUT: _SILENT}

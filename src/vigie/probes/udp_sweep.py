"""Which of these services, that take no connection, answer their question?"""

import errno
import secrets
import select
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from vigie.engine.facts import PortState

from .datagrams import Datagram
from .gate import Gate
from .knock import IN_FLIGHT, TRIES
from .scope import Refusal
from .stop import StopSignal

_TICK_SECONDS = 0.1
_LARGEST = 4096  # bytes of an answer that are kept


@dataclass(frozen=True, slots=True)
class UdpAnswer:
    """OPEN when the service answered its question, REFUSED when the host said that nothing listens, else SILENT."""

    state: PortState
    reason: str = ""
    asked: bytes = b""
    answered: bytes = b""


@dataclass(slots=True)
class _Asked:
    sock: socket.socket
    place: tuple[str, str]
    question: bytes
    token: bytes
    deadline: float
    tries: int  # left after this one


@dataclass(slots=True)
class _State:
    waiting: list[tuple[float, tuple[str, str], int]]  # not before, place, tries left
    asked: dict[int, _Asked] = field(default_factory=dict)
    answers: dict[tuple[str, str], UdpAnswer] = field(default_factory=dict)


def udp_sweep(
    addresses: Collection[str],
    questions: Mapping[str, Datagram],
    *,
    gate: Gate,
    stop: StopSignal,
    timeout_seconds: float,
) -> Mapping[tuple[str, str], UdpAnswer]:
    """Ask each question of each address, once more when nothing came; an answer for each (address, service).

    The gate lets each datagram go as it does connections. Silence proves nothing: many answer only whom they know.
    Blocks. Ends at once when stopped.
    """
    places = [(address, service) for service in questions for address in addresses]
    state = _State([(0.0, place, TRIES) for place in reversed(places)])
    with select.epoll() as poll:
        try:
            while (state.waiting or state.asked) and not stop.is_set():
                pause = _ask_what_may(state, questions, gate, poll, timeout_seconds)
                _collect(state, questions, poll, pause)
                _give_up_late(state)
        finally:
            for one in state.asked.values():
                one.sock.close()
    missing = UdpAnswer(PortState.NOT_ASKED, "stopped")
    return {place: state.answers.get(place, missing) for place in places}


def _ask_what_may(
    state: _State, questions: Mapping[str, Datagram], gate: Gate, poll: select.epoll, timeout_seconds: float
) -> float:
    """Send what the gate lets go; return how long to listen before the next may leave."""
    moment = time.monotonic()
    later, pause = [], _TICK_SECONDS
    while state.waiting and len(state.asked) < IN_FLIGHT:
        not_before, place, tries = state.waiting.pop()
        if not_before > moment:
            later.append((not_before, place, tries))
            pause = min(pause, not_before - moment)
            continue
        address, question = place[0], questions[place[1]]
        token = secrets.token_bytes(8)
        data = question.build(token, address)
        sent = gate.send(address, question.port, data)
        if isinstance(sent, float):
            later.append((moment + sent, place, tries))
            pause = min(pause, sent)
        elif isinstance(sent, Refusal):
            unreachable = sent.reason.startswith("unreachable")
            kind = PortState.UNREACHABLE if unreachable else PortState.NOT_ASKED
            state.answers[place] = UdpAnswer(kind, sent.reason)
        else:
            poll.register(sent, select.EPOLLIN)
            state.asked[sent.fileno()] = _Asked(sent, place, data, token, moment + timeout_seconds, tries - 1)
    state.waiting.extend(reversed(later))
    return max(pause, 0.001)


def _collect(state: _State, questions: Mapping[str, Datagram], poll: select.epoll, pause: float) -> None:
    for descriptor, _ in poll.poll(pause, IN_FLIGHT):
        one = state.asked[descriptor]
        try:
            reply = one.sock.recv(_LARGEST)
        except OSError as error:
            answer = UdpAnswer(_STATES.get(error.errno or 0, PortState.UNREACHABLE), asked=one.question)
        else:
            if reply == one.question or not questions[one.place[1]].is_answer(one.token, reply):
                continue  # an echo, or the answer to another question: the right one may still come
            answer = UdpAnswer(PortState.OPEN, asked=one.question, answered=reply)
        state.answers[one.place] = answer
        one.sock.close()
        del state.asked[descriptor]


def _give_up_late(state: _State) -> None:
    moment = time.monotonic()
    for descriptor, one in list(state.asked.items()):
        if one.deadline > moment:
            continue
        one.sock.close()
        del state.asked[descriptor]
        if one.tries:
            state.waiting.insert(0, (0.0, one.place, one.tries))
        else:
            state.answers[one.place] = UdpAnswer(PortState.SILENT, asked=one.question)


_STATES = {errno.ECONNREFUSED: PortState.REFUSED}

"""Every question of the registry against every fault: the right verdict, within bounded time and bounded memory.

All the questions are asked of one faulty server at once, so that the time is that of the slowest; a question that is
added to the registry is asked by itself.
"""

import asyncio
import gzip
import socket
import struct
import time
import tracemalloc
from collections.abc import Callable

import pytest

from vigie.data.pace import Timeouts
from vigie.engine.checks import judge_all
from vigie.engine.facts import Answer, ServiceLook
from vigie.engine.outcome import Verdict
from vigie.probes.gate import Gate
from vigie.probes.identify import ORDERS, Question, identify
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal

from .conftest import NOW, PATIENT, free_pace, mandate, settings
from .servers import Listener, listening, page, resets, silent

SHORT = Timeouts(connect=2.0, first_byte=0.15, other_first_byte=0.1, next_byte=0.1, conversation=0.3, handshake=0.3)
MOST_SECONDS = 20.0  # of a machine under load: questions that waited for each fault would take hours
MOST_KEPT = 200_000  # bytes of facts and of raw answers
MOST_HELD = 48 * 1024 * 1024  # bytes, all questions together

NOTHING = frozenset({Answer.SILENT, Answer.CLOSED, Answer.GARBLED, Answer.TOO_LONG})
BOMB = gzip.compress(b"<title>bombe</title>" + b"a" * 20_000_000)


def pours(piece: bytes) -> Callable[[socket.socket], None]:
    """The same piece for ever, from one buffer: the memory that is measured is ours."""

    def handle(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)

    return handle


def drops(connection: socket.socket) -> None:
    """Reads the question, then closes."""
    connection.recv(65536)


def alerts(connection: socket.socket) -> None:
    """Refuses every handshake as TLS does."""
    connection.recv(65536)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def resets_late(connection: socket.socket) -> None:
    """Begins to answer, then resets."""
    connection.recv(65536)
    connection.sendall(b"H")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def one_byte_a_second(server: Listener) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        for byte in b"220 slow, and never to the end":
            connection.sendall(bytes([byte]))
            if server.closing.wait(1.0):
                return

    return handle


def web(answer: Callable[[bytes], bytes]) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        while request := connection.recv(65536):
            connection.sendall(answer(request))

    return handle


def loops(request: bytes) -> bytes:
    path = request.split(b" ")[1].decode("latin-1") if request.count(b" ") > 1 else "/"
    return page(b"", f"Location: {'/b' if path == '/a' else '/a'}", status="302 Found")


#   fault -> what may be concluded of a port that has it
FAULTS: dict[str, tuple[Callable[[socket.socket], None], frozenset[Answer]]] = {
    "silent": (silent, frozenset({Answer.SILENT})),
    "dropping": (drops, NOTHING),
    "resets": (resets, frozenset({Answer.CLOSED, Answer.SILENT})),
    "resets-late": (resets_late, NOTHING),
    "endless-letters": (pours(b"a" * 16384), NOTHING),
    "endless-lines": (pours(b"220-a\r\n" * 2000), NOTHING),
    "endless-zeros": (pours(b"\0" * 16384), NOTHING),
    "endless-records": (pours(b"\x16\x03\x03\x40\x00" + b"\x02" * 0x4000), NOTHING),
    "tls-alert": (alerts, NOTHING),
}
#   fault of a site -> how it answers anything
SITES: dict[str, Callable[[bytes], bytes]] = {
    "catch-all-200": lambda _: page(b"<title>Tout va bien</title>"),
    "redirect-loop": loops,
    "gzip-bomb": lambda _: page(BOMB, "Content-Encoding: gzip"),
}


def speaks_web(hint: str | None) -> bool:
    """What answers it is waited for, even on a loaded machine: silence is not among its faults."""
    return ORDERS[hint][0] == "http"


def ask_all(server: Listener, *, waits: bool):
    """What each question of the registry concludes of this port, asked as if its number suggested it."""

    async def act():
        gate = Gate(Scope([mandate()]), StopSignal(), free_pace(), lambda: NOW)
        one = Question(server.address, server.port, None, None)
        hurried, patient = settings(SHORT), settings(PATIENT, explores=True)
        return await asyncio.gather(
            *(identify(one, gate, patient if waits and speaks_web(hint) else hurried) for hint in ORDERS)
        )

    return dict(zip(ORDERS, asyncio.run(act()), strict=True))


@pytest.fixture
def suggest(monkeypatch):
    """Each question in turn is what the number of the port suggests."""
    turns = iter(ORDERS)
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: next(turns))


def judged(server: Listener, allowed: frozenset[Answer], *, waits: bool = False) -> dict[str | None, ServiceLook]:
    began = time.monotonic()
    tracemalloc.start()
    try:
        seen = ask_all(server, waits=waits)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    wrong = {hint: look.answer for hint, look in seen.items() if look.answer not in allowed}
    assert wrong == {}
    for hint, look in seen.items():
        if look.answer is not Answer.ANSWERED:
            assert look.reason, hint
            assert look.service in {None, "tls", "mllp"}, hint
            assert not any(one.verdict is not Verdict.UNKNOWN for one in judge_all(look)), hint
        assert sum(len(raw.answered) for raw in look.raw) + len(repr(look.facts)) < MOST_KEPT, hint
    assert held < MOST_HELD
    assert time.monotonic() - began < MOST_SECONDS
    return seen


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_server_gets_the_right_verdict_from_every_question(fault, suggest):
    handler, allowed = FAULTS[fault]
    with listening(handler) as server:
        judged(server, allowed)


@pytest.mark.parametrize("fault", SITES)
def test_a_faulty_site_is_a_site_and_shows_nothing_that_it_does_not_hold(fault, suggest):
    with listening(web(SITES[fault])) as server:
        seen = judged(server, NOTHING | {Answer.ANSWERED}, waits=True)
    for hint, look in seen.items():
        if speaks_web(hint):
            assert (look.answer, look.service) == (Answer.ANSWERED, "http"), hint
            assert look.facts.site.found == (), hint
        assert not any(one.verdict is Verdict.FAIL for one in judge_all(look)), hint


def test_one_byte_a_second_is_left_by_every_question(suggest):
    with listening() as server:
        server.handler = one_byte_a_second(server)
        judged(server, NOTHING)

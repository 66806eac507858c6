"""SMB: which dialects, whether signing is required, and whether version 1 is still spoken."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Answer, SmbFacts
from vigie.probes import smb
from vigie.probes.errors import Garbled

from .servers import answers, listening, page


def framed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def second(dialect: int, mode: int = 1, status: int = 0) -> bytes:
    header = struct.pack("<4sHHIHHIIQIIQ16x", b"\xfeSMB", 64, 0, status, 0, 1, 1, 0, 0, 0, 0, 0)
    return framed(header + struct.pack("<HHHH", 65, mode, dialect, 0) + bytes(56))


def first(index: int, words: int = 17) -> bytes:
    header = struct.pack("<4sBIBH12xHHHH", b"\xffSMB", 0x72, 0, 0x98, 0xC843, 0, 0xFEFF, 0, 0)
    return framed(header + bytes([words]) + struct.pack("<H", index) + bytes(words * 2))


def share(*, new: bytes = b"", old: bytes = b"", received: list[bytes] | None = None):
    """Answers version 2 with `new` and version 1 with `old`; closes where there is nothing to answer."""

    def handle(connection) -> None:
        asked = connection.recv(1000)
        if received is not None:
            received.append(asked)
        connection.sendall(new if asked[4:8] == b"\xfeSMB" else old)

    return handle


@pytest.mark.parametrize(
    ("new", "old", "facts"),
    [
        pytest.param(second(0x0311, 3), b"", SmbFacts("3.1.1", True, False), id="modern"),
        pytest.param(second(0x0210), first(0), SmbFacts("2.1", False, True), id="both"),
        pytest.param(b"", first(0), SmbFacts(None, None, True), id="version-1-alone"),
        pytest.param(second(0x0302), first(0xFFFF, 1), SmbFacts("3.0.2", False, False), id="refuses-in-words"),
        pytest.param(second(0, status=0xC00000BB), b"", SmbFacts(None, None, False), id="no-common-dialect"),
        pytest.param(second(0x0302), b"hello", SmbFacts("3.0.2", False, None), id="says-something-else-to-version-1"),
    ],
)
def test_a_share_tells_its_dialect_its_signing_and_whether_it_speaks_version_1(new, old, facts, ask):
    with listening(share(new=new, old=old)) as server:
        service = ask(server, "smb")
    assert (service.service, service.facts.smb) == ("smb", facts)
    assert server.connections == 2


def test_no_session_is_asked_for(ask):
    received: list[bytes] = []
    with listening(share(new=second(0x0311), received=received)) as server:
        ask(server, "smb")
    assert [asked[4:8] for asked in received] == [b"\xfeSMB", b"\xffSMB"]
    assert received[0][16:18] == b"\0\0"  # the command: NEGOTIATE
    assert received[1][8] == 0x72


def test_a_port_that_closes_on_both_questions_is_closed(ask):
    with listening(share()) as server:
        service = ask(server, "smb")
    assert (service.service, service.answer) == (None, Answer.CLOSED)


def test_a_site_on_the_port_of_shares_is_told_for_what_it_is(ask):
    with listening(answers(page())) as server:
        assert ask(server, "smb").service == "http"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_garbled(data):
    smb.parse_v1(data)
    smb.parse_v1(b"\xffSMB\x72" + data)
    for message in (data, b"\xfeSMB" + data):
        try:
            assert smb.parse(message).accepts_smb1 is None
        except Garbled:
            continue

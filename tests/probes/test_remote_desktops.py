"""Telnet, RDP and VNC: what each shows to a caller that signs in nowhere."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import RdpSecurity
from vigie.probes import rdp, telnet, vnc
from vigie.probes.errors import Garbled

from .conftest import PATIENT
from .servers import answers, listening, says, until_left

NEGOTIATION = b"\xff\xfd\x18\xff\xfd\x20\xff\xfa\x18\x01\xff\xf0"
CONFIRM = bytes.fromhex("0300001 30ed000001234 0002 0008 00".replace(" ", ""))


def confirm(kind: int, value: int) -> bytes:
    return CONFIRM[:-4] + bytes([kind]) + b"\x00\x08\x00" + value.to_bytes(4, "little")


def sharing(version: bytes, types: bytes, heard: list[bytes]):
    """A VNC server, which notes all that it is told."""

    def handle(connection) -> None:
        connection.sendall(version)
        heard.append(connection.recv(100))
        connection.sendall(types)
        while more := connection.recv(100):
            heard.append(more)

    return handle


@pytest.mark.parametrize("hint", [None, "telnet", "ssh", "https"])
def test_a_terminal_is_told_by_its_negotiation_and_is_told_nothing(hint, ask):
    received = []

    def handle(connection):
        connection.sendall(NEGOTIATION)
        connection.sendall(b"\r\nRouter login: ")
        while data := connection.recv(1000):
            received.append(data)

    with listening(handle) as server:
        service = ask(server, hint, times=replace(PATIENT, conversation=0.3))
    assert service.service == "telnet"
    assert service.facts.telnet.negotiates
    assert service.facts.telnet.greeting == "Router login:"
    if hint in {None, "telnet"}:
        assert received == []


def test_a_terminal_that_only_asks_for_a_name_is_told_where_one_is_expected(ask):
    with listening(says(b"User Access Verification\r\n\r\nUsername: ")) as server:
        service = ask(server, "telnet", times=replace(PATIENT, conversation=0.3))
    assert (service.service, service.facts.telnet.negotiates) == ("telnet", False)


@pytest.mark.parametrize("data", [b"Welcome\r\n", b"\xff\xd8\xff\xe0 an image", b"\xff\xfd", b""], ids=repr)
def test_what_neither_negotiates_nor_asks_is_no_terminal(data):
    with pytest.raises(Garbled):
        telnet.parse(data)


@pytest.mark.parametrize(
    ("reply", "security"),
    [
        pytest.param(confirm(2, 1), RdpSecurity.TLS, id="tls-agreed"),
        pytest.param(confirm(2, 0), RdpSecurity.STANDARD, id="standard-agreed"),
        pytest.param(confirm(3, 5), RdpSecurity.NLA_REQUIRED, id="nla-required"),
        pytest.param(confirm(3, 2), RdpSecurity.STANDARD, id="no-tls-at-all"),
        pytest.param(confirm(3, 3), RdpSecurity.STANDARD, id="no-certificate"),
        pytest.param(confirm(3, 4), None, id="another-refusal"),
        pytest.param(bytes.fromhex("0300000b06d00000123400"), RdpSecurity.STANDARD, id="before-the-negotiation"),
    ],
)
def test_a_desktop_tells_whether_a_stranger_reaches_its_sign_in(reply, security, ask):
    with listening(answers(reply)) as server:
        service = ask(server, "rdp")
    assert service.service == "rdp"
    assert service.facts.rdp.security is security
    # One conversation tells it; where TLS is agreed, what is behind it is looked for again, in two ways or in one.
    assert server.connections == {RdpSecurity.TLS: 3, RdpSecurity.NLA_REQUIRED: 2}.get(security, 1)
    assert service.raw[0].asked == rdp.REQUEST


@pytest.mark.parametrize(
    "reply", [b"\x03\0\0\x13" + bytes(15), b"\x03\0\xff\xff", b"HTTP/1.1 400 no\r\n\r\n"], ids=repr
)
def test_what_only_begins_like_a_desktop_is_none(reply, ask):
    with listening(answers(reply)) as server:
        assert ask(server, "rdp").facts.rdp is None


@pytest.mark.parametrize(
    ("version", "types", "ours", "security"),
    [
        pytest.param(b"RFB 003.008\n", b"\x02\x02\x13", b"RFB 003.008\n", ("password", "vencrypt"), id="3.8"),
        pytest.param(b"RFB 003.007\n", b"\x01\x01", b"RFB 003.007\n", ("none",), id="3.7-open"),
        pytest.param(b"RFB 003.003\n", b"\0\0\0\x02", b"RFB 003.003\n", ("password",), id="3.3"),
        pytest.param(b"RFB 003.889\n", b"\x01\x1e", b"RFB 003.008\n", ("apple",), id="newer"),
        pytest.param(b"RFB 003.005\n", b"\0\0\0\x01", b"RFB 003.003\n", ("none",), id="unknown-counts-as-oldest"),
        pytest.param(b"RFB 003.008\n", b"\x01\xfd", b"RFB 003.008\n", ("type-253",), id="unknown-type"),
        pytest.param(b"RFB 003.008\n", b"\0\0\0\0\x03no!", b"RFB 003.008\n", None, id="refuses"),
        pytest.param(b"RFB 003.003\n", b"\0\0\0\0", b"RFB 003.003\n", None, id="refuses-3.3"),
    ],
)
def test_a_shared_screen_tells_how_it_signs_callers_in_and_nothing_is_chosen(version, types, ours, security, ask):
    heard: list[bytes] = []
    with listening(sharing(version, types, heard)) as server:
        service = ask(server)
    assert (service.service, service.facts.vnc.security_types) == ("vnc", security)
    assert heard == [ours]


def test_a_shared_screen_that_then_leaves_stays_unknown_about_its_password(ask):
    with listening(answers_once(b"RFB 003.008\n")) as server:
        service = ask(server, "vnc")
    assert (service.service, service.facts.vnc.security_types) == ("vnc", None)


def answers_once(greeting: bytes):
    def handle(connection) -> None:
        connection.sendall(greeting)
        connection.recv(100)

    return handle


def test_one_byte_then_silence_is_no_desktop(ask):
    def handle(connection):
        connection.sendall(b"\x03")
        connection.shutdown(1)
        until_left(connection)

    with listening(handle) as server:
        assert ask(server, "rdp").service is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_desktop_a_screen_a_terminal_or_garbled(data):
    for parse in (rdp.parse, telnet.parse, vnc.parse_version):
        with suppress(Garbled):
            parse(data)
    assert b"\xff\xfd" not in telnet.text_between(b"\xff\xfd\x18" + data)[:2]

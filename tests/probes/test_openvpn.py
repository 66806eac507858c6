"""OpenVPN over a connection, against servers that answer, lie, and say nothing."""

import pytest

from vigie.engine.facts import Answer

from .conftest import HURRIED
from .servers import listening


def reset_by_the_server(token):
    """P_CONTROL_HARD_RESET_SERVER_V2: its session, then one acknowledgement, which tells ours."""
    return b"\x40" + b"its-ssid" + b"\x01" + bytes(4) + token + bytes(4)


def server(answer, heard):
    def handle(connection):
        if data := connection.recv(4096):
            heard.append(data)
            connection.sendall(answer(data))

    return handle


def framed(packet):
    return len(packet).to_bytes(2, "big") + packet


def test_a_server_is_recognised_by_the_first_packet_of_a_session_alone(ask):
    heard = []
    with listening(server(lambda data: framed(reset_by_the_server(data[3:11])), heard)) as one:
        told = ask(one, "openvpn")
    assert (told.service, told.answer, told.identities) == ("openvpn", Answer.ANSWERED, ())
    (asked,) = heard
    assert asked[:3] == b"\x00\x0e\x38"
    assert len(asked) == 16


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda data: framed(reset_by_the_server(b"not-ours")), id="to-another-session"),
        pytest.param(lambda data: framed(data[2:]), id="an-echo"),
        pytest.param(lambda data: b"\xff\xff" + reset_by_the_server(data[3:11]), id="a-packet-without-end"),
        pytest.param(lambda data: b"\x00\x20" + b"\x40", id="cut-short"),
        pytest.param(lambda data: b"HTTP/1.0 400 Bad Request\r\n\r\n", id="a-site"),
    ],
)
def test_what_answers_something_else_is_no_tunnel(answer, ask):
    with listening(server(answer, [])) as one:
        assert ask(one, "openvpn", times=HURRIED).service != "openvpn"

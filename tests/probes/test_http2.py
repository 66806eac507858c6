"""Sites that speak HTTP/2, that speak nothing else, and that only say that they do."""

import struct
from contextlib import suppress

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Answer
from vigie.probes.http import MAX_BODY
from vigie.probes.http2 import PREFACE, head_of, is_frame

from .certificates import certificate, context
from .conftest import HURRIED
from .servers import endless, listening, page, says, site

SETTINGS = b"\0\0\0\x04\0\0\0\0\0"
PAGE = b"<title>Portail</title><input type=password>"
HEADERS = [(":status", "200"), ("server", "nginx/1.28.0"), ("set-cookie", "sid=secret; Secure; HttpOnly")]


def speaks_http2(pages):
    """A server of HTTP/2 alone, which asks for the preface before anything else."""

    def handle(connection):
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        state.initiate_connection()
        connection.sendall(state.data_to_send())
        while data := connection.recv(65536):
            try:
                told = state.receive_data(data)
            except h2.exceptions.ProtocolError:
                connection.sendall(state.data_to_send())
                return
            for event in told:
                if isinstance(event, h2.events.RequestReceived):
                    answer(state, event)
            connection.sendall(state.data_to_send())

    def answer(state, event):
        path = dict(event.headers)[":path"]
        body = pages.get(path)
        told = HEADERS if body is not None else [(":status", "404")]
        state.send_headers(event.stream_id, told)
        state.send_data(event.stream_id, (body or b"")[:16384], end_stream=True)

    return handle


@pytest.fixture
def over(tmp_path):
    """The handler under TLS, which offers these applications."""

    def wrap(handler, *applications):
        made = context(tmp_path, certificate())
        if applications:
            made.set_alpn_protocols(list(applications))

        def handle(connection):
            with suppress(OSError, h2.exceptions.H2Error), made.wrap_socket(connection, server_side=True) as secure:
                handler(secure)

        return handle

    return wrap


def test_a_site_that_speaks_only_http2_is_looked_at_as_any_other(ask, over):
    with listening(over(speaks_http2({"/": PAGE}), "h2")) as server:
        service = ask(server, "https")
    facts = service.facts.http
    assert (service.service, service.answer) == ("https", Answer.ANSWERED)
    assert (facts.version, facts.status, facts.title, facts.server) == ("2", 200, "Portail", "nginx/1.28.0")
    assert facts.has_password_field
    assert [(one.name, one.secure) for one in facts.cookie_flags] == [("sid", True)]
    assert service.identities[0].product == "nginx"
    assert "secret" not in repr(facts)


def test_one_connection_serves_several_requests_of_http2(ask, over):
    pages = {"/": b"<title>Mirth Connect Administrator</title>", "/api/server/version": b"4.4.0"}
    with listening(over(speaks_http2(pages), "h2", "http/1.1")) as server:
        service = ask(server, "https")
        connections = server.connections
    assert service.identities[0].version == "4.4.0"
    with listening(over(site({p: page(b) for p, b in pages.items()}), "http/1.1")) as server:
        ask(server, "https")
        assert connections == server.connections


@pytest.mark.parametrize("applications", [(), ("http/1.1",)], ids=["names-none", "names-the-older"])
def test_a_site_that_speaks_only_http_1_is_looked_at_as_before(applications, ask, over):
    with listening(over(site({"/": page(PAGE)}), *applications)) as server:
        service = ask(server, "https")
    assert (service.facts.http.version, service.facts.http.title) == ("1.1", "Portail")


def test_a_site_that_chooses_http2_and_does_not_speak_it_is_asked_by_the_older(ask, over):
    handlers = iter([over(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "h2", "http/1.1")])
    older = over(site({"/": page(PAGE)}), "http/1.1")
    with listening(lambda connection: next(handlers, older)(connection)) as server:
        service = ask(server, "https")
    assert (service.facts.http.version, service.facts.http.title) == ("1.1", "Portail")


def test_a_server_in_clear_that_speaks_only_http2_is_recognised_by_its_frames(ask):
    with listening(speaks_http2({"/": PAGE})) as server:
        service = ask(server, "http")
    assert (service.service, service.facts.http.version, service.facts.http.title) == ("http", "2", "Portail")


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(b"\0\0\x08\x06\0\0\0\0\0" + b"p" * 8, id="pings"),
        pytest.param(SETTINGS, id="settings"),
        pytest.param(b"\0\0\0\x09\0\0\0\0\1", id="continuations"),
        pytest.param(b"\0\x40\0\0\0\0\0\0\1" + b"x" * 16384, id="data-before-a-head"),
        pytest.param(b"\xff\xff\xff\0\0\0\0\0\1" + b"x" * 100, id="a-frame-of-sixteen-megabytes"),
        pytest.param(b"\0\0\4\1\5\0\0\0\1\xff\xff\xff\xff", id="a-head-that-cannot-be-unpacked"),
    ],
)
def test_frames_without_end_or_sense_are_left(frames, ask, over):
    with listening(over(lambda c: (c.sendall(SETTINGS), endless(frames)(c)), "h2")) as server:
        service = ask(server, "https", times=HURRIED)
    assert service.answer is not Answer.ANSWERED
    assert service.facts.http is None
    assert service.reason


def test_a_body_of_http2_is_read_no_further_than_its_limit(ask, over):
    with listening(over(speaks_http2({"/": PAGE + b"x" * 16000}), "h2")) as server:
        service = ask(server, "https")
    assert service.facts.http.body_length <= MAX_BODY


def test_a_bomb_of_headers_is_left(ask, over):
    """One entry of 4,000 bytes in the table, named a thousand times."""
    named = b"\x40\x01a\x7f" + b"\xa1\x1e" + b"v" * 4000
    block = b"\x88" + named + b"\xbe" * 12000
    frame = struct.pack(">I", len(block))[1:] + b"\x01\x05\0\0\0\x01" + block

    def handle(connection):
        connection.sendall(SETTINGS + frame)
        connection.recv(65536)

    with listening(over(handle, "h2")) as server:
        service = ask(server, "https", times=HURRIED)
    assert service.facts.http is None


@pytest.mark.parametrize(
    ("heard", "framed"),
    [
        (SETTINGS, True),
        (b"\0\0\x12\x04\0\0\0\0\0" + b"\0" * 18, True),
        (b"\0\0\x08\x07\0\0\0\0\0" + b"\0" * 8, True),
        (b"HTTP/1.1 400 Bad Request\r\n", False),
        (b"", False),
        (PREFACE, False),
        (b"\0\0\x07\x04\0\0\0\0\0", False),
    ],
)
def test_frames_are_told_from_words(heard, framed):
    assert is_frame(heard) is framed


def test_a_head_cannot_smuggle_a_line():
    assert (
        head_of([(b":status", b"200"), (b"a", b"b\r\nset-cookie: x=y")])
        == b"HTTP/2 200\r\na: b  set-cookie: x=y\r\n\r\n"
    )


@given(st.binary(max_size=60))
def test_any_bytes_are_a_frame_or_not(heard):
    is_frame(heard)

"""What the page "who looks at you" publishes is what is sent: the listeners compare, byte by byte."""

import socket
from contextlib import suppress

import pytest

from vigie.data.ports import default_ports, hint_of
from vigie.probes.datagrams import DATAGRAMS
from vigie.probes.identify import FIRST_WORDS, GREETINGS, ORDERS
from vigie.probes.published import NAME, Protocol, published

from .conftest import HURRIED, settings
from .servers import listening
from .test_udp_sweep import answering, asked

SETTINGS = settings()
TABLE: dict[str, Protocol] = {one.slug: one for one in published(SETTINGS)}


class Recorder:
    """Says its words, one after each thing that it hears, and keeps what it heard."""

    def __init__(self, *words: bytes, greets: bool = False) -> None:
        self.words, self.greets = words, greets
        self.heard: list[list[bytes]] = []

    def __call__(self, connection: socket.socket) -> None:
        mine: list[bytes] = []
        self.heard.append(mine)
        words = list(self.words)
        with suppress(OSError):
            if self.greets and words:
                connection.sendall(words.pop(0))
            while data := connection.recv(65536):
                mine.append(data)
                if words:
                    connection.sendall(words.pop(0))
                elif self.words:
                    return

    @property
    def first(self) -> bytes:
        return next(mine[0] for mine in self.heard if mine)

    @property
    def whole(self) -> bytes:
        return b"".join(next(mine for mine in self.heard if mine))


@pytest.mark.parametrize("hint", sorted({*FIRST_WORDS, "smb"}))
def test_the_first_words_of_each_protocol_are_those_that_are_published(hint, ask):
    recorder = Recorder()
    with listening(recorder) as server:
        ask(server, hint, times=HURRIED)
    assert TABLE[hint].says[0].is_like(recorder.first)


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        pytest.param("ssh", [b"SSH-2.0-OpenSSH_9.2\r\n"], id="ssh"),
        pytest.param(
            "ftp", [b"220 FTP\r\n", b"211-F\r\n UTF8\r\n211 End\r\n", b"500 no\r\n", b"221 bye\r\n"], id="ftp"
        ),
        pytest.param("smtp", [b"220 mail ESMTP\r\n", b"250 mail\r\n", b"221 bye\r\n"], id="smtp"),
        pytest.param("imap", [b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1\r\na1 OK\r\n", b"a2 OK\r\n"], id="imap"),
        pytest.param("pop3", [b"+OK ready\r\n", b"+OK\r\nTOP\r\n.\r\n", b"+OK bye\r\n"], id="pop3"),
        pytest.param("vnc", [b"RFB 003.008\n", b"\x01\x02"], id="vnc"),
    ],
)
def test_what_is_said_to_a_server_that_speaks_first_is_published_whole(slug, words, ask):
    recorder = Recorder(*words, greets=True)
    with listening(recorder) as server:
        ask(server, hint_of(TABLE[slug].ports[0]))
    assert recorder.whole == b"".join(said.data for said in TABLE[slug].says)


@pytest.mark.parametrize("slug", ["telnet", "mysql", "mllp"])
def test_where_it_is_published_that_nothing_is_sent_nothing_is(slug, ask):
    words = {"telnet": b"\xff\xfd\x18login: ", "mysql": b"J\0\0\0\n8.0.36\0" + bytes(60), "mllp": b""}[slug]
    recorder = Recorder(words, greets=True)
    with listening(recorder) as server:
        ask(server, slug, times=HURRIED)
    assert TABLE[slug].says == ()
    assert not any(recorder.heard[:1][0])


@pytest.mark.parametrize("hint", ["http", "https"])
def test_the_question_to_a_site_and_the_hello_are_published(hint, ask):
    recorder = Recorder()
    with listening(recorder) as server:
        ask(server, hint, name=NAME, names=frozenset({NAME}), times=HURRIED)
        first = recorder.first.replace(f"{NAME}:{server.port}".encode(), NAME.encode())
    assert any(said.is_like(first) for said in TABLE["tls" if hint == "https" else "http"].says)


@pytest.mark.parametrize("service", sorted(DATAGRAMS))
def test_each_question_without_connection_is_published(service):
    heard: list[bytes] = []

    def reply(question: bytes) -> list[bytes]:
        heard.append(question)
        return []

    with answering(reply) as (port, _):
        asked(service, port, seconds=0.05)
    told = heard[0].replace(b"127.77.0.1", b"203.0.113.7")
    assert TABLE[f"{service}-udp"].says[0].is_like(told)


def test_a_byte_changed_is_another_question():
    one = TABLE["redis"].says[0]
    assert one.is_like(b"PING\r\n")
    assert not one.is_like(b"PING\n\n")
    assert not one.is_like(b"PING")


def test_every_question_that_may_be_asked_has_its_line():
    kinds = {kind for order in ORDERS.values() for kind in order} - {"greeting"} | set(GREETINGS)
    assert kinds <= set(TABLE)
    assert {f"{service}-udp" for service in DATAGRAMS} <= set(TABLE)
    assert default_ports()


def test_what_is_drawn_anew_is_shown_as_dots_and_never_as_an_example():
    assert ".." in TABLE["ntp-udp"].says[0].hexadecimal
    sip = TABLE["sip-udp"].says[0]
    assert "OPTIONS sip:203.0.113.7" in sip.text
    assert "branch=z9hG4bK................" in sip.text

"""Who listens there already: every kind of server that is not ours must be called by its name, and fast."""

import socket
import threading
from contextlib import contextmanager

import pytest

from vigie.channels.neighbour import Place, is_vigie, look, reachable


@contextmanager
def answering(*chunks, hang=False):
    """A server that answers whatever it is asked with these bytes, then closes or stays silent."""
    done = threading.Event()

    def answer():
        line, _ = server.accept()
        with line:
            line.recv(1000)
            try:
                for chunk in chunks:
                    line.sendall(chunk)
            except OSError:
                return
            if hang:
                done.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join()


VIGIE = b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"status": "ok", "product": "vigie"}'


@pytest.mark.parametrize(
    ("chunks", "hang", "place"),
    [
        pytest.param([VIGIE], False, Place.VIGIE, id="vigie"),
        pytest.param([VIGIE[:30], VIGIE[30:]], False, Place.VIGIE, id="vigie-in-two-pieces"),
        pytest.param([VIGIE.replace(b"200 OK", b"503 No")], False, Place.TAKEN, id="vigie-s-words-in-an-error"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\nhello"], False, Place.TAKEN, id="another-site"),
        pytest.param([b"SSH-2.0-OpenSSH_9.9\r\n"], False, Place.TAKEN, id="not-http"),
        pytest.param([], False, Place.TAKEN, id="closes-at-once"),
        pytest.param([b"\xff\x00" * 40_000], False, Place.TAKEN, id="sends-much"),
        pytest.param([], True, Place.TAKEN, id="silent"),
    ],
)
def test_what_answers_is_called_by_its_name(chunks, hang, place):
    with answering(*chunks, hang=hang) as port:
        assert look("127.0.0.1", port, timeout_seconds=0.3) == place


def test_a_free_port_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert look("127.0.0.1", port) == Place.FREE
    assert not is_vigie("127.0.0.1", port)


@pytest.mark.parametrize(("bound", "asked"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.9", "127.0.0.9")])
def test_a_server_on_every_address_is_asked_on_loopback(bound, asked):
    assert reachable(bound) == asked

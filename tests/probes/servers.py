"""Real local servers for the probes: polite ones, and every kind of bad one."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[socket.socket], None]


class Listener:
    """One listening port; each connection gets a thread and the handler."""

    def __init__(self, handler: Handler, address: str, port: int = 0) -> None:
        self.handler = handler
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(64)
        self.address, self.port = self.socket.getsockname()
        self.connections = 0
        self.received: list[bytes] = []
        self.closing = threading.Event()
        self.threads: list[threading.Thread] = []
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(10)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.handler(connection)

    def hear(self, connection: socket.socket, size: int = 65536) -> bytes:
        data = connection.recv(size)
        self.received.append(data)
        return data

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.acceptor.join(5)
        for thread in self.threads:
            thread.join(5)


@contextmanager
def listening(handler: Handler | None = None, address: str = "127.77.0.1", port: int = 0) -> Iterator[Listener]:
    server = Listener(handler or (lambda connection: None), address, port)
    try:
        yield server
    finally:
        server.close()


def says(data: bytes) -> Handler:
    """Sends this, then listens until the other side leaves."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(data)
        until_left(connection)

    return handle


def answers(data: bytes, *, keep: bool = False) -> Handler:
    """Waits for a request, then sends this; closes unless it keeps the connection."""

    def handle(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(data)
            if not keep:
                return

    return handle


def silent(connection: socket.socket) -> None:
    """Accepts, and says nothing."""
    until_left(connection)


def resets(connection: socket.socket) -> None:
    """Sends a RST at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(piece: bytes) -> Handler:
    """Sends the same piece for ever."""

    def handle(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece * 1000)

    return handle


def trickles(data: bytes, pause: float, closing: threading.Event) -> Handler:
    """One byte at a time."""

    def handle(connection: socket.socket) -> None:
        for index in range(len(data)):
            connection.sendall(data[index : index + 1])
            if closing.wait(pause):
                return

    return handle


def until_left(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def page(body: bytes = b"<title>Bonjour</title>", *headers: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body


def site(pages: dict[str, bytes], missing: bytes = b"") -> Handler:
    """A web server that keeps its connections: path -> whole answer."""

    def handle(connection: socket.socket) -> None:
        while request := connection.recv(65536):
            path = request.split(b" ")[1].decode("latin-1")
            connection.sendall(pages.get(path, missing or page(b"<h1>no</h1>", status="404 Not Found")))

    return handle

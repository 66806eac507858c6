"""Sites of every temper: those that say not found, and those that never do."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Site:
    """Serves these files, with HEAD and Range as a file server does; `missing` answers (method, path) otherwise."""

    files: Mapping[str, bytes]
    missing: Callable[[str, str], bytes] = lambda method, path: told(404, b"<h1>Not Found</h1>", method=method)
    heads: bool = True
    ranges: bool = True
    kind: str = "application/octet-stream"
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0  # bytes of bodies

    def __call__(self, connection: socket.socket) -> None:
        while request := connection.recv(65536):
            method, path = request.decode("latin-1").split(" ")[:2]
            self.asked.append((method, path))
            connection.sendall(self.answer(method, path, request))

    def answer(self, method: str, path: str, request: bytes) -> bytes:
        if method == "HEAD" and not self.heads:
            return told(405, b"", method=method)
        body = self.files.get(path)
        if body is None:
            return self.missing(method, path)
        if self.ranges and b"Range: bytes=0-" in request:
            last = int(request.split(b"Range: bytes=0-")[1].split(b"\r\n")[0])
            part = body[: last + 1]
            self.sent += len(part)
            return told(206, part, f"Content-Range: bytes 0-{len(part) - 1}/{len(body)}", kind=self.kind, method=method)
        self.sent += len(body) if method == "GET" else 0
        return told(200, body, kind=self.kind, method=method)


def told(status: int, body: bytes, *headers: str, kind: str = "text/html", method: str = "GET") -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if method == "HEAD" else body)


def always(status: int, body: bytes = b"", *headers: str) -> Callable[[str, str], bytes]:
    """The same answer, whatever is asked."""
    return lambda method, path: told(status, body, *headers, method=method)

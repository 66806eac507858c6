"""What does this web server answer to a polite GET?"""

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from .connection import Connection
from .errors import Closed, Garbled, NotPermitted, ProbeError, Stopped, TooLong
from .http2 import PROTOCOL, Http2, is_frame

Headers = tuple[tuple[str, str], ...]
MAX_HEAD = 64 * 1024
MAX_HEADERS = 200
MAX_BODY = 64 * 1024
_MAX_INTERIM = 3  # interim answers (100, 103) that are read before the true one


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer; the body is for the parsers only and is never kept."""

    path: str
    status: int
    headers: Headers  # lower-case names, in order
    body: bytes  # at most 64 KiB, unzipped
    body_length: int  # as announced, else as read
    asked: bytes
    head: bytes

    @property
    def version(self) -> str:
        """Of the protocol, as its first line says it: "1.0", "1.1", "2"."""
        return self.head.split(b" ", 1)[0][5:8].decode("latin-1").strip()

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


class HttpConversation:
    """Several GETs to one port, over one connection while the server keeps it open."""

    def __init__(
        self,
        open_connection: Callable[[], Awaitable[Connection]],
        *,
        host: str,
        user_agent: str,
        first: float,
        total: float,
        connection: Connection | None = None,
    ) -> None:
        self._open = open_connection
        self.host = host
        self._user_agent = user_agent
        self._first = first
        self._total = total
        self.connection = connection
        self._was_used = False
        self._knows_http2 = False  # learned in clear, where no handshake tells it
        self._http2: Http2 | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    async def get(self, path: str, headers: Headers = (), limit: int = MAX_BODY, *, method: str = "GET") -> HttpAnswer:
        """Ask for one path; raises ProbeError. A kept connection that the server closed meanwhile is opened again."""
        if self.connection is not None:
            try:
                return await self._get(self.connection, method, path, headers, limit)
            except Closed as error:
                if not self._was_used and not self._takes_http2(self.connection, error):
                    raise
                self.close()
            except ProbeError as error:
                if not self._takes_http2(self.connection, error):
                    raise
                self.close()
        self._was_used = False
        self.connection = await self._open()
        return await self._get(self.connection, method, path, headers, limit)

    @property
    def is_http2(self) -> bool:
        return self._http2 is not None

    def _takes_http2(self, connection: Connection, error: ProbeError) -> bool:
        """Whether a server in clear answered HTTP/1.1 with frames: it is asked again by what it speaks, once."""
        if isinstance(error, (NotPermitted, Stopped)) or self._knows_http2 or connection.tls is not None:
            return False
        self._knows_http2 = is_frame(connection.heard)
        return self._knows_http2

    async def _get(self, connection: Connection, method: str, path: str, headers: Headers, limit: int) -> HttpAnswer:
        asked = request(path, self.host, self._user_agent, headers, method)
        head, body, keeps = await self._told(connection, asked, method, path, headers, limit)
        status, fields = parse_head(head)
        length = _content_length(fields)
        encoding = next((value for key, value in fields if key == "content-encoding"), "")
        self._was_used = True
        if not keeps:
            self.close()
        plain = unzip(body, limit) if "gzip" in encoding or "deflate" in encoding else body
        return HttpAnswer(path, status, fields, plain, len(body) if length is None else length, asked, head)

    async def _told(
        self, connection: Connection, asked: bytes, method: str, path: str, headers: Headers, limit: int
    ) -> tuple[bytes, bytes, bool]:
        """The head, the body as far as it was read, and whether the connection serves again."""
        if not self._was_used:
            negotiated = connection.tls.selected_alpn_protocol() if connection.tls is not None else None
            self._http2 = Http2(connection) if self._knows_http2 or negotiated == PROTOCOL else None
        if self._http2 is not None:
            said = (("User-Agent", self._user_agent), ("Accept", "*/*"), *headers)
            return await self._http2.ask(
                method, path, self.host, said, limit=limit, first=self._first, total=self._total
            )
        await connection.send(asked)
        head = await _head(connection, self._first, self._total)
        status, fields = parse_head(head)
        body, keeps = await _body(connection, method, status, fields, limit, self._total)
        return head, body, keeps


def request(path: str, host: str, user_agent: str, headers: Headers = (), method: str = "GET") -> bytes:
    """The question that is sent; it names the scanner and where to reach its owner."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"User-Agent: {user_agent}", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def host_header(host: str, port: int, *, is_tls: bool) -> str:
    """The Host header: IPv6 in brackets, the port unless it is the usual one."""
    try:
        text = f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        text = host
    return text if port == (443 if is_tls else 80) else f"{text}:{port}"


def parse_head(head: bytes) -> tuple[int, Headers]:
    """The status and the headers; raises Garbled when the first line is not HTTP's."""
    lines = head.decode("latin-1").splitlines()
    parts = (lines[0] if lines else "").split(" ", 2)
    if not parts[0].startswith("HTTP/") or len(parts) < 2 or not (parts[1].isascii() and parts[1].isdigit()):
        raise Garbled("no HTTP answer")
    status = int(parts[1][:4])
    if not 100 <= status <= 999:
        raise Garbled("no HTTP answer")
    fields: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon and name and len(fields) < MAX_HEADERS:
            fields.append(_field(name.strip().lower()[:128], value.strip()))
    return status, tuple(fields)


def _field(name: str, value: str) -> tuple[str, str]:
    """A value is cut at 512 characters; of a cookie, what protects it comes last, and its value is not read."""
    if name == "set-cookie":
        key, semicolon, attributes = value.partition(";")
        value = key.partition("=")[0][:128] + "=" + semicolon + attributes
    return name, value[:512]


def unzip(data: bytes, limit: int = MAX_BODY) -> bytes:
    """Gzip or deflate, never more than the limit, however much is promised; what is not zipped comes back as it is."""
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(data, limit)
    except zlib.error:
        return data


async def _head(connection: Connection, first: float, total: float) -> bytes:
    for _ in range(_MAX_INTERIM):
        lines = [await connection.read_line(limit=MAX_HEAD, first=first, total=total)]
        if not lines[0].startswith(b"HTTP/"):
            raise Garbled("no HTTP answer")
        size = len(lines[0])
        while lines[-1].strip():
            if size > MAX_HEAD:
                raise TooLong(f"headers of more than {MAX_HEAD} bytes")
            lines.append(await connection.read_line(limit=MAX_HEAD, first=first, total=total))
            size += len(lines[-1])
        if not lines[0].split(b" ", 1)[-1].startswith(b"1"):
            return b"".join(lines)
    raise Garbled("interim answers without end")


async def _body(
    connection: Connection, method: str, status: int, fields: Headers, most: int, total: float
) -> tuple[bytes, bool]:
    """The body as far as it is read, and whether the connection can serve another request."""
    closes = any(key == "connection" and "close" in value.lower() for key, value in fields)
    if status in {204, 304} or method == "HEAD":
        return b"", not closes
    try:
        if any(key == "transfer-encoding" and "chunked" in value.lower() for key, value in fields):
            body, whole = await _chunks(connection, most, total)
            return body, whole and not closes
        length = _content_length(fields)
        if length == 0:
            return b"", not closes
        limit = most if length is None else min(length, most)
        body = await connection.read_some(limit=limit, first=total, total=total)
        return body, length is not None and len(body) == length and not closes
    except ProbeError:
        return b"", False  # the head is an answer


async def _chunks(connection: Connection, most: int, total: float) -> tuple[bytes, bool]:
    body = bytearray()
    try:
        while len(body) < most:
            size_text = (await connection.read_line(limit=1024, first=total, total=total)).split(b";")[0].strip()
            size = int(size_text, 16)
            if not 0 <= size <= 1 << 40:
                break
            if size == 0:
                while (await connection.read_line(limit=1024, first=total, total=total)).strip():
                    pass
                return bytes(body), True
            wanted = min(size, most - len(body))
            body += await connection.read_exactly(wanted, first=total, total=total)
            if wanted < size:
                break
            await connection.read_exactly(2, first=total, total=total)
    except (ProbeError, ValueError):
        pass  # what came is judged
    return bytes(body), False


def _content_length(fields: Headers) -> int | None:
    text = next((value for key, value in fields if key == "content-length"), "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

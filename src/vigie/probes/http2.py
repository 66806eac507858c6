"""What does a server answer that would rather, or only, speak HTTP/2?"""

import asyncio

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from .connection import Connection
from .errors import Closed, Garbled, TooLong

PROTOCOL = "h2"  # as a handshake names it (RFC 9113 3.2)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MOST_BESIDE = 256 * 1024  # bytes of one answer that are neither its body nor worth more
_SETTINGS, _GOAWAY = 4, 7

Pairs = tuple[tuple[str, str], ...]


class Http2:
    """One connection that speaks HTTP/2: one request after the other, and no more of each answer than its limit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        config = h2.config.H2Configuration(client_side=True, header_encoding=None)
        self._state = h2.connection.H2Connection(config)
        self._begun = False
        self._start = b""

    async def ask(
        self, method: str, path: str, host: str, headers: Pairs, *, limit: int, first: float, total: float
    ) -> tuple[bytes, bytes, bool]:
        """The head written as HTTP/1.1 writes one, the body, and whether another request may follow."""
        try:
            stream = self._begin(method, path, host, headers)
            return await self._answer(stream, limit, first, total)
        except (h2.exceptions.H2Error, ValueError) as error:
            # hpack's own errors reach us as protocol errors; what is left is a frame that is none.
            raise Garbled("no HTTP/2 answer") from error

    def _begin(self, method: str, path: str, host: str, headers: Pairs) -> int:
        if not self._begun:
            self._state.local_settings[h2.settings.SettingCodes.ENABLE_PUSH] = 0
            self._state.initiate_connection()
            self._begun = True
        scheme = "https" if self._connection.tls is not None else "http"
        pseudo = ((":method", method), (":authority", host), (":scheme", scheme), (":path", path))
        stream: int = self._state.get_next_available_stream_id()
        plain = [(name.lower(), value) for name, value in headers]
        self._state.send_headers(stream, [*pseudo, *plain], end_stream=True)
        return stream

    async def _answer(self, stream: int, limit: int, first: float, total: float) -> tuple[bytes, bytes, bool]:
        end = asyncio.get_running_loop().time() + total
        reading, heard = _Reading(stream, limit), 0
        while not reading.is_over:
            if told := self._state.data_to_send():
                await self._connection.send(told)
            try:
                data = await self._next(total if heard else first, end)
            except Closed:
                if reading.head:
                    break
                raise
            heard += len(data)
            # The library would wait for sixteen megabytes of what is no frame at all.
            if len(self._start) < 9 and len(start := self._start + data[:9]) >= 9 and not is_frame(start[:9]):
                raise Garbled("no HTTP/2 answer")
            self._start += data[: 9 - len(self._start)]
            if heard > limit + MOST_BESIDE:
                raise TooLong(f"no end after {heard} bytes")
            for event in self._state.receive_data(data):
                reading.take(event, self._state)
        if not reading.head:
            raise Closed("closed before an answer")
        return reading.head, bytes(reading.body[:limit]), reading.may_follow

    async def _next(self, patience: float, end: float) -> bytes:
        """The next bytes that come."""
        left = min(patience, end - asyncio.get_running_loop().time())
        if left <= 0:
            raise TooLong("the answer trickles")
        data = await self._connection.read_first(first=left)
        return await self._connection.read_exactly(len(data), first=left, total=left)


class _Reading:
    """What has come of one answer."""

    def __init__(self, stream: int, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.head = b""
        self.body = bytearray()
        self.is_over = self.may_follow = False

    def take(self, event: h2.events.Event, state: h2.connection.H2Connection) -> None:
        if isinstance(event, h2.events.ConnectionTerminated):
            self.is_over, self.may_follow = True, False
        if getattr(event, "stream_id", None) != self._stream or self.is_over:
            return
        if isinstance(event, h2.events.ResponseReceived):
            self.head = head_of(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.body += event.data
            state.acknowledge_received_data(event.flow_controlled_length, self._stream)
        elif isinstance(event, h2.events.StreamEnded | h2.events.StreamReset):
            self.is_over, self.may_follow = True, isinstance(event, h2.events.StreamEnded)
        if self.head and len(self.body) >= self._limit and not self.may_follow:
            self.is_over = True  # the rest of the body is not waited for


def head_of(headers: list[tuple[bytes, bytes]]) -> bytes:
    """The head as HTTP/1.1 would have written it; raises ValueError when it has no status."""
    status = int(next((value for name, value in headers if name == b":status"), b""))
    lines = [f"HTTP/2 {status}".encode()]
    for name, value in headers:
        if not name.startswith(b":"):
            lines.append(name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" "))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def is_frame(heard: bytes) -> bool:
    """Whether a server that was asked in HTTP/1.1 began with the frames that only HTTP/2 has."""
    if len(heard) < 9 or heard[5:9] != b"\0\0\0\0":
        return False
    length = int.from_bytes(heard[:3], "big")
    return (heard[3] == _SETTINGS and length % 6 == 0 and length <= 600) or (heard[3] == _GOAWAY and length >= 8)

"""One conversation: send, and read no more and no longer than allowed."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator

from .errors import CertificateWanted, Closed, Garbled, Silent, TooLong

CHUNK = 16 * 1024


class Connection:
    """A connected socket, in clear or under TLS. Every read has a limit in bytes and in seconds."""

    def __init__(self, sock: socket.socket, *, server_name: str | None) -> None:
        self._sock = sock
        self.server_name = server_name
        self.tls: ssl.SSLObject | None = None
        self.awaits_hello = False  # its protocol agreed to begin TLS, which has not begun yet
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._buffer = bytearray()
        self.heard = b""  # the very first bytes that came, before any TLS: they tell what a non-TLS server is
        self.received = bytearray()  # the first 16 KiB in clear, for the record
        self.received_length = 0

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.close()

    async def send(self, data: bytes, *, seconds: float = 3.0) -> None:
        """Send all; raises Closed, or Silent when the other side does not take it in time."""
        if self.tls is not None:
            try:
                self.tls.write(data)
            except ssl.SSLError as error:
                raise Closed("TLS ended") from error
            data = self._outgoing.read()
        try:
            await self._send_raw(data, seconds)
        except Closed:
            self._last_words()
            raise

    def _last_words(self) -> None:
        """What came before the other side closed on us: the alert that says why. Raises Closed when it is one."""
        with contextlib.suppress(OSError):
            if self.tls is not None and (left := self._sock.recv(CHUNK)):
                self._incoming.write(left)
                self._decrypted()

    async def read_until(self, mark: bytes, *, limit: int, first: float, total: float) -> bytes:
        """Return up to and with the mark; `first` seconds for a first byte, `total` for the whole."""
        end = _loop_time() + total
        start = 0
        while (found := self._buffer.find(mark, start)) < 0:
            if len(self._buffer) >= limit:
                raise TooLong(f"no end after {limit} bytes")
            start = max(0, len(self._buffer) - len(mark) + 1)
            await self._fill(first if not self._buffer else total, end)
        if found + len(mark) > limit:
            raise TooLong(f"no end after {limit} bytes")
        return self._take(found + len(mark))

    async def read_line(self, *, limit: int = 4096, first: float, total: float) -> bytes:
        """Return one line with its end of line."""
        return await self.read_until(b"\n", limit=limit, first=first, total=total)

    async def read_exactly(self, count: int, *, first: float, total: float) -> bytes:
        """Return that many bytes."""
        end = _loop_time() + total
        while len(self._buffer) < count:
            await self._fill(first if not self._buffer else total, end)
        return self._take(count)

    async def read_some(self, *, limit: int, first: float, total: float) -> bytes:
        """Return what comes until the other side closes, `limit` is reached or time is out; may be cut short.

        Raises Silent or Closed only when there is nothing at all.
        """
        end = _loop_time() + total
        while len(self._buffer) < limit:
            try:
                await self._fill(first if not self._buffer else total, end)
            except (Closed, Silent, TooLong):
                if not self._buffer:
                    raise
                break
        return self._take(min(limit, len(self._buffer)))

    async def read_first(self, *, first: float) -> bytes:
        """Return the first bytes that come, whatever they are, and leave them to be read again."""
        if not self._buffer:
            await self._fill(first, _loop_time() + first)
        return bytes(self._buffer)

    async def pieces(self, *, first: float, total: float) -> AsyncIterator[bytes]:
        """Yield what comes, as it comes; raises Silent, Closed, or TooLong once `total` is past."""
        end = _loop_time() + total
        patience = first
        while True:
            if not self._buffer:
                await self._fill(patience, end)
            patience = total
            yield self._take(len(self._buffer))

    async def start_tls(self, context: ssl.SSLContext, *, first: float, seconds: float) -> None:
        """Shake hands with the name as SNI; raises Silent, Closed, or Garbled when it is not TLS."""
        end = _loop_time() + seconds
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=self.server_name)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._send_raw(self._outgoing.read(), max(0.05, end - _loop_time()))
                patience = end - _loop_time()
                self._incoming.write(await self._recv(patience if self.heard else min(first, patience)))
                continue
            except (ssl.SSLError, ValueError) as error:
                with contextlib.suppress(Closed, Silent):
                    await self._send_raw(self._outgoing.read(), 0.5)
                raise Garbled(f"no TLS: {getattr(error, 'reason', None) or 'refused'}".lower()) from error
            await self._send_raw(self._outgoing.read(), 1.0)
            self.tls = tls
            return

    async def _fill(self, patience: float, end: float) -> None:
        left = end - _loop_time()
        if left <= 0:
            raise TooLong("the answer trickles")
        data = self._decrypted() if self.tls is not None and self._incoming.pending else b""
        if not data:
            data = await self._recv(min(patience, left), trickling=bool(self._buffer) and left <= patience)
            if self.tls is not None:
                self._incoming.write(data)
                data = self._decrypted()
        self._buffer += data
        self.received_length += len(data)
        if len(self.received) < CHUNK:
            self.received += data[: CHUNK - len(self.received)]

    def _decrypted(self) -> bytes:
        parts: list[bytes] = []
        while True:
            try:
                part = self.tls.read(CHUNK) if self.tls is not None else b""
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError as error:
                if not parts:
                    raise _ended(error) from error
                break
            if not part:
                if not parts:
                    raise Closed("closed before an answer")
                break
            parts.append(part)
        return b"".join(parts)

    async def _recv(self, seconds: float, *, trickling: bool = False) -> bytes:
        if seconds <= 0:
            raise Silent("no answer in time")
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes with the data, and a stop with it.
            async with asyncio.timeout(seconds):
                data = await asyncio.get_running_loop().sock_recv(self._sock, CHUNK)
        except TimeoutError:
            raise (TooLong("the answer trickles") if trickling else Silent("no answer in time")) from None
        except OSError as error:
            raise Closed("connection reset") from error
        if not data:
            raise Closed("closed before an answer")
        self.heard = self.heard or data[:512]
        return data

    async def _send_raw(self, data: bytes, seconds: float) -> None:
        if not data:
            return
        try:
            # Short as it is, it nearly always leaves at once: no timer is needed to wait for that.
            with contextlib.suppress(BlockingIOError):
                data = data[self._sock.send(data) :]
            if not data:
                return
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_sendall(self._sock, data)
        except TimeoutError:
            raise Silent("takes no data") from None
        except OSError as error:
            raise Closed("connection reset") from error

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _ended(error: ssl.SSLError) -> Closed:
    # Alert 116 of TLS 1.3 (RFC 8446, 6.2). In TLS 1.2 the same refusal is a general alert, which says nothing.
    if "CERTIFICATE_REQUIRED" in (error.reason or ""):
        return CertificateWanted("a client certificate is required")
    return Closed("TLS ended")


def _loop_time() -> float:
    return asyncio.get_running_loop().time()

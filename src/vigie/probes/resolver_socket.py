"""Ask one resolver by UDP, many questions on one socket: what the looks at domains need, at a tenth of the cost.

Only plain answers are read here. Whatever is not (no answer, cut, refused, of another question) is None, and the whole
resolver, which retries, speaks TCP and says why, is asked instead.
"""

import asyncio
import contextlib
import socket
from ipaddress import ip_address
from secrets import randbelow

import dns.nameserver
import dns.resolver

from .dns_wire import HEADER, Told, message_of, question_of, read

WAIT_SECONDS = 1.5
ANSWERS_AT_ONCE = 64  # read before others get their turn
MOST_WAITING = 16_384  # a quarter of the numbers: what is beyond takes the long way
_LARGEST = 4096


class ResolverSocket:
    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._waiting: dict[int, tuple[bytes, asyncio.Future[bytes | None]]] = {}

    def open(self, resolver: dns.resolver.BaseResolver) -> None:
        """Connect to the first resolver; one that cannot be reached so leaves every question unanswered here."""
        place = _place(resolver)
        if place is None:
            return
        own = socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET, socket.SOCK_DGRAM)
        own.setblocking(False)
        try:
            own.connect(place)  # the answers of anybody else are not heard
        except OSError:
            own.close()
            return
        asyncio.get_running_loop().add_reader(own, self._hear)
        self._socket = own

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    async def ask(self, name: str, kind: str) -> Told | None:
        """What the resolver tells; None when the whole resolver must be asked."""
        question = question_of(name, kind)
        if self._socket is None or question is None or len(self._waiting) >= MOST_WAITING:
            return None
        number = randbelow(65536)
        while number in self._waiting:
            number = randbelow(65536)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[bytes | None] = loop.create_future()
        self._waiting[number] = question, answered
        late = loop.call_later(WAIT_SECONDS, _give_up, answered)
        try:
            self._socket.send(message_of(number, question))
            data = await answered
        except OSError:
            return None
        finally:
            late.cancel()
            del self._waiting[number]
        return read(data, question) if data is not None else None

    def _hear(self) -> None:
        for _ in range(ANSWERS_AT_ONCE):
            try:
                data = self._socket.recv(_LARGEST) if self._socket is not None else b""
            except BlockingIOError:
                return
            except OSError:
                self._refused()
                return
            self._take(data)

    def _take(self, data: bytes) -> None:
        """An answer is that of the question whose number and words it repeats; the socket hears one resolver only."""
        question, answered = self._waiting.get(int.from_bytes(data[:2], "big"), (b"", None))
        asked = data[HEADER : HEADER + len(question)]
        if answered is not None and asked.lower() == question.lower() and not answered.done():
            answered.set_result(data)

    def _refused(self) -> None:
        for _, answered in self._waiting.values():
            _give_up(answered)


def _give_up(answered: "asyncio.Future[bytes | None]") -> None:
    if not answered.done():
        answered.set_result(None)


def _place(resolver: dns.resolver.BaseResolver) -> tuple[str, int] | None:
    first = resolver.nameservers[0] if resolver.nameservers else None
    if isinstance(first, dns.nameserver.Do53Nameserver):
        return first.address, first.port
    with contextlib.suppress(ValueError):
        return (str(ip_address(first)), resolver.port) if isinstance(first, str) else None
    return None

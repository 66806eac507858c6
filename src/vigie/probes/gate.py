"""The one door: every socket of the probes is opened here, after the scope, the stop and the pace agreed."""

import asyncio
import errno
import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

from vigie.data.care import Treatment, care_rule
from vigie.data.pace import Rates

from .breaker import PAUSED, Breaker
from .connection import Connection
from .errors import Closed, Enough, NotPermitted, Silent, Stopped
from .pace import Pace
from .scope import Intensity, Network, Permit, Refusal, Scope, plain
from .spared import FRAGILE_LIGHT
from .stop import StopSignal

_BEGUN = {errno.EINPROGRESS, 0, errno.ECONNREFUSED}
_LATER = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.EAGAIN}


class Gate:
    """Opens connections for one look. `clock` tells the time that mandates and windows are judged at."""

    def __init__(
        self,
        scope: Scope,
        stop: StopSignal,
        pace: Pace,
        clock: Callable[[], datetime],
        breaker: Breaker | None = None,
    ) -> None:
        self._scope = scope
        self._stop = stop
        self._pace = pace
        self._clock = clock
        self._breaker = breaker or Breaker()
        self._light: Counter[tuple[str, int]] = Counter()  # questions to ports of fragile equipment
        self.questions = 0  # connections that left, conversations only

    def now(self) -> datetime:
        return self._clock()

    def permit(self, address: str, port: int, name: str | None = None) -> Permit | Refusal:
        """What the scope says now; the stop refuses everything, and a host that stopped answering is left alone."""
        if self._stop.is_set():
            return Refusal("stopped")
        now = self._clock()
        permit = self._scope.permit(address, port, now, name)
        if isinstance(permit, Permit) and self._breaker.is_paused(address, now):
            return Refusal(PAUSED)
        return permit

    async def connect(self, address: str, port: int, *, name: str | None, timeout_seconds: float) -> Connection:
        """Open one conversation, when its turn comes; raises NotPermitted, Stopped, Silent or Closed."""
        await self.turn(address, port, name=name)
        sock = self._socket(address)
        try:
            self.questions += 1
            began = time.monotonic()
            async with asyncio.timeout(timeout_seconds):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
            self._check_peer(sock, address)
            self.answered(address, time.monotonic() - began)
        except TimeoutError:
            self.unanswered(address)
            sock.close()
            raise Silent("no answer to the connection") from None
        except OSError as error:
            sock.close()
            raise Closed(_in_words(error)) from error
        except BaseException:
            sock.close()
            raise
        return Connection(sock, server_name=name)

    async def turn(self, address: str, port: int, *, name: str | None) -> None:
        """Wait until one more question may go there, and count it; raises NotPermitted, Stopped or Enough.

        For each connection, and for each request of a long conversation: a kept connection spares no one's server.
        """
        while True:
            permit = self._leave(address, port, name)
            wait = self._pace.take(address, permit.intensity)
            if not wait:
                self._light[address, port] += permit.light
                return
            await asyncio.sleep(wait)

    def leave(self, address: str, port: int) -> float | Refusal:
        """0.0 when one question may go to this port now, and it is counted; the seconds to wait first; or why not."""
        permit = self.permit(address, port)
        return permit if isinstance(permit, Refusal) else self._pace.take(address, permit.intensity)

    def consent(self) -> tuple[tuple[Network, ...], tuple[Network, ...]]:
        """What the mandates in force cover, and what they exclude, as networks: at least all that `permit` allows.

        The second lock of the raw sweep, and what the firewall is told; `permit` goes on judging every question.
        """
        moment = self._clock()
        in_force = [m for m in self._scope.mandates if m.valid_from <= moment < m.valid_until]
        covered = dict.fromkeys(network for mandate in in_force for network in mandate.networks)
        excluded = dict.fromkeys(network for mandate in in_force for network in mandate.exclusions)
        excluded |= dict.fromkeys(one.what for one in self._scope.spared if one.treatment is Treatment.NONE)
        return tuple(covered), tuple(excluded)

    def rates(self, intensity: Intensity) -> Rates:
        return self._pace.rates(intensity)

    def answered(self, address: str, seconds: float) -> None:
        self._pace.answered(address, seconds)
        self._breaker.answered(address)

    def unanswered(self, address: str) -> None:
        """A place that had answered does not take the connection."""
        self._pace.unanswered(address)
        self._breaker.unanswered(address, self._clock())

    def slow(self, address: str) -> None:
        self._pace.slow(address)

    def send(self, address: str, port: int, data: bytes) -> socket.socket | float | Refusal:
        """Send one datagram; the socket that its answer comes to, the seconds to wait, or why it may not leave."""
        permit = self.permit(address, port)
        if isinstance(permit, Permit) and permit.light:
            return Refusal(FRAGILE_LIGHT)
        leave = self.leave(address, port)
        if isinstance(leave, Refusal) or leave:
            return leave
        try:
            sock = self._socket(address, socket.SOCK_DGRAM)
        except OSError as error:
            return 0.2 if error.errno in _LATER else Refusal(_in_words(error))
        try:
            sock.connect((address, port))  # what comes from elsewhere is not heard, and refusals are
            sock.send(data)
        except OSError as error:
            sock.close()
            return 0.2 if error.errno in _LATER else Refusal(_in_words(error))
        return sock

    def pause(self) -> float:
        """The seconds until anything may leave at all, to whatever address."""
        return self._pace.pause()

    def knock(self, address: str, port: int) -> socket.SocketType | float | Refusal:
        """Begin a connection without waiting for it; or the seconds to wait first; or why it may not leave."""
        leave = self.leave(address, port)
        if leave:
            return leave
        try:
            # The kernel's socket without the methods of the library's: they are made by the ten thousand.
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            sock = socket.SocketType(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError as error:
            return 0.2 if error.errno in _LATER else Refusal(_in_words(error))
        code = sock.connect_ex((address, port))
        if code in _BEGUN:
            return sock
        sock.close()
        return 0.2 if code in _LATER else Refusal(f"unreachable ({errno.errorcode.get(code, code)})")

    def _leave(self, address: str, port: int, name: str | None) -> Permit:
        permit = self.permit(address, port, name)
        if isinstance(permit, Refusal):
            raise Stopped(permit.reason) if self._stop.is_set() else NotPermitted(permit.reason)
        if permit.light and self._light[address, port] >= care_rule().light_conversations:
            raise Enough(FRAGILE_LIGHT)
        return permit

    @staticmethod
    def _socket(address: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
        sock.setblocking(False)
        return sock

    @staticmethod
    def _check_peer(sock: socket.socket, address: str) -> None:
        """The packets went where the permit said, and nowhere else."""
        peer = ip_address(sock.getpeername()[0].partition("%")[0])
        if plain(peer) != plain(ip_address(address)):
            raise OSError(errno.EPERM, f"connected to {peer}")


def _in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionResetError):
        return "connection reset"
    return f"unreachable ({errno.errorcode.get(error.errno or 0, 'error')})"

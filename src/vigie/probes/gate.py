"""The one door: every socket of the probes is opened here, after the scope, the stop and the pace agreed."""

import asyncio
import errno
import socket
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

from .connection import Connection
from .errors import Closed, NotPermitted, Silent, Stopped
from .pace import Pace
from .scope import Permit, Refusal, Scope, plain
from .stop import StopSignal

_LATER = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.EAGAIN}


class Gate:
    """Opens connections for one look. `clock` tells the time that mandates and windows are judged at."""

    def __init__(self, scope: Scope, stop: StopSignal, pace: Pace, clock: Callable[[], datetime]) -> None:
        self._scope = scope
        self._stop = stop
        self._pace = pace
        self._clock = clock
        self.questions = 0  # connections that left, conversations only

    def now(self) -> datetime:
        return self._clock()

    def permit(self, address: str, port: int, name: str | None = None) -> Permit | Refusal:
        """What the scope says now; the stop refuses everything."""
        if self._stop.is_set():
            return Refusal("stopped")
        return self._scope.permit(address, port, self._clock(), name)

    async def connect(self, address: str, port: int, *, name: str | None, timeout_seconds: float) -> Connection:
        """Open one conversation, when its turn comes; raises NotPermitted, Stopped, Silent or Closed."""
        while True:
            permit = self._leave(address, port, name)
            wait = self._pace.take(address, permit.intensity)
            if not wait:
                break
            await asyncio.sleep(wait)
        sock = self._socket(address)
        try:
            self.questions += 1
            async with asyncio.timeout(timeout_seconds):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
            self._check_peer(sock, address)
        except TimeoutError:
            sock.close()
            raise Silent("no answer to the connection") from None
        except OSError as error:
            sock.close()
            raise Closed(_in_words(error)) from error
        except BaseException:
            sock.close()
            raise
        return Connection(sock, server_name=name)

    def knock(self, address: str, port: int) -> socket.socket | float | Refusal:
        """Begin a connection without waiting for it; or the seconds to wait first; or why it may not leave."""
        permit = self.permit(address, port)
        if isinstance(permit, Refusal):
            return permit
        wait = self._pace.take(address, permit.intensity)
        if wait:
            return wait
        try:
            sock = self._socket(address)
        except OSError as error:
            return 0.2 if error.errno in _LATER else Refusal(_in_words(error))
        code = sock.connect_ex((address, port))
        if code in {0, errno.EINPROGRESS, errno.ECONNREFUSED}:
            return sock
        sock.close()
        return 0.2 if code in _LATER else Refusal(f"unreachable ({errno.errorcode.get(code, code)})")

    def _leave(self, address: str, port: int, name: str | None) -> Permit:
        if self._stop.is_set():
            raise Stopped("stopped")
        permit = self._scope.permit(address, port, self._clock(), name)
        if isinstance(permit, Refusal):
            raise NotPermitted(permit.reason)
        return permit

    @staticmethod
    def _socket(address: str) -> socket.socket:
        family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
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

"""How do finished packets leave? Here, and only to what the consent allows."""

import ctypes
import errno
import os
import select
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from .consent import Consent
from .packets import destinations

Bytes = NDArray[np.uint8]

MOST = 1024  # messages that one call of the kernel takes (UIO_MAXIOV)
_IPV6_HDRINCL = 36
# Of a 64-bit Linux: struct sockaddr_in or sockaddr_in6, iovec, mmsghdr.
_NAME = {4: 16, 6: 28}
_IOVEC = np.dtype([("base", "u8"), ("length", "u8")])
_MESSAGE = np.dtype(
    [
        ("name", "u8"),
        ("name_length", "u4"),
        ("_1", "u4"),
        ("vector", "u8"),
        ("vectors", "u8"),
        ("control", "u8"),
        ("control_length", "u8"),
        ("flags", "u4"),
        ("_2", "u4"),
        ("sent", "u4"),
        ("_3", "u4"),
    ]
)


_BUSY = {errno.EAGAIN, errno.ENOBUFS, errno.EINTR}
# By the firewall of this machine, or for want of a route.
_REFUSED = {errno.EPERM, errno.EACCES, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EINVAL}


class Withheld(Exception):
    """A finished packet would have gone where nobody allowed it: there is a mistake above, and nothing of it left."""


class Door:
    """The way out of one version of IP: raw sockets, so that the kernel routes, and its firewall sees, every packet."""

    def __init__(self, version: int) -> None:
        """Needs CAP_NET_RAW; raises PermissionError without it."""
        # The kernel does most of the work of a packet: with two sockets it does it on two processors.
        self._lanes = tuple(_Lane(version) for _ in range(2))
        # They start at the first batch, after the capability was given up, which holds for one thread and its children.
        self._threads = ThreadPoolExecutor(len(self._lanes), f"door-{version}")
        self._leaving: Iterator[None] = iter(())

    def send(self, packets: Bytes, consent: Consent) -> None:
        """Send them all; many are still leaving when it returns. Raises Withheld before the first when one may not."""
        addresses, ports = destinations(packets)
        allowed = consent.allows(addresses, ports)
        if not allowed.all():
            raise Withheld(f"{int((~allowed).sum())} of {len(packets)} packets go where no mandate allows")
        self.wait()
        if len(packets) <= MOST:
            self._lanes[0].send(packets, addresses)
            return
        half = len(packets) // 2
        parts = (packets[:half], packets[half:]), (addresses[:half], addresses[half:])
        # Whoever calls builds the next ones meanwhile.
        self._leaving = self._threads.map(_Lane.send, self._lanes, *parts)

    def wait(self) -> None:
        """Return once all have left, however busy the network card."""
        for _ in self._leaving:
            pass

    def close(self) -> None:
        self._threads.shutdown()
        for lane in self._lanes:
            lane.close()


class _Lane:
    """One raw socket, and the memory of one call to it."""

    def __init__(self, version: int) -> None:
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_RAW)
        if version == 6:
            self._socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_HDRINCL, 1)
        self._names = np.zeros((MOST, _NAME[version]), dtype=np.uint8)
        self._names[:, :2] = np.frombuffer(int(family).to_bytes(2, sys.byteorder), dtype=np.uint8)
        self._place = slice(4, 8) if version == 4 else slice(8, 24)
        self._vectors = np.zeros(MOST, dtype=_IOVEC)
        self._messages = np.zeros(MOST, dtype=_MESSAGE)
        steps = np.arange(MOST, dtype=np.uint64)
        self._messages["name"] = self._names.ctypes.data + steps * np.uint64(self._names.shape[1])
        self._messages["name_length"] = self._names.shape[1]
        self._messages["vector"] = self._vectors.ctypes.data + steps * np.uint64(_IOVEC.itemsize)
        self._messages["vectors"] = 1
        self._sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg

    def send(self, packets: Bytes, addresses: Bytes) -> None:
        for start in range(0, len(packets), MOST):
            self._send(packets[start : start + MOST], addresses[start : start + MOST])

    def _send(self, packets: Bytes, addresses: Bytes) -> None:
        count = len(packets)
        self._names[:count, self._place] = addresses
        steps = np.arange(count, dtype=np.uint64) * np.uint64(packets.strides[0])
        self._vectors["base"][:count] = packets.ctypes.data + steps
        self._vectors["length"][:count] = packets.shape[1]
        done = 0
        while done < count:
            at = ctypes.c_void_p(self._messages.ctypes.data + done * _MESSAGE.itemsize)
            sent = self._sendmmsg(self._socket.fileno(), at, count - done, 0)
            done += sent if sent > 0 else self._left_out(ctypes.get_errno())

    def _left_out(self, code: int) -> int:
        """Wait, or give the first packet up: how many to leave out. What does not leave looks silent."""
        if code in _BUSY:
            select.select([], [self._socket], [], 0.01)
            return 0
        if code in _REFUSED:
            return 1
        raise OSError(code, os.strerror(code))

    def close(self) -> None:
        self._socket.close()


def source_for(address: str) -> str | None:
    """The address that this machine would speak from to that one; None when no route leads there. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((address, 9))
        except OSError:
            return None
        return str(sock.getsockname()[0])

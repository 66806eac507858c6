"""Which packets came in that may be answers? Read many at once, from memory that the kernel writes."""

import ctypes
import mmap
import socket
import struct

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

FRAMES = 32_768  # 8 MB: a third of a second of answers at 100,000 a second
_FRAME = 256
_BLOCK = 65_536
_LOOKED_AT = 4096  # frames together: to look at all the ring for each few answers costs more than the answers
_KEPT = 88  # of each packet: IPv6 and a whole TCP header, or IPv4 with all its options and half of one
_SOL_PACKET, _RX_RING, _STATISTICS, _VERSION, _VERSION_2 = 263, 5, 6, 10, 1
_ATTACH_FILTER = 26
_PROTOCOL = {4: 0x0800, 6: 0x86DD}
_OURS = np.uint32(1)  # TP_STATUS_USER: the kernel is done with this frame


Filter = list[tuple[int, int, int, int]]  # classic BPF: code, if true skip, if false skip, value


class Ring:
    """A packet socket of one version of IP that keeps only what its filter takes."""

    def __init__(self, version: int, kept: Filter) -> None:
        """Needs CAP_NET_RAW; raises PermissionError without it."""
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_PROTOCOL[version]))
        self._filter = _attach(self.socket, kept)
        self.socket.setsockopt(_SOL_PACKET, _VERSION, _VERSION_2)
        # What came before the filter was there is thrown away by the kernel when it makes the ring.
        blocks = FRAMES * _FRAME // _BLOCK
        self.socket.setsockopt(_SOL_PACKET, _RX_RING, struct.pack("=IIII", _BLOCK, blocks, _FRAME, FRAMES))
        self._memory = mmap.mmap(self.socket.fileno(), FRAMES * _FRAME)
        frames = np.frombuffer(self._memory, dtype=np.uint8).reshape(FRAMES, _FRAME)
        self._frames: Bytes = frames
        self._status = frames.view(np.uint32)[:, 0]
        self._next = 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def read(self) -> Bytes:
        """Some of what has come in, oldest first, from the IP headers on: (n, 88) bytes; n is 0 when none is left."""
        if not self._status[self._next] & _OURS:
            return np.empty((0, _KEPT), dtype=np.uint8)
        waiting = self._status[self._next : self._next + _LOOKED_AT] & _OURS == 0
        count = int(waiting.argmax()) if waiting.any() else len(waiting)
        frames = self._frames[self._next : self._next + count]
        start = int(frames[0, 14]) | int(frames[0, 15]) << 8  # tp_net, the same in every frame of such a socket
        packets = frames[:, start : start + _KEPT].copy()
        self._status[self._next : self._next + count] = 0
        self._next = (self._next + count) % FRAMES
        return packets

    def lost(self) -> int:
        """How many answers found no room since the last time that this was asked."""
        packets_and_drops = self.socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        return int(struct.unpack("=II", packets_and_drops)[1])

    def close(self) -> None:
        self.socket.close()


def answers_to(port: int, version: int) -> Filter:
    """Takes TCP segments, no fragments, to this port of ours, that acknowledge something."""
    load_byte, load_half, equal, has, take = 0x30, 0x28, 0x15, 0x45, 0x06
    if version == 6:
        body = [(load_byte, 0, 0, 6), (equal, 0, 5, 6), (load_half, 0, 0, 42), (equal, 0, 3, port)]
        return [*body, (load_byte, 0, 0, 53), (has, 0, 1, 0x10), (take, 0, 0, _KEPT), (take, 0, 0, 0)]
    head_length, load_half_after, load_byte_after = 0xB1, 0x48, 0x50
    body = [(load_byte, 0, 0, 9), (equal, 0, 8, 6), (load_half, 0, 0, 6), (has, 6, 0, 0x1FFF), (head_length, 0, 0, 0)]
    body += [(load_half_after, 0, 0, 2), (equal, 0, 3, port), (load_byte_after, 0, 0, 13), (has, 0, 1, 0x10)]
    return [*body, (take, 0, 0, _KEPT), (take, 0, 0, 0)]


def _attach(sock: socket.socket, program: Filter) -> object:
    """Give the kernel the filter; what is returned holds its memory."""
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(code)
    # struct sock_fprog: a count, then, on its own alignment, where the steps are.
    sock.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(held)))
    return held

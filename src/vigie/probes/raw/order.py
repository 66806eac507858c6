"""In which order is each port of each host asked, so that no host is asked twice in a row, and a number resumes it?"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

_ROUNDS = 6
_TOGETHER = 65_536  # hosts permuted at once: they stay in the cache of the processor
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / the golden ratio, odd: the usual constant of multiplicative hashing


@dataclass(frozen=True, slots=True)
class Order:
    """A keyed permutation of hosts x ports.

    It goes round all hosts, in one keyed order, once for each port: between two questions to one host all the others
    are asked. Each host begins at a place of its own in the keyed order of the ports, so that no port of a network is
    asked of all its hosts at once.
    """

    hosts: int
    ports: int
    key: int
    # Each round asks the hosts in the same order: it is worked out once, four bytes a host.
    _hosts: NDArray[np.uint32] = field(init=False, repr=False, compare=False)
    _ports: NDArray[np.uint16] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (self.hosts >= 1 and 1 <= self.ports <= 65536):
            raise ValueError("an order needs at least one host and one port")
        hosts = np.empty(self.hosts, dtype=np.uint32)
        for start in range(0, self.hosts, _TOGETHER):
            seats = np.arange(start, min(start + _TOGETHER, self.hosts), dtype=np.uint64)
            hosts[start : start + _TOGETHER] = permuted(seats, self.hosts, self.key)
        object.__setattr__(self, "_hosts", hosts)
        numbers = np.arange(self.ports, dtype=np.uint64)
        object.__setattr__(self, "_ports", permuted(numbers, self.ports, self.key ^ 0x9087).astype(np.uint16))

    def __len__(self) -> int:
        return self.hosts * self.ports

    def at(self, start: int, stop: int) -> tuple[Numbers, Numbers]:
        """The numbers of the hosts and of the ports that are asked from place `start` to before `stop`."""
        places = np.arange(start, min(stop, len(self)), dtype=np.uint64)
        turns, seats = places // np.uint64(self.hosts), places % np.uint64(self.hosts)
        hosts = self._hosts[seats].astype(np.uint64)
        offsets = _mixed(hosts, self.key ^ 0x5EA7) % np.uint64(self.ports)
        ports = self._ports[(turns + offsets) % np.uint64(self.ports)].astype(np.uint64)
        return hosts, ports


def permuted(numbers: Numbers, size: int, key: int) -> Numbers:
    """A keyed permutation of range(size), by a Feistel network on enough bits, walked again while it falls outside."""
    bits = max(2, (size - 1).bit_length())
    found = _feistel(numbers, bits, key)
    outside = np.flatnonzero(found >= np.uint64(size))
    while outside.size:
        again = _feistel(found[outside], bits, key)
        found[outside] = again
        outside = outside[again >= np.uint64(size)]
    return found


def _feistel(numbers: Numbers, bits: int, key: int) -> Numbers:
    low = bits // 2
    high = bits - low
    left, right = numbers >> np.uint64(low), numbers & np.uint64((1 << low) - 1)
    widths = high, low
    for turn in range(_ROUNDS):
        # Halves of unequal widths change places, and their widths with them.
        mask = np.uint64((1 << widths[0]) - 1)
        left, right = right, (left ^ _mixed(right, key + turn)) & mask
        widths = widths[1], widths[0]
    return (left << np.uint64(widths[1])) | right


def _mixed(numbers: Numbers, key: int) -> Numbers:
    """Spread a keyed number over 64 bits; the order has to be even, not secret: the cookie is what must be secret."""
    mixed = (numbers ^ np.uint64(key & 0xFFFFFFFFFFFFFFFF)) * _GOLDEN
    mixed ^= mixed >> np.uint64(29)
    mixed *= _GOLDEN
    return mixed ^ (mixed >> np.uint64(32))

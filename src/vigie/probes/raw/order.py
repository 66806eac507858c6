"""In which order is each port of each host asked, so that no host is asked twice in a row, and a number resumes it?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

_ROUNDS = 6
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

    def __post_init__(self) -> None:
        if self.hosts < 1 or self.ports < 1:
            raise ValueError("an order needs at least one host and one port")

    def __len__(self) -> int:
        return self.hosts * self.ports

    def at(self, start: int, stop: int) -> tuple[Numbers, Numbers]:
        """The numbers of the hosts and of the ports that are asked from place `start` to before `stop`."""
        places = np.arange(start, min(stop, len(self)), dtype=np.uint64)
        turns, seats = places // np.uint64(self.hosts), places % np.uint64(self.hosts)
        hosts = permuted(seats, self.hosts, self.key)
        offsets = _mixed(hosts, self.key ^ 0x5EA7) % np.uint64(self.ports)
        ports = permuted((turns + offsets) % np.uint64(self.ports), self.ports, self.key ^ 0x9087)
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

"""Which host of the plan is that address, and which of its ports have answered?"""

import socket

import numpy as np
from numpy.typing import NDArray

from .door import source_for
from .plan import Plan

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.uint64]


class Hosts:
    """The addresses of one version: those from number `first` on."""

    def __init__(self, addresses: Bytes, first: int) -> None:
        self.addresses = addresses
        self.first = first
        keys = _keys(addresses)
        self._order = np.argsort(keys, kind="stable").astype(np.uint32)
        self._sorted = keys[self._order]
        self.sources, self.reachable = _sources(addresses)

    @property
    def version(self) -> int:
        return 4 if self.addresses.shape[1] == 4 else 6

    def numbers(self, addresses: Bytes) -> NDArray[np.int64]:
        """The number in the plan of each address, -1 for one that is not there."""
        keys = _keys(addresses)
        at = np.minimum(np.searchsorted(self._sorted, keys), len(self._sorted) - 1)
        found = self._order[at].astype(np.int64) + self.first
        found[self._sorted[at] != keys] = -1
        return found


class Seen:
    """One bit for each port of each host: has it answered?"""

    def __init__(self, hosts: int, ports: int) -> None:
        self._ports = np.uint64(ports)
        self._bits = np.zeros(hosts * ports // 8 + 1, dtype=np.uint8)
        self.reached = np.zeros(hosts, dtype=np.bool_)

    def has(self, hosts: Numbers, ports: Numbers) -> NDArray[np.bool_]:
        at = hosts * self._ports + ports
        bits = self._bits[at >> np.uint64(3)] >> (at & np.uint64(7)).astype(np.uint8)
        answer: NDArray[np.bool_] = bits & np.uint8(1) != 0
        return answer

    def add(self, hosts: Numbers, ports: Numbers) -> NDArray[np.intp]:
        """Note them; return the indices of those that are new, each once."""
        at, first = np.unique(hosts * self._ports + ports, return_index=True)
        fresh = np.sort(first[~self.has(at // self._ports, at % self._ports)])
        bits = np.uint8(1) << (at & np.uint64(7)).astype(np.uint8)
        np.bitwise_or.at(self._bits, at >> np.uint64(3), bits)
        self.reached[hosts] = True
        return fresh


def hosts_of(plan: Plan) -> list[Hosts]:
    """Those of each version that the plan names."""
    both = (plan.hosts4, 0), (plan.hosts6, len(plan.hosts4))
    return [Hosts(addresses, first) for addresses, first in both if len(addresses)]


def _keys(addresses: Bytes) -> NDArray[np.uint32] | NDArray[np.bytes_]:
    octets = np.ascontiguousarray(addresses)
    if octets.shape[1] == 4:
        return octets.view(">u4").ravel().astype(np.uint32)
    return octets.view("S16").ravel()


def _sources(addresses: Bytes) -> tuple[Bytes, NDArray[np.bool_]]:
    """Where this machine speaks from to each address, asked once for each network of it (/24, /64)."""
    width = addresses.shape[1]
    family, kept = (socket.AF_INET, 3) if width == 4 else (socket.AF_INET6, 8)
    prefixes = np.ascontiguousarray(addresses[:, :kept]).view(f"S{kept}").ravel()
    _, firsts, groups = np.unique(prefixes, return_index=True, return_inverse=True)
    sources = np.zeros((len(firsts), width), dtype=np.uint8)
    reachable = np.zeros(len(firsts), dtype=np.bool_)
    for group, first in enumerate(firsts):
        source = source_for(socket.inet_ntop(family, addresses[first].tobytes()))
        if source is not None:
            sources[group] = np.frombuffer(socket.inet_pton(family, source.partition("%")[0]), dtype=np.uint8)
            reachable[group] = True
    return sources[groups], reachable[groups]

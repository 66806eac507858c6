"""To which addresses and ports may a packet leave at all? Asked of the finished packets, below every other rule."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

import numpy as np
from numpy.typing import NDArray

Network = IPv4Network | IPv6Network
Bytes = NDArray[np.uint8]
Truth = NDArray[np.bool_]

_NO_PAGE, _WHOLE_PAGE = 0, 1  # of the IPv4 table: pages of 65,536 addresses that nothing or everything is allowed in
_DENIED, _ALLOWED = 0, -1  # what a branch of the IPv6 tree holds instead of the number of a node
_SINGLE_TABLE_LIMIT = 100_000  # networks: more would be a mistake of whoever wrote the plan


class BadConsent(ValueError):
    """The list of what is allowed cannot be read: nothing leaves."""


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises BadConsent at the first that is not a network, or is written with host bits."""
    networks: list[Network] = []
    for text in texts:
        try:
            networks.append(ip_network(text))
        except ValueError as error:
            raise BadConsent(f"{text!r} is not a network: {error}") from None
        if len(networks) > _SINGLE_TABLE_LIMIT:
            raise BadConsent(f"more than {_SINGLE_TABLE_LIMIT} networks")
    return tuple(networks)


def allowed_networks(networks: Iterable[Network], exclusions: Iterable[Network]) -> tuple[Network, ...]:
    """The networks without what is excluded, each address once, in order: IPv4, then IPv6."""
    left = set(networks)
    for excluded in exclusions:
        for network in [n for n in left if n.version == excluded.version and n.overlaps(excluded)]:
            left.remove(network)
            if excluded.supernet_of(network):  # type: ignore[arg-type]
                continue
            left.update(network.address_exclude(excluded))  # type: ignore[arg-type]
    return (*_merged([n for n in left if n.version == 4]), *_merged([n for n in left if n.version == 6]))


def _merged(networks: Sequence[Network]) -> list[Network]:
    return list(collapse_addresses(networks))  # type: ignore[type-var]


class Consent:
    """A table that answers for many packets at once. Nothing is allowed but what was given."""

    def __init__(self, networks: Iterable[Network], ports: Iterable[int]) -> None:
        self.networks = tuple(networks)
        self._ports = np.zeros(65536, dtype=np.bool_)
        self._ports[list(ports)] = True
        self._ports[0] = False
        self._pages = np.zeros(65536, dtype=np.uint32)
        self._bits = np.zeros((2, 8192), dtype=np.uint8)
        self._bits[_WHOLE_PAGE] = 0xFF
        self._tree: list[list[int]] = [[_DENIED] * 16]
        for network in self.networks:
            self._allow_4(network) if network.version == 4 else self._allow_6(network)
        self._nodes = np.array(self._tree, dtype=np.int32)

    def allows(self, addresses: Bytes, ports: NDArray[np.uint16]) -> Truth:
        """`addresses` is (n, 4) or (n, 16) bytes in network order, `ports` n numbers; one answer each."""
        if addresses.shape[1] == 4:
            return self._allows_4(addresses) & self._ports[ports]
        return self._allows_6(addresses) & self._ports[ports]

    def _allows_4(self, addresses: Bytes) -> Truth:
        numbers = np.ascontiguousarray(addresses).view(">u4").ravel().astype(np.uint32)
        low = numbers & np.uint32(0xFFFF)
        held = self._bits[self._pages[numbers >> np.uint32(16)], low >> np.uint32(3)]
        answer: Truth = (held >> (low & np.uint32(7)).astype(np.uint8)) & np.uint8(1) != 0
        return answer

    def _allows_6(self, addresses: Bytes) -> Truth:
        nodes = np.zeros(len(addresses), dtype=np.int32)
        for level in range(32):
            byte = addresses[:, level // 2]
            nibble = byte >> 4 if level % 2 == 0 else byte & 0xF
            walking = nodes >= 0 if level == 0 else nodes > 0
            if not walking.any():
                break
            nodes = np.where(walking, self._nodes[np.maximum(nodes, 0), nibble], nodes)
        answer: Truth = nodes == _ALLOWED
        return answer

    def _allow_4(self, network: Network) -> None:
        first, last = int(network.network_address), int(network.broadcast_address)
        for page in range(first >> 16, (last >> 16) + 1):
            low = first & 0xFFFF if page == first >> 16 else 0
            high = last & 0xFFFF if page == last >> 16 else 0xFFFF
            if (low, high) == (0, 0xFFFF):
                self._pages[page] = _WHOLE_PAGE
            elif self._pages[page] != _WHOLE_PAGE:
                bits = np.unpackbits(self._own_page(page), bitorder="little")
                bits[low : high + 1] = 1
                self._bits[self._pages[page]] = np.packbits(bits, bitorder="little")

    def _own_page(self, page: int) -> Bytes:
        if self._pages[page] == _NO_PAGE:
            self._pages[page] = len(self._bits)
            self._bits = np.vstack([self._bits, np.zeros((1, 8192), dtype=np.uint8)])
        found: Bytes = self._bits[self._pages[page]]
        return found

    def _allow_6(self, network: Network) -> None:
        nibbles = f"{int(network.network_address):032x}"
        whole, rest = divmod(network.prefixlen, 4)
        node = 0
        for digit in (int(n, 16) for n in nibbles[: whole - (rest == 0)]):
            if self._tree[node][digit] == _ALLOWED:
                return
            if self._tree[node][digit] == _DENIED:
                self._tree.append([_DENIED] * 16)
                self._tree[node][digit] = len(self._tree) - 1
            node = self._tree[node][digit]
        if network.prefixlen == 0:
            self._tree[0] = [_ALLOWED] * 16
            return
        last = int(nibbles[whole - (rest == 0)], 16)
        for digit in range(last, last + (1 << (4 - rest) if rest else 1)):
            self._tree[node][digit] = _ALLOWED

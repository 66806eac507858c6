"""What are the exact bytes of a question, and does this answer belong to one that was asked?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

WINDOW = 1024
MSS = 1220  # fits the smallest path of IPv6 (RFC 8200) without a fragment
HOP_LIMIT = 64
_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_TCP_LENGTH = 24  # with the option that every stack sends: the largest segment
_IP_LENGTH = {4: 20, 6: 40}


@dataclass(frozen=True, slots=True)
class Answers:
    """What the answers of one batch say, each as an array of one length."""

    addresses: Bytes  # (n, 4) or (n, 16): who answered
    ports: NDArray[np.uint16]  # of theirs
    is_open: NDArray[np.bool_]  # a SYN-ACK; else a RST


class Cookies:
    """A keyed number for each place: what the question's sequence holds, nobody who did not get it can acknowledge."""

    def __init__(self, key: bytes, source_port: int) -> None:
        """`key` is 16 secret bytes, of one run."""
        self._k0, self._k1 = (np.uint64(int.from_bytes(part, "little")) for part in (key[:8], key[8:]))
        self.source_port = source_port

    def of(self, addresses: Bytes, ports: NDArray[np.uint16]) -> NDArray[np.uint32]:
        """SipHash-1-3 of the address and both ports, cut to 32 bits."""
        last = ports.astype(np.uint64) << np.uint64(16) | np.uint64(self.source_port)
        if addresses.shape[1] == 4:
            words = [last << np.uint64(32) | np.ascontiguousarray(addresses).view("<u4").ravel().astype(np.uint64)]
        else:
            halves = np.ascontiguousarray(addresses).view("<u8")
            words = [halves[:, 0], halves[:, 1], last]
        return _siphash(words, self._k0, self._k1).astype(np.uint32)


def questions(addresses: Bytes, ports: NDArray[np.uint16], sources: Bytes, cookies: Cookies) -> Bytes:
    """One SYN each, from its IP header on: (n, 44) bytes for IPv4, (n, 64) for IPv6. `sources` is (n, 4 or 16)."""
    width = addresses.shape[1]
    head = _IP_LENGTH[4 if width == 4 else 6]
    packets = np.zeros((len(addresses), head + _TCP_LENGTH), dtype=np.uint8)
    if width == 4:
        _ipv4_header(packets, addresses, sources)
    else:
        _ipv6_header(packets, addresses, sources)
    tcp = packets[:, head:]
    tcp[:, 0:2] = _big(np.full(len(ports), cookies.source_port, dtype=np.uint16))
    tcp[:, 2:4] = _big(ports)
    tcp[:, 4:8] = _big(cookies.of(addresses, ports))
    tcp[:, 12:14] = (_TCP_LENGTH // 4 << 4, _SYN)
    tcp[:, 14:16] = tuple(WINDOW.to_bytes(2, "big"))
    tcp[:, 20:24] = (2, 4, *MSS.to_bytes(2, "big"))
    pseudo = word_sum(sources) + word_sum(addresses) + np.uint64(6 + _TCP_LENGTH)
    tcp[:, 16:18] = _big(folded(pseudo + word_sum(tcp)))
    return packets


def destinations(packets: Bytes) -> tuple[Bytes, NDArray[np.uint16]]:
    """Where finished packets go, read out of their own bytes."""
    head = 20 if packets.shape[1] == 20 + _TCP_LENGTH else 40
    addresses = packets[:, 16:20] if head == 20 else packets[:, 24:40]
    ports = np.ascontiguousarray(packets[:, head + 2 : head + 4]).view(">u2").ravel().astype(np.uint16)
    return np.ascontiguousarray(addresses), ports


def answers(packets: Bytes, cookies: Cookies, version: int) -> Answers:
    """Those of the packets, from their IP header on, that answer a question of ours; all others are left out.

    A SYN-ACK and a RST both acknowledge the sequence of the question plus one (RFC 9293, 3.10.7).
    """
    if version == 4:
        head = (packets[:, 0] & 0xF).astype(np.intp) * 4
        addresses = packets[:, 12:16]
        is_tcp = (packets[:, 9] == 6) & (packets[:, 0] >> 4 == 4) & (head >= 20) & (head + 20 <= packets.shape[1])
        tcp = packets[:, 20:40]
        if (with_options := np.flatnonzero(is_tcp & (head > 20))).size:
            tcp = tcp.copy()
            tcp[with_options] = packets[with_options[:, None], head[with_options, None] + np.arange(20)]
    else:
        addresses = packets[:, 8:24]
        is_tcp = (packets[:, 6] == 6) & (packets[:, 0] >> 4 == 6)
        tcp = packets[:, 40:60]
    ports = tcp[:, 0:2].copy().view(">u2").ravel().astype(np.uint16)
    mine = tcp[:, 2:4].copy().view(">u2").ravel() == cookies.source_port
    acknowledged = tcp[:, 8:12].copy().view(">u4").ravel().astype(np.uint32)
    flags = tcp[:, 13]
    is_open = flags & (_SYN | _ACK | _RST) == _SYN | _ACK
    is_refused = flags & (_ACK | _RST) == _ACK | _RST
    addresses = np.ascontiguousarray(addresses)
    known = acknowledged - np.uint32(1) == cookies.of(addresses, ports)
    kept = is_tcp & mine & known & (is_open | is_refused)
    return Answers(addresses[kept], ports[kept], is_open[kept])


def _ipv4_header(packets: Bytes, addresses: Bytes, sources: Bytes) -> None:
    packets[:, 0] = 0x45
    packets[:, 2:4] = tuple(packets.shape[1].to_bytes(2, "big"))
    packets[:, 6] = 0x40  # never in fragments: the identification may then be zero (RFC 6864)
    packets[:, 8:10] = (HOP_LIMIT, 6)
    packets[:, 12:16] = sources
    packets[:, 16:20] = addresses
    packets[:, 10:12] = _big(folded(word_sum(packets[:, :20])))


def _ipv6_header(packets: Bytes, addresses: Bytes, sources: Bytes) -> None:
    packets[:, 0] = 0x60
    packets[:, 4:6] = tuple(_TCP_LENGTH.to_bytes(2, "big"))
    packets[:, 6:8] = (6, HOP_LIMIT)
    packets[:, 8:24] = sources
    packets[:, 24:40] = addresses


def word_sum(octets: Bytes) -> Words:
    """The sum of the 16-bit words of each row, in network order."""
    words = np.ascontiguousarray(octets).view(">u2")
    total = np.zeros(len(octets), dtype=np.uint64)
    for column in range(words.shape[1]):
        total += words[:, column]
    return total


def folded(total: Words) -> NDArray[np.uint16]:
    for _ in range(2):
        total = (total & np.uint64(0xFFFF)) + (total >> np.uint64(16))
    return (~total & np.uint64(0xFFFF)).astype(np.uint16)


def _big(numbers: NDArray[np.uint16] | NDArray[np.uint32]) -> Bytes:
    """Each number as its bytes in network order: (n, 2) or (n, 4)."""
    swapped = numbers.astype(numbers.dtype.newbyteorder(">"))
    return swapped.view(np.uint8).reshape(len(numbers), numbers.dtype.itemsize)


def _siphash(words: list[Words], k0: np.uint64, k1: np.uint64) -> Words:
    """SipHash-1-3 (Aumasson and Bernstein, 2012) of rows of whole 64-bit words."""
    shape = words[0].shape
    state = [
        np.full(shape, k0 ^ np.uint64(0x736F6D6570736575)),
        np.full(shape, k1 ^ np.uint64(0x646F72616E646F6D)),
        np.full(shape, k0 ^ np.uint64(0x6C7967656E657261)),
        np.full(shape, k1 ^ np.uint64(0x7465646279746573)),
    ]
    length = np.full(shape, np.uint64(len(words) * 8 << 56))
    for word in (*words, length):
        state[3] ^= word
        _sip_round(state)
        state[0] ^= word
    state[2] ^= np.uint64(0xFF)
    for _ in range(3):
        _sip_round(state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_round(v: list[Words]) -> None:
    v[0] += v[1]
    v[1] = _turned(v[1], 13) ^ v[0]
    v[0] = _turned(v[0], 32)
    v[2] += v[3]
    v[3] = _turned(v[3], 16) ^ v[2]
    v[0] += v[3]
    v[3] = _turned(v[3], 21) ^ v[0]
    v[2] += v[1]
    v[1] = _turned(v[1], 17) ^ v[2]
    v[2] = _turned(v[2], 32)


def _turned(numbers: Words, bits: int) -> Words:
    return numbers << np.uint64(bits) | numbers >> np.uint64(64 - bits)

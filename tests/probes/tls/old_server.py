"""A server of another age, as far as its first answer: versions and suites that no library of today has."""

import struct
from dataclasses import dataclass

from vigie.engine.cipher_suites import SUITES, uses_finite_field

SSL3, TLS10, TLS11, TLS12 = 0x0300, 0x0301, 0x0302, 0x0303
HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70


@dataclass(frozen=True)
class Asked:
    version: int
    suites: tuple[int, ...]
    extensions: dict[int, bytes]

    @property
    def name(self) -> str | None:
        return self.extensions[0][5:].decode() if 0 in self.extensions else None


def read_hello(data: bytes) -> Asked:
    """Held to the letter of RFC 5246 7.4.1.2: every length must add up."""
    kind, _, size = struct.unpack_from(">BHH", data)
    assert (kind, size) == (22, len(data) - 5)
    assert data[5] == 1
    assert int.from_bytes(data[6:9], "big") == len(data) - 9
    version = int.from_bytes(data[9:11], "big")
    at = 44 + data[43]
    count = int.from_bytes(data[at : at + 2], "big")
    suites = struct.unpack_from(f">{count // 2}H", data, at + 2)
    at += 2 + count
    assert data[at : at + 2] == b"\x01\x00"
    at += 2
    extensions = {}
    if at < len(data):
        assert int.from_bytes(data[at : at + 2], "big") == len(data) - at - 2
        at += 2
        while at < len(data):
            number, length = struct.unpack_from(">HH", data, at)
            extensions[number] = data[at + 4 : at + 4 + length]
            assert len(extensions[number]) == length
            at += 4 + length
    return Asked(version, suites, extensions)


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def record(body: bytes, kind: int = 22, version: int = TLS12) -> bytes:
    return struct.pack(">BHH", kind, version, len(body)) + body


def alert(number: int, level: int = 2) -> bytes:
    return record(bytes([level, number]), 21)


def sized(*parts: bytes) -> bytes:
    """Each after its length on three bytes, the whole after its own."""
    whole = b"".join(len(part).to_bytes(3, "big") + part for part in parts)
    return len(whole).to_bytes(3, "big") + whole


def server_hello(version: int, suite: int, extensions: bytes = b"") -> bytes:
    told = struct.pack(">H", len(extensions)) + extensions if extensions else b""
    return message(2, struct.pack(">H32sBHB", version, b"r" * 32, 0, suite, 0) + told)


def key_exchange(bits: int) -> bytes:
    prime = (1 << (bits - 1) | 1).to_bytes((bits + 7) // 8, "big")
    return message(12, struct.pack(">H", len(prime)) + prime + b"\x00\x01\x02" + b"\x00\x01\x09" + b"signature")


def flight(version: int, suite: int, *chain: bytes, staple: bytes = b"", bits: int = 2048) -> bytes:
    messages = server_hello(version, suite)
    if "_anon_" not in SUITES[suite]:
        messages += message(11, sized(*chain))
    if staple:
        messages += message(22, b"\x01" + len(staple).to_bytes(3, "big") + staple)
    if uses_finite_field(SUITES[suite]):
        messages += key_exchange(bits)
    return record(messages + message(14, b""), version=version)


@dataclass
class OldServer:
    """Chooses, in its own order, among what it knows; an alert else. Tells what it was asked."""

    versions: tuple[int, ...]
    suites: tuple[int, ...]
    chain: tuple[bytes, ...] = (b"not a certificate",)
    staple: bytes = b""
    bits: int = 2048
    refusal: bytes = b""  # an alert when empty; "close" closes, without a word

    def __post_init__(self) -> None:
        self.asked: list[Asked] = []

    def __call__(self, connection) -> None:
        asked = read_hello(connection.recv(65536))
        self.asked.append(asked)
        answer = self.answer(asked)
        if answer:
            connection.sendall(answer)

    def answer(self, asked: Asked) -> bytes:
        versions = [one for one in self.versions if one <= asked.version]
        if not versions:
            return self._refuses(PROTOCOL_VERSION)
        suite = next((one for one in self.suites if one in asked.suites), None)
        if suite is None:
            return self._refuses(HANDSHAKE_FAILURE)
        stapled = self.staple if 5 in asked.extensions else b""
        return flight(max(versions), suite, *self.chain, staple=stapled, bits=self.bits)

    def _refuses(self, number: int) -> bytes:
        return b"" if self.refusal == b"close" else self.refusal or alert(number)

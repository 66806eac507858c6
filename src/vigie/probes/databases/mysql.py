"""Does a MySQL or MariaDB server greet here, and in which version?"""

import struct

from vigie.engine.facts import DatabaseFacts, Facts

from ..answer import Found, kept, text_of
from ..connection import Connection
from ..errors import Garbled

MAX_PACKET = 4096
_PROTOCOL, _ERROR = 10, 0xFF
_CLIENT_SSL = 0x0800
_CLIENT_PROTOCOL_41, _CLIENT_SECURE_CONNECTION, _UTF8 = 0x0200, 0x8000, 33


def greets(data: bytes) -> bool:
    """Whether the first bytes are a packet numbered 0 of protocol 10, or a refusal."""
    return len(data) >= 5 and data[3] == 0 and data[4] in {_PROTOCOL, _ERROR} and 5 <= _length(data) <= MAX_PACKET


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Read the greeting and leave. Raises Garbled when it is not MySQL."""
    header = await connection.read_exactly(5, first=first, total=total)
    if not greets(header):
        raise Garbled("no MySQL greeting")
    body = header[4:] + await connection.read_exactly(_length(header) - 1, first=first, total=total)
    facts = parse(body)
    # The twenty bytes after the version are drawn at random for each caller: they identify nobody.
    raw = kept("mysql", b"", header[:4] + body)
    return Found("mysql", Facts(banner=facts.said or None, database=facts), (raw,))


def tls_request() -> bytes:
    """What comes in the place of a sign-in, when TLS is to begin first: no name is in it."""
    flags = _CLIENT_PROTOCOL_41 | _CLIENT_SSL | _CLIENT_SECURE_CONNECTION
    request = struct.pack("<IIB23x", flags, 1 << 24, _UTF8)
    return len(request).to_bytes(3, "little") + b"\x01" + request


async def start_tls(connection: Connection, *, first: float, total: float) -> None:
    """Say, after the greeting, that TLS comes next; there is no go-ahead to wait for."""
    await connection.send(tls_request())


def parse(body: bytes) -> DatabaseFacts:
    """Read the first packet, without its header; raises Garbled when it is not of its form."""
    if body[:1] == bytes([_ERROR]):
        message = text_of(body[3:], 200)
        # A proof by its words: an error packet has no other mark.
        if not any(word in message for word in ("MySQL", "MariaDB", "Too many connections", "blocked")):
            raise Garbled("no MySQL greeting")
        return DatabaseFacts("mysql", None, None, answers_anyone=False, said=message)
    end = body.find(b"\0", 1)
    flags = body[end + 14 : end + 16]
    if body[:1] != bytes([_PROTOCOL]) or not 2 <= end <= 100 or len(flags) < 2:
        raise Garbled("no MySQL greeting")
    version = text_of(body[1:end], 100)
    if not version[:1].isdigit():
        raise Garbled("no MySQL greeting")
    tls = bool(int.from_bytes(flags, "little") & _CLIENT_SSL)
    return DatabaseFacts("mysql", version, tls, answers_anyone=None, said=version)


def _length(header: bytes) -> int:
    return int.from_bytes(header[:3], "little")

"""Does a Microsoft SQL Server answer here, and in which version?"""

import struct

from vigie.engine.facts import DatabaseFacts, Facts

from ..answer import Found, kept
from ..connection import Connection
from ..errors import Garbled

# MS-TDS 2.2.6.5: PRELOGIN, what is said before any sign-in. Version, encryption "off" (it is only a question),
# instance, thread, several results: each as token, offset and length, then their values.
_OPTIONS = ((0, b"\0" * 6), (1, b"\0"), (2, b"\0"), (3, b"\0" * 4), (4, b"\0"))
_PRELOGIN, _RESPONSE = 0x12, 0x04
_VERSION, _ENCRYPTION, _END = 0, 1, 0xFF
_NO_ENCRYPTION = 2
MAX_PACKET = 4096


def request() -> bytes:
    """The PRELOGIN that is sent."""
    at = 5 * len(_OPTIONS) + 1
    tokens = values = b""
    for token, value in _OPTIONS:
        tokens += struct.pack(">BHH", token, at + len(values), len(value))
        values += value
    body = tokens + bytes([_END]) + values
    return struct.pack(">BBHHBB", _PRELOGIN, 1, len(body) + 8, 0, 1, 0) + body


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Say PRELOGIN, read its answer, leave. Raises Garbled when it is not SQL Server."""
    asked = request()
    await connection.send(asked)
    header = await connection.read_exactly(8, first=first, total=total)
    length = int.from_bytes(header[2:4], "big")
    if header[0] != _RESPONSE or header[1] != 1 or not 20 <= length <= MAX_PACKET:
        raise Garbled("no TDS answer")
    body = await connection.read_exactly(length - 8, first=first, total=total)
    return Found("mssql", Facts(database=parse(body)), (kept("mssql", asked, header + body),))


def parse(body: bytes) -> DatabaseFacts:
    """Read the options of the answer; raises Garbled when there is no version among them."""
    values: dict[int, bytes] = {}
    for at in range(0, min(len(body), 100), 5):
        if body[at] == _END:
            break
        if at + 5 > len(body):
            raise Garbled("no TDS answer")
        token, offset, size = struct.unpack_from(">BHH", body, at)
        values[token] = body[offset : offset + size]
    told = values.get(_VERSION, b"")
    if len(told) != 6 or not told[0]:
        raise Garbled("no TDS answer")
    major, minor, build = struct.unpack_from(">BBH", told)
    version = f"{major}.{minor}.{build}"
    encryption = values.get(_ENCRYPTION)
    tls = encryption[0] != _NO_ENCRYPTION if encryption else None
    return DatabaseFacts("mssql", version, tls, answers_anyone=None, said=version)

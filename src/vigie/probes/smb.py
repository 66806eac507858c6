"""Does a Windows file share answer here, and does it still speak the version that worms use?"""

import secrets
import struct
from collections.abc import Awaitable, Callable

from vigie.engine.facts import Facts, RawAnswer, SmbFacts

from .answer import Found, kept
from .connection import Connection
from .errors import Closed, Garbled, NotPermitted, ProbeError, Stopped

MAX_MESSAGE = 64 * 1024
_SIGNING_REQUIRED = 2
_ANY_DIALECT = 0x02FF  # offered in answer to a first version: not agreed yet
#   what is written on the wire, MS-SMB2 2.2.3 -> the dialect
DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}


def request() -> bytes:
    """The NEGOTIATE of version 2 that offers every dialect; no session is asked for."""
    header = struct.pack("<4sHHIHHIIQIIQ16x", b"\xfeSMB", 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    # 3.1.1 alone asks for a context: the hash that protects the negotiation.
    context = struct.pack("<HHIHHH", 1, 38, 0, 1, 32, 1) + secrets.token_bytes(32)
    body = struct.pack("<HHHHI16sIHH", 36, len(DIALECTS), 1, 0, 0, secrets.token_bytes(16), 112, 1, 0)
    body += b"".join(struct.pack("<H", dialect) for dialect in DIALECTS) + b"\0\0"
    return _framed(header + body + context)


def request_v1() -> bytes:
    """The NEGOTIATE of version 1 that offers version 1 only."""
    dialects = b"\x02NT LM 0.12\0"
    header = struct.pack("<4sBIBH12xHHHH", b"\xffSMB", 0x72, 0, 0x18, 0xC843, 0, 0xFEFF, 0, 0)
    return _framed(header + struct.pack("<BH", 0, len(dialects)) + dialects)


async def ask(
    connection: Connection, reopen: Callable[[], Awaitable[Connection]], *, first: float, total: float
) -> Found:
    """Negotiate on this connection, then ask for version 1 alone on a second one: nothing else would tell."""
    asked = request()
    facts, raw = SmbFacts(None, None, None), []
    try:
        answer = await _exchange(connection, asked, first, total)
        facts = parse(answer)
        raw.append(kept("smb", asked, answer))
    except Closed:
        if connection.heard:
            raise Garbled("no SMB answer") from None
    connection.close()
    accepts, told = await _ask_v1(reopen, first, total)
    if facts.dialect is None and not accepts and not raw:
        raise Closed("closed before an answer")
    return Found("smb", Facts(smb=SmbFacts(facts.dialect, facts.signing_required, accepts)), (*raw, *told))


async def _ask_v1(
    reopen: Callable[[], Awaitable[Connection]], first: float, total: float
) -> tuple[bool | None, list[RawAnswer]]:
    asked = request_v1()
    try:
        async with await reopen() as connection:
            try:
                answer = await _exchange(connection, asked, first, total)
            except Closed:
                # A server without version 1 closes on the question: that is its way of refusing.
                return (None if connection.heard else False), []
    except (NotPermitted, Stopped):
        raise
    except ProbeError:
        return None, []
    return parse_v1(answer), [kept("smb1", asked, answer)]


async def _exchange(connection: Connection, asked: bytes, first: float, total: float) -> bytes:
    await connection.send(asked)
    header = await connection.read_exactly(4, first=first, total=total)
    length = int.from_bytes(header[1:], "big")
    if header[0] != 0 or not 32 <= length <= MAX_MESSAGE:
        raise Garbled("no SMB answer")
    return await connection.read_exactly(length, first=first, total=total)


def parse(message: bytes) -> SmbFacts:
    """Read the answer of version 2; raises Garbled when it is not one. A refusal proves SMB without a dialect."""
    if message[:4] != b"\xfeSMB" or len(message) < 64 or message[12:14] != b"\0\0":
        raise Garbled("no SMB answer")
    status = int.from_bytes(message[8:12], "little")
    if status or len(message) < 70:
        return SmbFacts(None, None, None)
    mode, dialect = struct.unpack_from("<HH", message, 66)
    name = DIALECTS.get(dialect)
    return SmbFacts(name, bool(mode & _SIGNING_REQUIRED) if name else None, None)


def parse_v1(message: bytes) -> bool | None:
    """True when version 1 was agreed, False when it was refused in words, None for anything else."""
    if message[:5] != b"\xffSMB\x72" or len(message) < 35:
        return None
    words = message[32]
    if int.from_bytes(message[5:9], "little") or words == 0:
        return False
    index = int.from_bytes(message[33:35], "little")
    return {0: words >= 13, 0xFFFF: False}.get(index)


def _framed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message

"""Does a Redis server obey someone who did not sign in?"""

from dataclasses import replace

from vigie.engine.facts import DatabaseFacts, Facts

from ..answer import Found, kept, text_of
from ..connection import Connection
from ..errors import Garbled, ProbeError

PING = b"PING\r\n"
INFO = b"INFO server\r\n"  # its version, its system and its age; nothing of what it stores
_MAX_INFO = 8 * 1024
_VERSION = b"redis_version:"

#   how its reply begins -> whether it obeys a stranger
REPLIES = (
    (b"+PONG", True),
    (b"-NOAUTH", False),
    (b"-DENIED", False),
    (b"-NOPERM", False),
    (b"-ERR Client sent AUTH", False),
    (b"-ERR operation not permitted", False),  # before version 2.8
)


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Say PING, ask its version when it obeys, and leave: no data is touched. Raises Garbled when it is not Redis."""
    await connection.send(PING)
    line = await connection.read_line(limit=2048, first=first, total=total)
    facts = parse(line)
    raw = [kept("redis", PING, line)]
    if facts.answers_anyone:
        told = await _version(connection, first, total)
        facts = replace(facts, version=parse_version(told))
        raw.append(kept("redis", INFO, told))
    return Found("redis", Facts(database=facts), tuple(raw))


async def _version(connection: Connection, first: float, total: float) -> bytes:
    """The line that tells the version, the only one that is kept; b"" when it does not come."""
    try:
        await connection.send(INFO)
        if not (await connection.read_line(limit=256, first=first, total=total)).startswith(b"$"):
            return b""  # refused: nothing more will come
        await connection.read_until(_VERSION, limit=_MAX_INFO, first=first, total=total)
        return _VERSION + await connection.read_line(limit=256, first=first, total=total)
    except ProbeError:
        return b""


def parse_version(line: bytes) -> str | None:
    """The version of such a line; None when it is not one."""
    text = text_of(line.removeprefix(_VERSION), 32)
    return text if text[:1].isdigit() else None


def parse(line: bytes) -> DatabaseFacts:
    """Raises Garbled when the reply is not one that Redis gives."""
    for start, obeys in REPLIES:
        if line.startswith(start):
            return DatabaseFacts("redis", None, None, answers_anyone=obeys, said=text_of(line, 200))
    raise Garbled("no Redis answer")

"""Does a Redis server obey someone who did not sign in?"""

from vigie.engine.facts import DatabaseFacts, Facts

from ..answer import Found, kept, text_of
from ..connection import Connection
from ..errors import Garbled

PING = b"PING\r\n"

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
    """Say PING, an order that touches no data, and leave. Raises Garbled when it is not Redis."""
    await connection.send(PING)
    line = await connection.read_line(limit=2048, first=first, total=total)
    return Found("redis", Facts(database=parse(line)), (kept("redis", PING, line),))


def parse(line: bytes) -> DatabaseFacts:
    """Raises Garbled when the reply is not one that Redis gives."""
    for start, obeys in REPLIES:
        if line.startswith(start):
            return DatabaseFacts("redis", None, None, answers_anyone=obeys, said=text_of(line, 200))
    raise Garbled("no Redis answer")

"""Does a memcached server obey someone who did not sign in?"""

import re2

from vigie.engine.facts import DatabaseFacts, Facts

from ..answer import Found, kept, text_of
from ..connection import Connection
from ..errors import Garbled

ASKED = b"version\r\n"
_VERSION = re2.compile(rb"^VERSION ([0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z._-]{0,40})\r?\n$")


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Ask its version, which touches no data, and leave. Raises Garbled when it is not memcached."""
    await connection.send(ASKED)
    line = await connection.read_line(limit=1024, first=first, total=total)
    return Found("memcached", Facts(database=parse(line)), (kept("memcached", ASKED, line),))


def parse(line: bytes) -> DatabaseFacts:
    """Raises Garbled when the reply is not one that memcached gives."""
    said = text_of(line, 200)
    if line.startswith(b"CLIENT_ERROR unauthenticated"):
        return DatabaseFacts("memcached", None, None, answers_anyone=False, said=said)
    found = _VERSION.match(line)
    if found is None:
        raise Garbled("no memcached answer")
    return DatabaseFacts("memcached", found.group(1).decode("ascii"), None, answers_anyone=True, said=said)

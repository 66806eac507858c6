"""Does a telephone exchange answer here, over a connection?"""

import secrets

from .answer import Found, kept
from .connection import Connection
from .datagram_answers import facts_in
from .datagrams import is_sip
from .datagrams import sip as options
from .errors import Garbled

_MOST_HEAD = 8 * 1024


def question(token: bytes | None = None) -> bytes:
    return options(token or secrets.token_bytes(8), "scanner.invalid").replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP", 1)


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """OPTIONS, as without a connection (RFC 3261 18.1.1); its own address is not told. Raises Garbled."""
    token = secrets.token_bytes(8)
    asked = question(token)
    await connection.send(asked)
    answer = await connection.read_until(b"\r\n\r\n", limit=_MOST_HEAD, first=first, total=total)
    facts = facts_in("sip", answer)
    if not is_sip(token, answer) or facts.sip is None:
        raise Garbled("no SIP answer")
    return Found("sip", facts, (kept("sip", asked, answer),))

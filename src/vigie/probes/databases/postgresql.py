"""Does a PostgreSQL server answer here, and does it offer TLS?"""

from vigie.engine.facts import DatabaseFacts, Facts

from .. import tls
from ..answer import Found, kept, text_of
from ..connection import Connection
from ..errors import Garbled

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
GSS_REQUEST = bytes.fromhex("0000000804d21630")  # asked after a refusal of TLS: one letter alone would prove nothing
_MAX_ERROR = 2048


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Ask for TLS before any sign-in, and leave. Raises Garbled when it is not PostgreSQL."""
    await connection.send(SSL_REQUEST)
    letter = await connection.read_exactly(1, first=first, total=total)
    asked, heard = SSL_REQUEST, letter
    if letter == b"S":
        await connection.start_tls(tls.context(), first=first, seconds=total)
        facts = DatabaseFacts("postgresql", None, tls=True, answers_anyone=None, said="TLS is offered")
    elif letter == b"N":
        await connection.send(GSS_REQUEST)
        second = await connection.read_exactly(1, first=first, total=total)
        asked, heard = asked + GSS_REQUEST, heard + second
        if second not in {b"N", b"G"}:
            heard += await _error(connection, second, first, total)
        facts = DatabaseFacts("postgresql", None, tls=False, answers_anyone=None, said="TLS is refused")
    else:
        heard += await _error(connection, letter, first, total)
        facts = DatabaseFacts("postgresql", None, tls=None, answers_anyone=None, said=parse_error(heard[5:]))
    return Found("postgresql", Facts(database=facts), (kept("postgresql", asked, heard),))


async def start_tls(connection: Connection, *, first: float, total: float) -> None:
    """Ask a new connection for TLS; raises ProbeError when it is not begun."""
    await connection.send(SSL_REQUEST)
    if await connection.read_exactly(1, first=first, total=total) != b"S":
        raise Garbled("no go-ahead for TLS")


async def _error(connection: Connection, letter: bytes, first: float, total: float) -> bytes:
    """The rest of an ErrorResponse; raises Garbled when it is not one."""
    if letter != b"E":
        raise Garbled("no PostgreSQL answer")
    header = await connection.read_exactly(4, first=first, total=total)
    length = int.from_bytes(header, "big")
    if not 8 <= length <= _MAX_ERROR:
        raise Garbled("no PostgreSQL answer")
    body = await connection.read_exactly(length - 4, first=first, total=total)
    parse_error(body)
    return header + body


def parse_error(body: bytes) -> str:
    """The message among the fields of an ErrorResponse; raises Garbled when there is none."""
    fields = {field[:1]: field[1:] for field in body.split(b"\0") if field}
    if b"M" not in fields or b"S" not in fields or b"C" not in fields:
        raise Garbled("no PostgreSQL answer")
    return text_of(fields[b"M"], 200)

"""Does an AMQP broker answer here, and which one? It says so before anybody signs in."""

from vigie.engine.facts import Facts
from vigie.engine.facts_of_infrastructure import BrokerFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Garbled

HEADER = b"AMQP\x00\x00\x09\x01"  # AMQP 0-9-1, 4.2.2
_MOST = 16 * 1024
_START = b"\x00\x0a\x00\x0a"  # method Connection.Start


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Say the header of the protocol, read what the broker says of itself, leave. Raises Garbled."""
    await connection.send(HEADER)
    start = await connection.read_exactly(8, first=first, total=total)
    if start[:4] == b"AMQP":  # it speaks another version, and says which
        return Found("amqp", Facts(broker=BrokerFacts("amqp", None, None)), (kept("amqp", HEADER, start),))
    size = int.from_bytes(start[3:7], "big")
    if start[0] != 1 or not 4 <= size <= _MOST:
        raise Garbled("no AMQP answer")
    rest = await connection.read_exactly(size, first=total, total=total)
    return Found("amqp", Facts(broker=parse(start[7:] + rest[:-1])), (kept("amqp", HEADER, start + rest),))


def parse(method: bytes) -> BrokerFacts:
    """The texts among the properties of the server; raises Garbled when it is not its first method."""
    if not method.startswith(_START):
        raise Garbled("no AMQP answer")
    return BrokerFacts("amqp", _text(method, b"product"), _text(method, b"version"), _text(method, b"platform"))


def _text(method: bytes, name: bytes) -> str | None:
    """The long string of that name: its length on one byte, the name, S, a length on four bytes, the text."""
    at = method.find(bytes([len(name)]) + name + b"S")
    if at < 0:
        return None
    start = at + len(name) + 6
    size = int.from_bytes(method[start - 4 : start], "big")
    return text_of(method[start : start + size], 64) or None

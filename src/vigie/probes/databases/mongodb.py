"""Does a MongoDB server obey someone who did not sign in?"""

import struct

from vigie.engine.facts import DatabaseFacts, Facts, RawAnswer

from ..answer import Found, kept, text_of
from ..connection import Connection
from ..errors import Garbled, ProbeError
from . import bson

_QUERY, _REPLY, _MESSAGE = 2004, 1, 2013
MAX_REPLY = 256 * 1024
_FIRST_WITH_MESSAGES = 6  # wire version of MongoDB 3.6
_UNAUTHORISED = 13


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Ask three questions that read no document: who are you, your version, the names of your logs.

    The first two are answered before any sign-in; the third one only to who may. Raises Garbled when not MongoDB.
    """
    asked = query({"isMaster": 1})
    hello = await _exchange(connection, asked, first, total)
    if "maxWireVersion" not in hello and "ismaster" not in hello:
        raise Garbled("no MongoDB answer")
    wire = hello.get("maxWireVersion")
    say = message if isinstance(wire, int) and wire >= _FIRST_WITH_MESSAGES else query
    version, answers, raw = None, None, [kept("mongodb", asked, bytes(connection.received))]
    try:
        told = (await _exchange(connection, say({"buildInfo": 1}), first, total)).get("version")
        version = text_of(told.encode(), 64) if isinstance(told, str) and told[:1].isdigit() else None
        order = say({"getLog": "*"})
        heard = len(connection.received)
        answers = obeyed(await _exchange(connection, order, first, total))
        raw.append(RawAnswer("mongodb", order, *_since(connection, heard)))
    except ProbeError:
        pass  # it is MongoDB; whether it obeys stays unknown
    facts = DatabaseFacts("mongodb", version, None, answers, said=f"wire version {wire}")
    return Found("mongodb", Facts(database=facts), tuple(raw))


def query(command: bson.Document) -> bytes:
    """An order as every version understands it."""
    body = struct.pack("<I", 0) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + bson.encode(command)
    return struct.pack("<iiii", len(body) + 16, 1, 0, _QUERY) + body


def message(command: bson.Document) -> bytes:
    """The same order, as versions from 3.6 on want it."""
    body = struct.pack("<IB", 0, 0) + bson.encode({**command, "$db": "admin"})
    return struct.pack("<iiii", len(body) + 16, 1, 0, _MESSAGE) + body


def obeyed(reply: bson.Document) -> bool | None:
    """True when the order was obeyed, False when it asked to sign in first, None for any other refusal."""
    if reply.get("ok") == 1:
        return True
    words = str(reply.get("errmsg") or "").lower()
    is_refused = reply.get("code") == _UNAUTHORISED or "authenticat" in words or "not authorized" in words
    return False if is_refused else None


async def _exchange(connection: Connection, asked: bytes, first: float, total: float) -> bson.Document:
    await connection.send(asked)
    header = await connection.read_exactly(16, first=first, total=total)
    length, _, to, opcode = struct.unpack("<iiii", header)
    if opcode not in {_REPLY, _MESSAGE} or to != 1 or not 21 <= length <= MAX_REPLY:
        raise Garbled("no MongoDB answer")
    body = await connection.read_exactly(length - 16, first=first, total=total)
    return bson.decode(body[20 if opcode == _REPLY else 5 :])


def _since(connection: Connection, heard: int) -> tuple[bytes, int]:
    part = bytes(connection.received[heard:])
    return part, len(part)

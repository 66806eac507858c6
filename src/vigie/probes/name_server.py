"""Does a name server answer here, which one, and does it resolve for anybody?"""

import secrets
import struct

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from vigie.engine.facts import Facts
from vigie.engine.facts_of_infrastructure import NameServerFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .datagrams import dns as version_question
from .errors import Garbled, ProbeError

_MOST = 4096


def recursion_question(token: bytes) -> bytes:
    """The servers of the root, asking to resolve: all that resolve hold them, and this name is in nobody's own zone."""
    return token[:2] + bytes.fromhex("0100000100000000 0000") + b"\0" + bytes.fromhex("00020001")


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Two questions over one connection (RFC 7766). Raises Garbled when what answers is no name server."""
    asked = version_question(secrets.token_bytes(8), "")
    answered = await _exchange(connection, asked, first, total)
    if read(asked, answered) is None:
        raise Garbled("no DNS answer")
    raw = [kept("dns", asked, answered)]
    recursion = None
    again = recursion_question(secrets.token_bytes(8))
    try:
        answer = await _exchange(connection, again, first, total)
        recursion = resolves(read(again, answer))
        raw.append(kept("dns", again, answer))
    except ProbeError:
        pass  # it told its version; whether it resolves stays unknown
    return Found("dns", Facts(name_server=NameServerFacts(version_of(answered), recursion)), tuple(raw))


def read(asked: bytes, answered: bytes) -> dns.message.Message | None:
    """The answer to this very question; None when it is not one."""
    if answered[:2] != asked[:2]:
        return None
    message = _message(answered)
    return message if message is not None and message.flags & dns.flags.QR else None


def resolves(message: dns.message.Message | None) -> bool | None:
    """Whether a server resolved for a stranger; None when that cannot be told, as when it tried and failed."""
    if message is None:
        return None
    if not message.flags & dns.flags.RA or message.rcode() == dns.rcode.REFUSED:
        return False
    return True if message.rcode() == dns.rcode.NOERROR and message.answer else None


def version_of(answered: bytes) -> str | None:
    """The text of the first TXT record; None when there is none."""
    message = _message(answered)
    for rrset in message.answer if message is not None else ():
        if rrset.rdtype == dns.rdatatype.TXT:
            return text_of(b"".join(rrset[0].strings), 128) or None
    return None


def _message(answered: bytes) -> dns.message.Message | None:
    try:
        return dns.message.from_wire(answered)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None


def first_question() -> bytes:
    """As it is sent: its version."""
    return _framed(version_question(secrets.token_bytes(8), ""))


def second_question() -> bytes:
    """As it is sent: whether it resolves for anybody."""
    return _framed(recursion_question(secrets.token_bytes(8)))


def _framed(asked: bytes) -> bytes:
    return len(asked).to_bytes(2, "big") + asked


async def _exchange(connection: Connection, asked: bytes, first: float, total: float) -> bytes:
    await connection.send(_framed(asked))
    size = int.from_bytes(await connection.read_exactly(2, first=first, total=total), "big")
    if not 12 <= size <= _MOST:
        raise Garbled("no DNS answer")
    return await connection.read_exactly(size, first=total, total=total)

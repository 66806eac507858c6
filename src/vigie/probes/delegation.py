"""Does a name server to which a domain is entrusted answer for it, and does it give its whole zone to a stranger?

One connection to each, through the gate: only the servers that a mandate covers are asked.
"""

import secrets
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from . import transfer
from .connection import Connection
from .errors import ProbeError
from .gate import Gate
from .scope import Intensity, Permit

PORT = 53
_REFUSALS = frozenset({dns.rcode.REFUSED, dns.rcode.NOTAUTH, dns.rcode.NXDOMAIN})


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    serves: bool | None = None  # None when it could not be asked, or was in trouble
    gives: bool | None = None  # the whole zone, to anyone; None when that was not asked, or not told


async def ask(gate: Gate, address: str, zone: str, *, seconds: float, transfers: bool = True) -> ServerAnswer:
    """The start of the zone, then, unless the mandate is gentle, the zone itself: what comes is counted, not kept."""
    permit = gate.permit(address, PORT, zone)
    if not isinstance(permit, Permit):
        return ServerAnswer()
    serves = gives = None
    try:
        async with await gate.connect(address, PORT, name=zone, timeout_seconds=seconds) as connection:
            serves = await _serves(connection, zone, seconds)
            if transfers and permit.intensity is not Intensity.GENTLE:
                gives = await transfer.over(connection, zone, seconds=seconds)
    except ProbeError:
        pass  # what it told before stays
    return ServerAnswer(serves, gives)


async def _serves(connection: Connection, zone: str, seconds: float) -> bool | None:
    query = dns.message.make_query(zone, dns.rdatatype.SOA, id=secrets.randbelow(65536))
    query.flags &= ~dns.flags.RD  # of what it holds itself
    await transfer.send(connection, query.to_wire())
    return serves(await transfer.message(connection, seconds), query)


def serves(wire: bytes, query: dns.message.Message) -> bool | None:
    """Whether the server speaks for the zone with authority (RFC 1035 4.1.1); None when it cannot be told."""
    try:
        answer = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError):
        return None
    if not query.is_response(answer):
        return None
    if answer.rcode() in _REFUSALS:
        return False
    if answer.rcode() != dns.rcode.NOERROR:
        return None  # in trouble now: that may pass
    # Without authority it repeats what others told it, or sends us elsewhere.
    return bool(answer.flags & dns.flags.AA and answer.answer)

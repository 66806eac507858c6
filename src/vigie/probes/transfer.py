"""Does a name server give its whole zone to a stranger?"""

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from .connection import Connection

MAX_MESSAGES = 3  # enough to tell: the rest of the zone is left where it is


async def over(connection: Connection, zone: str, *, seconds: float) -> bool | None:
    """True when records of the zone came, False when it was refused, None when that cannot be told. Raises ProbeError.

    What comes is counted, and not kept.
    """
    await send(connection, question(zone))
    records = 0
    for _ in range(MAX_MESSAGES):
        counted = count(await message(connection, seconds))
        if not counted:
            return False if counted == 0 and not records else None
        records += counted
        if records > 1:
            return True  # more than the record that begins every transfer
    return None


def question(zone: str) -> bytes:
    return dns.message.make_query(zone, dns.rdatatype.AXFR).to_wire()


def count(wire: bytes) -> int | None:
    """How many records one message of a transfer holds, 0 when it is a refusal; None when it cannot be told."""
    try:
        told = dns.message.from_wire(wire, xfr=True, one_rr_per_rrset=True)
    except (dns.exception.DNSException, ValueError):
        return None
    if told.rcode() == dns.rcode.SERVFAIL or not told.flags & dns.flags.QR:
        return None  # it may give it in a better moment
    return len(told.answer) if told.rcode() == dns.rcode.NOERROR else 0


async def send(connection: Connection, wire: bytes) -> None:
    await connection.send(framed(wire))


def framed(wire: bytes) -> bytes:
    """One message, after its length (RFC 1035 4.2.2)."""
    return len(wire).to_bytes(2, "big") + wire


async def message(connection: Connection, seconds: float) -> bytes:
    length = int.from_bytes(await connection.read_exactly(2, first=seconds, total=seconds), "big")
    return await connection.read_exactly(length, first=seconds, total=seconds)

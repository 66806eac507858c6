"""Does a name server give its whole zone to a stranger?"""

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from .connection import Connection
from .errors import ProbeError
from .gate import Gate
from .scope import Intensity, Permit

MAX_SERVERS = 4
MAX_MESSAGES = 3  # enough to tell: the rest of the zone is left where it is
PORT = 53


async def ask(gate: Gate, address: str, zone: str, *, seconds: float) -> bool | None:
    """True when records of the zone came, False when it was refused, None when it could not be asked.

    Never under a gentle mandate, nor outside one. What comes is counted, and not kept.
    """
    permit = gate.permit(address, PORT, zone)
    if not isinstance(permit, Permit) or permit.intensity is Intensity.GENTLE:
        return None
    query = dns.message.make_query(zone, dns.rdatatype.AXFR).to_wire()
    records = 0
    try:
        async with await gate.connect(address, PORT, name=zone, timeout_seconds=seconds) as connection:
            await connection.send(len(query).to_bytes(2, "big") + query)
            for _ in range(MAX_MESSAGES):
                counted = count(await _message(connection, seconds))
                if not counted:
                    return False if counted == 0 and not records else None
                records += counted
                if records > 1:
                    return True  # more than the record that begins every transfer
    except ProbeError:
        return None
    return None


def count(wire: bytes) -> int | None:
    """How many records one message of a transfer holds, 0 when it is a refusal; None when it cannot be told."""
    try:
        message = dns.message.from_wire(wire, xfr=True, one_rr_per_rrset=True)
    except (dns.exception.DNSException, ValueError):
        return None
    if message.rcode() == dns.rcode.SERVFAIL or not message.flags & dns.flags.QR:
        return None  # it may give it in a better moment
    return len(message.answer) if message.rcode() == dns.rcode.NOERROR else 0


async def _message(connection: Connection, seconds: float) -> bytes:
    length = int.from_bytes(await connection.read_exactly(2, first=seconds, total=seconds), "big")
    return await connection.read_exactly(length, first=seconds, total=seconds)

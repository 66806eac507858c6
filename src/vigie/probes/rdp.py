"""Does a Windows desktop answer here, and does it show its sign-in screen to a stranger?"""

import struct

from vigie.engine.facts import Facts, RdpFacts, RdpSecurity

from .answer import Found, kept
from .connection import Connection
from .errors import Garbled

_TLS_ONLY = 1
# MS-RDPBCGR 2.2.1.1: a connection request that has TLS and nothing better. A server that insists on network-level
# authentication refuses it in words; one that does not lets it go on. One connection tells both.
REQUEST = bytes.fromhex("030000130ee000000000000100080001000000")
REQUEST_WITH_NLA = REQUEST[:-4] + b"\x03\x00\x00\x00"  # and answers it by TLS first
_RESPONSE, _FAILURE = 2, 3
_STANDARD = 0

#   code of the refusal, MS-RDPBCGR 2.2.1.2.2 -> what it says of the server
_FAILURES = {
    2: RdpSecurity.STANDARD,  # SSL_NOT_ALLOWED_BY_SERVER
    3: RdpSecurity.STANDARD,  # SSL_CERT_NOT_ON_SERVER
    5: RdpSecurity.NLA_REQUIRED,  # HYBRID_REQUIRED_BY_SERVER
}


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Ask for a connection and leave before any exchange of keys. Raises Garbled when it is not RDP."""
    await connection.send(REQUEST)
    header = await connection.read_exactly(4, first=first, total=total)
    version, length = struct.unpack(">BxH", header)
    if version != 3 or not 11 <= length <= 64:
        raise Garbled("no RDP answer")
    body = await connection.read_exactly(length - 4, first=first, total=total)
    facts = parse(body)
    connection.awaits_hello = facts.security is RdpSecurity.TLS
    return Found("rdp", Facts(rdp=facts), (kept("rdp", REQUEST, header + body),))


async def start_tls(connection: Connection, *, first: float, total: float) -> None:
    """Ask for TLS as a client that knows network-level authentication too; raises ProbeError when not begun."""
    await connection.send(REQUEST_WITH_NLA)
    header = await connection.read_exactly(4, first=first, total=total)
    length = struct.unpack(">BxH", header)[1]
    if header[0] != 3 or not 11 <= length <= 64:
        raise Garbled("no RDP answer")
    body = await connection.read_exactly(length - 4, first=first, total=total)
    if len(body) < 15 or body[7] != _RESPONSE or not int.from_bytes(body[11:15], "little"):
        raise Garbled("no go-ahead for TLS")


def parse(body: bytes) -> RdpFacts:
    """Read the X.224 connection confirm; raises Garbled when it is not one."""
    if len(body) < 7 or body[0] != len(body) - 1 or body[1] & 0xF0 != 0xD0:
        raise Garbled("no RDP answer")
    if len(body) == 7:
        return RdpFacts(RdpSecurity.STANDARD)  # a server from before the negotiation
    if len(body) < 15 or body[9:11] != b"\x08\x00":
        raise Garbled("no RDP answer")
    kind, value = body[7], int.from_bytes(body[11:15], "little")
    if kind == _RESPONSE and value in {_STANDARD, _TLS_ONLY}:
        return RdpFacts(RdpSecurity.TLS if value == _TLS_ONLY else RdpSecurity.STANDARD)
    if kind == _FAILURE:
        return RdpFacts(_FAILURES.get(value))
    raise Garbled("no RDP answer")

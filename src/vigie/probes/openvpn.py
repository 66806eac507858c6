"""Does an OpenVPN server answer here, over a connection?"""

import secrets

from vigie.engine.facts import Facts

from .answer import Found, kept
from .connection import Connection
from .datagrams import is_openvpn
from .datagrams import openvpn as reset
from .errors import Garbled

_MOST_PACKET = 512  # its first packet holds two session numbers and an acknowledgement


def question(token: bytes | None = None) -> bytes:
    """The first packet of a session, as without a connection, behind its length in two bytes."""
    packet = reset(token or secrets.token_bytes(8), "")
    return len(packet).to_bytes(2, "big") + packet


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """A server with tls-auth or tls-crypt answers nobody without its secret: silent. Raises Garbled."""
    token = secrets.token_bytes(8)
    asked = question(token)
    await connection.send(asked)
    head = await connection.read_exactly(2, first=first, total=total)
    length = int.from_bytes(head, "big")
    if not 14 <= length <= _MOST_PACKET:
        raise Garbled("no OpenVPN answer")
    packet = await connection.read_exactly(length, first=first, total=total)
    if not is_openvpn(token, packet):
        raise Garbled("no OpenVPN answer")
    return Found("openvpn", Facts(), (kept("openvpn", asked, head + packet),))

"""What does this SSH server say of itself, and which algorithms does it offer?"""

from vigie.engine.facts import Facts, SshFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Garbled, ProbeError

OUR_BANNER = b"SSH-2.0-Vigie_0.1\r\n"
MAX_LINES_BEFORE = 20  # RFC 4253 4.2 allows other lines first
MAX_PACKET = 35_000  # RFC 4253 6.1
_KEXINIT = 20


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Read the banner, exchange ours, read the list of algorithms, and leave before any key exchange."""
    banner = await _banner(connection, first, total)
    facts = parse_banner(banner)
    asked = b""
    try:
        if facts.protocol != "1.5":
            asked = OUR_BANNER
            await connection.send(OUR_BANNER)
            facts = parse_kexinit(await _packet(connection, first, total), facts)
    except ProbeError:
        pass  # the banner is an answer; the algorithms stay unknown
    raw = kept("ssh", asked, bytes(connection.received), connection.received_length)
    return Found("ssh", Facts(banner=text_of(banner), ssh=facts), (raw,))


async def _banner(connection: Connection, first: float, total: float) -> bytes:
    for _ in range(MAX_LINES_BEFORE):
        line = await connection.read_line(limit=1024, first=first, total=total)
        if line.startswith(b"SSH-"):
            return line
    raise Garbled("no SSH banner")


async def _packet(connection: Connection, first: float, total: float) -> bytes:
    length = int.from_bytes(await connection.read_exactly(4, first=first, total=total), "big")
    if not 2 <= length <= MAX_PACKET:
        raise Garbled("an SSH packet of impossible length")
    return await connection.read_exactly(length, first=first, total=total)


def parse_banner(line: bytes) -> SshFacts:
    """Split "SSH-protocol-software comment"; raises Garbled when it is not of that form."""
    text = text_of(line, limit=255)
    parts = text.split("-", 2)
    if len(parts) != 3 or parts[0] != "SSH" or not parts[1][:1].isdigit():
        raise Garbled("no SSH banner")
    software, _, comment = parts[2].partition(" ")
    return SshFacts(protocol=parts[1], software=software, comment=comment or None)


def parse_kexinit(packet: bytes, facts: SshFacts) -> SshFacts:
    """Add the server's lists of algorithms; raises Garbled when the packet is something else."""
    if len(packet) < 18 or packet[1] != _KEXINIT:
        raise Garbled("no list of algorithms")
    lists: list[tuple[str, ...]] = []
    at = 18  # padding length, message number, cookie of 16 bytes
    for _ in range(6):
        size = int.from_bytes(packet[at : at + 4], "big")
        if at + 4 + size > len(packet):
            raise Garbled("a list of algorithms that ends too soon")
        names = packet[at + 4 : at + 4 + size].decode("ascii", "replace")
        lists.append(tuple(name[:64] for name in names.split(",") if name)[:64])
        at += 4 + size
    kex, host_keys, _, ciphers, _, macs = lists  # ours to the server, then the server's to us
    return SshFacts(facts.protocol, facts.software, facts.comment, kex, host_keys, ciphers, macs)

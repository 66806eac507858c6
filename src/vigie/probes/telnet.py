"""Is this a terminal that asks for a name and a password in clear?"""

import re2

from vigie.engine.facts import Facts, TelnetFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Garbled

MAX_GREETING = 4096
_PATIENCE_SECONDS = 1.0  # for the text that follows the first negotiation
_IAC, _SB, _SE = 0xFF, 0xFA, 0xF0
_PROMPT = re2.compile(r"(?i)(?:^|\W)(?:login|username|user name|password|identifiant|mot de passe) ?:\s*$")


def negotiates(data: bytes) -> bool:
    """Whether the bytes begin with WILL, WON'T, DO or DON'T, then an option that RFC 855's registry knows."""
    return len(data) >= 3 and data[0] == _IAC and 0xFB <= data[1] <= 0xFE and (data[2] <= 49 or data[2] == 0xFF)


def text_between(data: bytes) -> bytes:
    """The text without the commands of RFC 854."""
    text = bytearray()
    at = 0
    while at < len(data):
        if data[at] != _IAC:
            text.append(data[at])
            at += 1
        elif data[at + 1 : at + 2] == bytes([_SB]):
            end = data.find(bytes([_IAC, _SE]), at)
            at = len(data) if end < 0 else end + 2
        else:
            at += 3 if 0xFB <= (data[at + 1] if at + 1 < len(data) else 0) <= 0xFE else 2
    return bytes(text)


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Read what it shows and leave: no negotiation is answered, nothing is typed. Raises Garbled when not Telnet."""
    data = await connection.read_some(limit=MAX_GREETING, first=first, total=min(total, _PATIENCE_SECONDS))
    facts = parse(data)
    raw = kept("telnet", b"", data)
    return Found("telnet", Facts(banner=facts.greeting or None, telnet=facts), (raw,))


def parse(data: bytes) -> TelnetFacts:
    """Raises Garbled when it neither negotiates nor asks for a login."""
    shown = text_between(data)
    text = text_of(shown)
    if not negotiates(data) and not _PROMPT.search(text_of(shown[-200:])):
        raise Garbled("an unknown greeting")
    return TelnetFacts(text, negotiates(data))

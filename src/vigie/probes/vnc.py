"""Does a shared screen answer here, and would it open without a password?"""

import re2

from vigie.engine.facts import Facts, VncFacts

from .answer import Found, kept
from .connection import Connection
from .errors import Garbled, ProbeError

_VERSION = re2.compile(rb"^RFB ([0-9]{3})\.([0-9]{3})\n$")
_NEWEST = (3, 8)
MAX_REASON = 512

#   number, RFC 6143 7.1.2 and its registry -> what it asks of the caller
SECURITY = {
    1: "none", 2: "password", 5: "ra2", 6: "ra2ne", 13: "ra256", 16: "tight", 17: "ultra", 18: "tls", 19: "vencrypt",
    20: "sasl", 22: "xvp", 30: "apple", 33: "apple-33", 35: "apple-35", 36: "apple-36", 129: "unix-login",
    130: "windows-login",
}  # fmt: skip


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Agree on a version, read the ways to sign in, choose none and leave. Raises Garbled when it is not VNC."""
    line = await connection.read_exactly(12, first=first, total=total)
    version = parse_version(line)
    asked = b"RFB %03d.%03d\n" % our_version(version)
    types = None
    try:
        await connection.send(asked)
        types = await _security(connection, our_version(version), first, total)
    except ProbeError:
        pass  # the version is an answer; the ways to sign in stay unknown
    facts = VncFacts(f"{version[0]}.{version[1]}", types)
    raw = kept("vnc", asked, bytes(connection.received), connection.received_length)
    return Found("vnc", Facts(banner=line.decode("ascii").strip(), vnc=facts), (raw,))


def parse_version(line: bytes) -> tuple[int, int]:
    """ "RFB 003.008" as (3, 8); raises Garbled."""
    found = _VERSION.match(line)
    if found is None:
        raise Garbled("no RFB greeting")
    return int(found.group(1)), int(found.group(2))


def our_version(version: tuple[int, int]) -> tuple[int, int]:
    """The newest that both know; RFC 6143 7.1.1 has three, and an unknown one counts as the oldest."""
    if version >= _NEWEST:
        return _NEWEST
    return version if version == (3, 7) else (3, 3)


async def _security(
    connection: Connection, version: tuple[int, int], first: float, total: float
) -> tuple[str, ...] | None:
    if version == (3, 3):
        chosen = int.from_bytes(await connection.read_exactly(4, first=first, total=total), "big")
        return (_name(chosen),) if 0 < chosen < 256 else None
    (count,) = await connection.read_exactly(1, first=first, total=total)
    if not count:
        return None  # a refusal: it does not say what it would ask
    return tuple(_name(number) for number in await connection.read_exactly(count, first=first, total=total))


def _name(number: int) -> str:
    return SECURITY.get(number, f"type-{number}")

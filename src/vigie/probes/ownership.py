"""Does a domain or an address show the token that its owner was given?

A TXT record is a question to our resolvers. A file is one GET to the owner's host, through the gate as everything is,
under a leave of one minute that the person who asked for the proof gives, for that very name or address alone.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from ssl import SSLContext

from vigie.engine.ownership import reverse_zone

from . import tls
from .connection import Connection
from .errors import ProbeError
from .gate import Gate
from .http import HttpConversation, host_header
from .names import Names, Run
from .pace import Pace, process_pace
from .resolve import resolve, resolver_of
from .scope import Mandate, MandateKind, Permit, Scope
from .settings import ProbeSettings
from .spared import Spared
from .stop import StopSignal

RECORD = "_vigie-proof"  # of the domain, or of the reverse zone
TEXT = "vigie-proof="
PATH = "/.well-known/vigie-proof.txt"  # RFC 8615
MOST_BYTES = 1024
LEAVE = timedelta(minutes=1)
HTTPS, HTTP = 443, 80


class Shown(StrEnum):
    YES = "yes"
    NO = "no"  # answered, without the token
    UNKNOWN = "unknown"  # nobody could tell


@dataclass(frozen=True, slots=True)
class Sight:
    shown: Shown
    told: str = ""  # why not, a short English clause
    place: str = ""  # the address that the file was read from


def record_name(kind: str, value: str) -> str | None:
    """Where the TXT record is to be; None for a range whose reverse zone is shared with others."""
    if kind == "domain":
        return f"{RECORD}.{value}"
    zone = reverse_zone(ip_network(value))
    return f"{RECORD}.{zone}" if zone else None


async def in_dns(kind: str, value: str, token: str, *, resolvers: tuple[str, ...]) -> Sight:
    """Look for the record; a failing resolver is unknown, not a missing record."""
    name = record_name(kind, value)
    if name is None:
        return Sight(Shown.NO, "the range has no reverse zone of its own")
    try:
        run = Run(resolver_of(resolvers))
    except (OSError, ValueError) as error:
        return Sight(Shown.UNKNOWN, f"the resolver cannot be used: {error}"[:200])
    async with run:
        names = Names(run)
        texts = await names.ask("TXT", name)
    if texts is None:
        return Sight(Shown.UNKNOWN, names.reason or "the resolvers failed")
    if any(text.strip() == TEXT + token for text in texts):
        return Sight(Shown.YES)
    return Sight(Shown.NO, "another text is published there" if texts else "no such record is published")


async def in_file(
    kind: str,
    value: str,
    token: str,
    *,
    reference: str,
    asked_by: str,
    among: MandateKind,
    settings: ProbeSettings,
    stop: StopSignal,
    clock: Callable[[], datetime],
    ports: tuple[int, int] = (HTTPS, HTTP),
    pace: Pace | None = None,
    spared: tuple[Spared, ...] = (),
) -> Sight:
    """Ask once for the file, over HTTPS, else in clear where nothing speaks TLS; no redirection is followed.

    `among` bounds the addresses as a mandate of that kind does: public ones, except in the laboratory.
    """
    name = value if kind == "domain" else None
    addresses: tuple[str, ...] = (value,)
    if name is not None:
        led = await resolve(name, settings.resolvers)
        if not led.known:
            return Sight(Shown.UNKNOWN, led.reason)
        addresses = led.addresses
    if not addresses:
        return Sight(Shown.NO, "the name leads to no address")
    now = clock()
    leave = Mandate(
        reference=reference,
        kind=among,
        signatory=asked_by,
        valid_from=now,
        valid_until=now + LEAVE,
        networks=tuple(ip_network(address) for address in addresses),
        names=frozenset({name} if name else ()),
    )
    scope = Scope([leave], spared)
    allowed = [one for one in addresses if isinstance(scope.permit(one, ports[0], now, name), Permit)]
    if not allowed:
        return Sight(Shown.NO, "the name leads to no public address")
    gate = Gate(scope, stop, pace or process_pace(), clock)
    return await _fetched(allowed[0], name, token, gate, settings, ports)


async def _fetched(
    address: str, name: str | None, token: str, gate: Gate, settings: ProbeSettings, ports: tuple[int, int]
) -> Sight:
    told = ""
    for port, context in ((ports[0], tls.context()), (ports[1], None)):
        try:
            return await _asked(address, port, name, token, gate, settings, context)
        except ProbeError as error:
            told = error.reason
    return Sight(Shown.UNKNOWN, told)


async def _asked(
    address: str,
    port: int,
    name: str | None,
    token: str,
    gate: Gate,
    settings: ProbeSettings,
    context: SSLContext | None,
) -> Sight:
    times = settings.timeouts

    async def opened() -> Connection:
        connection = await gate.connect(address, port, name=name, timeout_seconds=times.connect)
        if context is not None:
            try:
                await connection.start_tls(context, first=times.first_byte, seconds=times.handshake)
            except BaseException:
                connection.close()
                raise
        return connection

    host = host_header(name or str(ip_address(address)), port, is_tls=context is not None)
    talk = HttpConversation(
        opened, host=host, user_agent=settings.user_agent, first=times.first_byte, total=times.conversation
    )
    async with talk:
        answer = await talk.get(PATH, limit=MOST_BYTES)
    if answer.status != 200:
        return Sight(Shown.NO, f"the server answered {answer.status}")
    if answer.body.decode("latin-1").strip() == TEXT + token:
        return Sight(Shown.YES, place=address)
    return Sight(Shown.NO, "the file holds something else")


def look_in_dns(kind: str, value: str, token: str, *, resolvers: tuple[str, ...]) -> Sight:
    """As in_dns. Blocks."""
    return asyncio.run(in_dns(kind, value, token, resolvers=resolvers))

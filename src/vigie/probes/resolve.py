"""Which addresses does a name lead to now?"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from secrets import token_hex

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver

LIFETIME_SECONDS = 4.0
FRESH_SECONDS = 60.0
LIES = "the resolvers answer for names that cannot exist"


@dataclass(frozen=True, slots=True)
class Resolution:
    name: str
    addresses: tuple[str, ...]  # A then AAAA
    aliases: tuple[str, ...] = ()  # each name that a CNAME led to, in order
    reason: str = ""  # why it is unknown; "" when the resolvers answered, even with nothing

    @property
    def known(self) -> bool:
        """False when the resolvers could not tell: that is not the same as a name without address."""
        return not self.reason


async def resolve(name: str, resolvers: tuple[str, ...] = ()) -> Resolution:
    """Ask A and AAAA of a name; `resolvers` are "address" or "address:port", the system's when empty. Never raises."""
    try:
        resolver = resolver_of(resolvers)
        answers = await asyncio.gather(*(_ask(resolver, name, kind) for kind in ("A", "AAAA")))
    except dns.resolver.NXDOMAIN:
        return Resolution(name, ())
    except dns.exception.DNSException as error:
        return Resolution(name, (), reason=in_words(error))
    except (OSError, ValueError) as error:
        return Resolution(name, (), reason=f"the resolver cannot be used: {error}")
    addresses = [address for found, _ in answers for address in found]
    aliases = [alias for _, chain in answers for alias in chain]
    return Resolution(name, tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(aliases)))


async def lies(resolver: dns.asyncresolver.Resolver) -> bool:
    """Whether it gives an address for a name that cannot exist (RFC 6761 6.4): then nothing that it says is known.

    Those that sell mistyped names leave .invalid alone: one that nobody can have registered is asked too.
    """
    names = (f"vigie-{token_hex(6)}.invalid", f"vigie-{token_hex(16)}.com")
    return any(await asyncio.gather(*(_gives_an_address(resolver, name) for name in names)))


async def _gives_an_address(resolver: dns.asyncresolver.Resolver, name: str) -> bool:
    try:
        answer = await resolver.resolve(name, "A", raise_on_no_answer=False, search=False)
    except (dns.exception.DNSException, OSError, ValueError):
        return False
    return bool(answer.rrset)


async def resolve_all(names: Iterable[str], resolvers: tuple[str, ...] = ()) -> tuple[Resolution, ...]:
    """Resolve several names, a few at a time; all are unknown when the resolvers lie."""
    names = tuple(names)
    if names and await _lying(resolvers):
        return tuple(Resolution(name, (), reason=LIES) for name in names)
    turns = asyncio.Semaphore(16)

    async def one(name: str) -> Resolution:
        async with turns:
            return await resolve(name, resolvers)

    return tuple(await asyncio.gather(*(one(name) for name in names)))


class FreshNames:
    """Where names lead at the time of contact: what was true an hour ago may have moved."""

    def __init__(self, resolvers: tuple[str, ...]) -> None:
        self._resolvers = resolvers
        self._held: dict[str, tuple[float, asyncio.Task[Resolution]]] = {}

    async def of(self, name: str) -> Resolution:
        """Asked again when the last answer is older than a minute, whoever asks. Never raises."""
        asked_at, asked = self._held.get(name, (0.0, None))
        if asked is None or time.monotonic() - asked_at > FRESH_SECONDS:
            asked = asyncio.ensure_future(self._ask(name))
            self._held[name] = time.monotonic(), asked
        return await asyncio.shield(asked)

    async def _ask(self, name: str) -> Resolution:
        [found] = await resolve_all([name], self._resolvers)
        return found


async def _lying(resolvers: tuple[str, ...]) -> bool:
    try:
        return await lies(resolver_of(resolvers))
    except (dns.exception.DNSException, ValueError):
        return False  # each name then says why it cannot be resolved


async def _ask(resolver: dns.asyncresolver.Resolver, name: str, kind: str) -> tuple[list[str], list[str]]:
    answer = await resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
    chain = [
        str(item.target).rstrip(".").lower()
        for rrset in answer.response.answer
        if rrset.rdtype == dns.rdatatype.CNAME
        for item in rrset
    ]
    return [str(item) for item in answer.rrset or ()], chain


def resolver_of(resolvers: tuple[str, ...]) -> dns.asyncresolver.Resolver:
    """The resolvers to ask; raises ValueError, or DNSException when the system has none."""
    resolver = dns.asyncresolver.Resolver(configure=not resolvers)
    if resolvers:
        resolver.nameservers = [_nameserver(text) for text in resolvers]
    resolver.lifetime = LIFETIME_SECONDS
    resolver.timeout = LIFETIME_SECONDS / 2
    return resolver


def _nameserver(text: str) -> dns.nameserver.Nameserver:
    host, _, port = text.rpartition(":") if text.count(":") == 1 or "]" in text else (text, "", "53")
    return dns.nameserver.Do53Nameserver(str(ip_address(host.strip("[]"))), int(port))


def in_words(error: dns.exception.DNSException) -> str:
    """Why nobody could tell, as a short English clause."""
    if isinstance(error, dns.resolver.LifetimeTimeout):
        return "the resolvers did not answer in time"
    if isinstance(error, dns.resolver.NoNameservers):
        return "the resolvers failed"
    if isinstance(error, dns.resolver.NoResolverConfiguration):
        return "no resolver is configured"
    return "not a name that can be resolved"

"""What else do names and addresses lead to? Asked of our own resolvers: nothing goes to any of the hosts."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from vigie.engine.names.policy import mail_hosts

from .names import Names, Run
from .resolve import resolver_of

AT_ONCE = 8
MOST_QUESTIONS = 1000  # of one establishment, addresses and names together


@dataclass(frozen=True, slots=True)
class Led:
    """One step from what is declared to what is not."""

    begin: str  # the declared name or address
    end: str
    by: str  # "dns", "mx", "reverse_dns"


def follow(names: Iterable[str], addresses: Iterable[str], *, resolvers: tuple[str, ...]) -> tuple[Led, ...]:
    """Addresses of the names, mail servers of the names, names of the addresses. Blocks.

    What no resolver could tell is left out: it is asked again another day. Raises ValueError for unusable resolvers.
    """
    return asyncio.run(_follow(tuple(names), tuple(addresses), resolvers))


async def _follow(names: tuple[str, ...], addresses: tuple[str, ...], resolvers: tuple[str, ...]) -> tuple[Led, ...]:
    questions = [(name, kind) for name in names for kind in ("A", "AAAA", "MX")]
    questions += [(address, "PTR") for address in addresses]
    turns = asyncio.Semaphore(AT_ONCE)
    async with Run(resolver_of(resolvers)) as run:
        asked = Names(run)

        async def one(begin: str, kind: str) -> list[Led]:
            async with turns:
                return await _led(asked, begin, kind)

        found = await asyncio.gather(*(one(*question) for question in questions[:MOST_QUESTIONS]))
    return tuple(dict.fromkeys(led for part in found for led in part))


async def _led(asked: Names, begin: str, kind: str) -> list[Led]:
    if kind == "PTR":
        texts = await asked.ask(kind, ip_address(begin).reverse_pointer)
        return [Led(begin, text.rstrip(".").lower(), "reverse_dns") for text in texts or ()]
    texts = await asked.ask(kind, begin)
    if kind == "MX":
        hosts, _ = mail_hosts(texts)
        return [Led(begin, host, "mx") for host in hosts or ()]
    return [Led(begin, text, "dns") for text in texts or ()]

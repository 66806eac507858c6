"""What does a domain publish of itself: mail, certificates, signatures, name servers?"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

import dns.exception

from vigie.data.mail_names import claimable
from vigie.data.suffixes import registered_domain
from vigie.engine.facts import Answer, Facts, HostLook, PortState, ServiceLook, Transport
from vigie.engine.names import (
    DomainFacts,
    leads,
    policy,
)

from .gate import Gate
from .mail_hosts import MailHosts
from .names import Names, Run
from .publication import Publication
from .resolve import LIES, in_words, lies, resolver_of
from .stop import StopSignal

AT_ONCE = 16  # domains; each asks some ten questions of our own resolver, most of them at once
DNS_PORT = 53
STOP_PERIOD_SECONDS = 0.1


def look_at_domains(
    names: Iterable[str],
    *,
    gate: Gate,
    stop: StopSignal,
    resolvers: tuple[str, ...],
    seconds: float,
    mail: MailHosts | None = None,
    tell: Callable[[HostLook], None] = lambda look: None,
) -> tuple[HostLook, ...]:
    """One look for each name, `tell` being called as each is completed.

    Its service is what a domain of its own, or a name that takes mail, publishes. A mere host name publishes nothing of
    this, and a name that does not exist is not there: both are refused. A failing resolver is silent.
    The records are asked of our resolvers; only the transfer of a zone is asked of its own servers, through the gate,
    and what the mail hosts show, when `mail` says how.
    When stopped, ends at once with the domains that were looked at to the end.
    """
    asked = tuple(dict.fromkeys(names))
    if not asked:
        return ()  # without a name, no resolver is spoken to
    return asyncio.run(_look_at_all(asked, gate, stop, resolvers, seconds, mail, tell))


async def _look_at_all(
    names: tuple[str, ...],
    gate: Gate,
    stop: StopSignal,
    resolvers: tuple[str, ...],
    seconds: float,
    mail: MailHosts | None,
    tell: Callable[[HostLook], None],
) -> tuple[HostLook, ...]:
    looks: dict[str, HostLook] = {}

    def told(look: HostLook) -> None:
        looks[look.domain] = look
        tell(look)

    work = asyncio.ensure_future(_look_at_each(names, gate, resolvers, seconds, mail, told))
    while not work.done() and not stop.is_set():
        await asyncio.wait({work}, timeout=STOP_PERIOD_SECONDS)
    if work.done():
        work.result()
    else:
        work.cancel()
        await asyncio.wait({work})
    return tuple(looks[name] for name in names if name in looks)


async def _look_at_each(
    names: tuple[str, ...],
    gate: Gate,
    resolvers: tuple[str, ...],
    seconds: float,
    mail: MailHosts | None,
    tell: Callable[[HostLook], None],
) -> None:
    if why_not := await _cannot_ask(resolvers):
        for name in names:
            tell(_unknown(name, why_not, gate.now()))
        return
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with turns:
            tell(await look_at_domain(name, run=run, gate=gate, seconds=seconds, mail=mail))

    async with Run(resolver_of(resolvers)) as run:
        await asyncio.gather(*(one(name) for name in names))


async def _cannot_ask(resolvers: tuple[str, ...]) -> str:
    """Why these resolvers cannot tell of any domain; "" when they may."""
    try:
        return LIES if await lies(resolver_of(resolvers)) else ""
    except dns.exception.DNSException as error:
        return in_words(error)
    except ValueError:
        return "the resolver cannot be used"


def _unknown(name: str, reason: str, now: datetime) -> HostLook:
    return _host(DomainFacts(name, (registered_domain(name) or name) == name, None), reason, now, now)


async def look_at_domain(name: str, *, run: Run, gate: Gate, seconds: float, mail: MailHosts | None = None) -> HostLook:
    """What this domain publishes; no service for a name that has nothing to show, or that no resolver could tell of."""
    now = gate.now()
    registered = registered_domain(name) or name
    names = Names(run)
    facts = await _facts(name, registered, names, gate, seconds, now, mail)
    return _host(facts, names.reason, now, gate.now())


async def _facts(
    name: str,
    registered: str,
    names: Names,
    gate: Gate,
    seconds: float,
    now: datetime,
    mail: MailHosts | None,
) -> DomainFacts:
    answers, alias = await asyncio.gather(
        names.ask("MX", name), names.run(leads.survey(name, registered_domain, claimable()))
    )
    hosts, refuses = policy.mail_hosts(answers)
    if registered != name and not hosts:
        # A mere host name: only where it leads is judged.
        exists = None if hosts is None else bool(alias and alias.chain)
        return DomainFacts(name, False, exists, hosts, refuses, alias=alias)
    return await Publication(name, registered, hosts, refuses, alias, names, gate, seconds, now, mail).facts()


def _host(facts: DomainFacts, reason: str, started: datetime, ended: datetime) -> HostLook:
    """A domain as a place that was looked at: refused when nothing is there, silent when nobody could tell."""
    told = _told(facts, reason, started)
    own = facts.is_registered or bool(facts.mail_hosts) or bool(facts.alias and facts.alias.chain)
    there = facts.exists is not False and own
    silent = told.answer is not Answer.ANSWERED
    return HostLook(
        address="",
        names=(facts.name,),
        started_at=started,
        ended_at=ended,
        services=(told,) if there or (silent and own) else (),
        refused_ports=() if there or silent else (DNS_PORT,),
        silent_ports=(DNS_PORT,) if silent and not own else (),
        domain=facts.name,
    )


def _told(facts: DomainFacts, reason: str, now: datetime) -> ServiceLook:
    known = any(part is not None for part in (facts.mail_hosts, facts.spf, facts.dmarc, facts.caa, facts.dnssec))
    return ServiceLook(
        address="",
        port=DNS_PORT,
        transport=Transport.UDP,
        name=facts.name,
        state=PortState.OPEN if known else PortState.SILENT,
        answer=Answer.ANSWERED if known else Answer.SILENT,
        service="dns",
        reason="" if known else reason or "the resolvers failed",
        looked_at=now,
        facts=Facts(domain=facts),
    )

"""What does a domain publish of itself: mail, certificates, signatures, name servers?"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.rdatatype
import dns.resolver

from vigie.data.suffixes import registered_domain
from vigie.engine.facts import Answer, Facts, PortState, ServiceLook, Transport
from vigie.engine.names import Answers, DomainFacts, Question, Survey, dmarc, policy, spf

from . import dnssec, transfer
from .gate import Gate
from .resolve import LIFETIME_SECONDS, in_words, resolver_of
from .stop import StopSignal

AT_ONCE = 4  # domains; each asks about ten questions of our own resolver
MAX_TEXT = 4096
MAX_RECORDS = 200
MAX_QUESTIONS = 60  # of one rule: SPF stops at ten lookups, whose addresses are asked too
MAX_MAIL_HOSTS = 10
DNS_PORT = 53
STOP_PERIOD_SECONDS = 0.1
T = TypeVar("T")


class Names:
    """Asks our resolver, each question once for a look; None is "nobody could tell", and `reason` says why."""

    def __init__(self, resolver: dns.asyncresolver.Resolver) -> None:
        self.resolver = resolver
        self.reason = ""
        self.missing: set[str] = set()  # names that do not exist at all
        self._known: dict[Question, asyncio.Task[Answers]] = {}

    async def ask(self, kind: str, name: str) -> Answers:
        question = Question(kind, name.rstrip(".").lower())
        if question not in self._known:
            self._known[question] = asyncio.ensure_future(self._ask(question))
        return await self._known[question]

    async def run(self, survey: Survey[T]) -> T | None:
        """The facts of a rule of the engine; None when it asks more than any honest record would."""
        answers: Answers = None
        for turn in range(MAX_QUESTIONS):
            try:
                question = survey.send(answers) if turn else next(survey)
            except StopIteration as end:
                facts: T = end.value
                return facts
            answers = await self.ask(*question)
        survey.close()
        return None

    async def _ask(self, question: Question) -> Answers:
        try:
            answer = await self.resolver.resolve(
                question.name, question.kind, raise_on_no_answer=False, search=False, lifetime=LIFETIME_SECONDS
            )
        except dns.resolver.NXDOMAIN:
            self.missing.add(question.name)
            return ()
        except dns.exception.DNSException as error:
            self.reason = self.reason or in_words(error)
            return None
        except (OSError, ValueError) as error:
            self.reason = self.reason or f"the resolver cannot be used: {error}"
            return None
        records = list(answer.rrset or ())[:MAX_RECORDS]
        if question.kind == "TXT":
            # The parts of one text are joined without a space (RFC 7208 3.3).
            return tuple(b"".join(record.strings).decode("latin-1")[:MAX_TEXT] for record in records)
        return tuple(record.to_text()[:MAX_TEXT] for record in records)


def look_at_domains(
    names: Iterable[str], *, gate: Gate, stop: StopSignal, resolvers: tuple[str, ...], seconds: float
) -> tuple[ServiceLook, ...]:
    """One look for each name that is a domain of its own or takes mail; a mere host name has nothing of this to show.

    The records are asked of our resolvers; only the transfer of a zone is asked of its own servers, through the gate.
    When stopped, ends at once with the domains that were looked at to the end.
    """
    return asyncio.run(_look_at_all(tuple(dict.fromkeys(names)), gate, stop, resolvers, seconds))


async def _look_at_all(
    names: tuple[str, ...], gate: Gate, stop: StopSignal, resolvers: tuple[str, ...], seconds: float
) -> tuple[ServiceLook, ...]:
    turns = asyncio.Semaphore(AT_ONCE)
    looks: dict[str, ServiceLook] = {}

    async def one(name: str) -> None:
        async with turns:
            look = await look_at_domain(name, gate=gate, resolvers=resolvers, seconds=seconds)
            if look is not None:
                looks[name] = look

    work = asyncio.gather(*(one(name) for name in names))
    while not work.done() and not stop.is_set():
        await asyncio.wait({work}, timeout=STOP_PERIOD_SECONDS)
    if work.done():
        work.result()
    else:
        work.cancel()
        await asyncio.wait({work})
    return tuple(looks[name] for name in names if name in looks)


async def look_at_domain(name: str, *, gate: Gate, resolvers: tuple[str, ...], seconds: float) -> ServiceLook | None:
    """What this domain publishes; None for a host name that takes no mail, or that no resolver could tell of."""
    now = gate.now()
    registered = registered_domain(name) or name
    try:
        names = Names(resolver_of(resolvers))
    except (dns.exception.DNSException, ValueError) as error:
        reason = in_words(error) if isinstance(error, dns.exception.DNSException) else "the resolver cannot be used"
        facts = DomainFacts(name, registered == name, None)
        return _told(facts, reason, now) if registered == name else None
    hosts, refuses = policy.mail_hosts(await names.ask("MX", name))
    if registered != name and not hosts:
        return None
    facts = await _Look(name, registered, hosts, refuses, names, gate, seconds, now).facts()
    return _told(facts, names.reason, now)


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


@dataclass(frozen=True, slots=True)
class _Look:
    name: str
    registered: str
    hosts: tuple[str, ...] | None
    refuses: bool | None
    names: Names
    gate: Gate
    seconds: float
    now: datetime

    async def facts(self) -> DomainFacts:
        ask, name = self.names.ask, self.name
        # Twelve short questions, in turn: our own resolver is nobody's target, but it is shared.
        spf_facts = await self.names.run(spf.survey(name))
        dmarc_facts = await self.names.run(dmarc.survey(name, self.registered))
        mta_sts = policy.records_of(await ask("TXT", f"_mta-sts.{name}"), "v=STSv1")
        tls_reports = policy.records_of(await ask("TXT", f"_smtp._tls.{name}"), "v=TLSRPTv1")
        dane = await self._dane()
        own = self.registered == name
        caa = policy.issuers(await ask("CAA", name)) if own else None
        servers = await ask("NS", name) if own else None
        return DomainFacts(
            name=name,
            is_registered=own,
            exists=None if self.hosts is None and spf_facts is None else name not in self.names.missing,
            mail_hosts=self.hosts,
            refuses_mail=self.refuses,
            spf=spf_facts,
            dmarc=dmarc_facts,
            mta_sts=mta_sts,
            tls_reports=tls_reports,
            dane_hosts=dane,
            caa=caa,
            dnssec=await dnssec.ask(self.names.resolver, name, self.now) if own else None,
            name_servers=tuple(sorted(server.rstrip(".").lower() for server in servers)) if servers else servers,
            open_transfers=await self._transfers(servers),
        )

    async def _dane(self) -> tuple[str, ...] | None:
        found = []
        for host in (self.hosts or ())[:MAX_MAIL_HOSTS]:
            answers = await self.names.ask("TLSA", f"_25._tcp.{host}")
            if answers is None:
                return None
            if answers:
                found.append(host)
        return tuple(found)

    async def _transfers(self, servers: Answers) -> tuple[str, ...] | None:
        """The servers that gave the zone; None when not one of them could be asked."""
        given, was_asked = [], False
        for server in (servers or ())[: transfer.MAX_SERVERS]:
            for kind in ("A", "AAAA"):
                for address in (await self.names.ask(kind, server) or ())[:1]:
                    answer = await transfer.ask(self.gate, address, self.name, seconds=self.seconds)
                    was_asked = was_asked or answer is not None
                    if answer:
                        given.append(server.rstrip(".").lower())
        return tuple(dict.fromkeys(given)) if was_asked else None

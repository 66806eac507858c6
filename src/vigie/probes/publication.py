"""What does a domain publish in the DNS? Asked of our resolvers and, where a mandate allows, of its own servers."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from vigie.data.mail_names import claimable, selectors
from vigie.data.suffixes import registered_domain
from vigie.engine.names import (
    Answers,
    DkimKey,
    DnssecState,
    DomainFacts,
    Lead,
    Question,
    dkim,
    dmarc,
    leads,
    policy,
    spf,
)

from . import delegation, dnssec
from .gate import Gate
from .names import Names

MAX_MAIL_HOSTS = 10
MAX_NAME_SERVERS = 13
MAX_TRANSFERS = 4  # servers whose zone is asked for


@dataclass(frozen=True, slots=True)
class Publication:
    """One look at what one name publishes, of which the mail hosts and the aliases are known already."""

    name: str
    registered: str
    hosts: tuple[str, ...] | None
    refuses: bool | None
    alias: Lead | None
    names: Names
    gate: Gate
    seconds: float
    now: datetime

    async def facts(self) -> DomainFacts:
        ask, run, name, own = self.names.ask, self.names.run, self.name, self.registered == self.name
        # Some twenty short questions, most of them at once: our own resolver is nobody's target.
        spf_facts, dmarc_facts, keys, dane = await asyncio.gather(
            run(spf.survey(name)), run(dmarc.survey(name, self.registered)), self._keys(), self._dane()
        )
        mta_sts, tls_reports, no_mail_host = await asyncio.gather(
            ask("TXT", f"_mta-sts.{name}"), ask("TXT", f"_smtp._tls.{name}"), self._missing(self.hosts)
        )
        servers = await ask("NS", name) if own else None
        lame, given = await self._servers(servers)
        signatures = await self._signatures() if own else None
        caa = policy.issuers(await ask("CAA", name)) if own else None
        return DomainFacts(
            name=name,
            is_registered=own,
            exists=None if self.hosts is None and spf_facts is None else name not in self.names.missing,
            mail_hosts=self.hosts,
            refuses_mail=self.refuses,
            spf=spf_facts,
            dmarc=dmarc_facts,
            mta_sts=policy.records_of(mta_sts, "v=STSv1"),
            tls_reports=policy.records_of(tls_reports, "v=TLSRPTv1"),
            dane_hosts=dane,
            caa=caa,
            dnssec=signatures.state if signatures else None,
            dnssec_fault=signatures.fault if signatures else "",
            name_servers=tuple(sorted(server.rstrip(".").lower() for server in servers)) if servers else servers,
            open_transfers=given,
            name_servers_lame=lame,
            dkim=keys,
            alias=self.alias,
            mail_hosts_missing=no_mail_host,
            name_servers_missing=await self._missing(servers) if own else None,
        )

    async def _signatures(self) -> dnssec.Signatures | None:
        parent = await self.names.ask("DS", self.name)
        if parent == () and Question("DS", self.name) in self.names.denied:
            return dnssec.Signatures(DnssecState.UNSIGNED)  # as most domains are, and nothing else is to be asked
        return await dnssec.ask(self.names.resolver, self.name, self.now)

    async def _keys(self) -> tuple[DkimKey, ...] | None:
        if not self.hosts:
            return ()  # whoever takes no mail is seldom known by what it signs
        under = f"_domainkey.{self.name}"
        if await self.names.ask("TXT", under) == () and under in self.names.missing:
            return ()  # nothing is below a name that does not exist (RFC 8020)
        return await self.names.run(dkim.survey(self.name, selectors()))

    async def _missing(self, hosts: Answers) -> tuple[Lead, ...] | None:
        if hosts is None:
            return None
        named = [host.rstrip(".").lower() for host in hosts[:MAX_NAME_SERVERS]]
        return await self.names.run(leads.hosts(named, registered_domain, claimable()))

    async def _dane(self) -> tuple[str, ...] | None:
        found = []
        for host in (self.hosts or ())[:MAX_MAIL_HOSTS]:
            answers = await self.names.ask("TLSA", f"_25._tcp.{host}")
            if answers is None:
                return None
            if answers:
                found.append(host)
        return tuple(found)

    async def _servers(self, servers: Answers) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """The servers that do not serve the zone, and those that give it to anyone; None: could not be told.

        No server is known to be lame when one could not be asked; none gives the zone when one refused and none gave.
        """
        lame, given, serving, refused = [], [], 0, False
        for number, server in enumerate((servers or ())[:MAX_NAME_SERVERS]):
            found = [
                await delegation.ask(
                    self.gate, address, self.name, seconds=self.seconds, transfers=number < MAX_TRANSFERS
                )
                for kind in ("A", "AAAA")
                for address in (await self.names.ask(kind, server) or ())[:1]
            ]
            shown = server.rstrip(".").lower()
            lame += [shown] if any(one.serves is False for one in found) else []
            given += [shown] if any(one.gives for one in found) else []
            serving += any(one.serves for one in found)
            refused = refused or any(one.gives is not None for one in found)
        all_serve = bool(servers) and serving == len(servers or ())
        return tuple(lame) if lame or all_serve else None, tuple(given) if refused else None

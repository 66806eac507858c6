"""What does a domain publish in the DNS? Asked of our resolvers and, where a mandate allows, of its own servers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from vigie.data.mail_names import claimable, selectors
from vigie.data.suffixes import registered_domain
from vigie.engine.names import (
    Answers,
    DkimKey,
    DnssecState,
    DomainFacts,
    Lead,
    MailServer,
    Question,
    dkim,
    dmarc,
    leads,
    policy,
    read_tlsa,
    spf,
)

from . import delegation, dnssec
from .gate import Gate
from .mail_hosts import MailHosts
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
    mail: MailHosts | None = None  # how its mail hosts are asked; None leaves them alone

    async def facts(self) -> DomainFacts:
        ask, run, name, own = self.names.ask, self.names.run, self.name, self.registered == self.name
        # Some twenty short questions, most of them at once: our own resolver is nobody's target.
        spf_facts, dmarc_facts, keys, tlsa = await asyncio.gather(
            run(spf.survey(name)), run(dmarc.survey(name, self.registered)), self._keys(), self._tlsa()
        )
        mta_sts, tls_reports, no_mail_host = await asyncio.gather(
            ask("TXT", f"_mta-sts.{name}"), ask("TXT", f"_smtp._tls.{name}"), self._missing(self.hosts)
        )
        servers = await ask("NS", name) if own else None
        lame, given = await self._servers(servers)
        signatures = await self._signatures() if own else None
        sts = policy.transport_policy(mta_sts)
        caa = policy.issuers(await ask("CAA", name)) if own else None
        return DomainFacts(
            name=name,
            is_registered=own,
            exists=None if self.hosts is None and spf_facts is None else name not in self.names.missing,
            mail_hosts=self.hosts,
            refuses_mail=self.refuses,
            spf=spf_facts,
            dmarc=dmarc_facts,
            mta_sts=sts,
            tls_reports=policy.transport_reports(tls_reports),
            dane_hosts=tuple(host for host, records in tlsa.items() if records) if tlsa is not None else None,
            caa=caa,
            dnssec=signatures.state if signatures else None,
            dnssec_fault=signatures.fault if signatures else "",
            name_servers=tuple(sorted(server.rstrip(".").lower() for server in servers)) if servers else servers,
            open_transfers=given,
            name_servers_lame=lame,
            dkim=keys,
            alias=self.alias,
            mail_hosts_missing=no_mail_host,
            mail_servers=await self._mail_servers(tlsa or {}),
            sts_policy=(await self.mail.policy(name, self.names))[0] if self.mail and sts else None,
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

    async def _tlsa(self) -> dict[str, tuple[str, ...]] | None:
        """Which certificate each mail host says that it shows; None when one could not be asked."""
        found = {}
        for host in (self.hosts or ())[:MAX_MAIL_HOSTS]:
            answers = await self.names.ask("TLSA", f"_25._tcp.{host}")
            if answers is None:
                return None
            found[host] = answers
        return found

    async def _mail_servers(self, tlsa: Mapping[str, tuple[str, ...]]) -> tuple[MailServer, ...] | None:
        """One after the other: several names may lead to one machine."""
        if self.mail is None or self.hosts is None:
            return None
        seen = []
        for host in self.hosts[:MAX_MAIL_HOSTS]:
            records = [record for text in tlsa.get(host, ()) if (record := read_tlsa(text)) is not None]
            server = await self.mail.server(host, self.names, records)
            seen.append(replace(server, tlsa_signed=await self._signed(host)) if records else server)
        return tuple(seen)

    async def _signed(self, host: str) -> DnssecState | None:
        """Whether the zone of a mail host is signed: without that, its TLSA records bind nobody."""
        zone = registered_domain(host) or host
        if await self.names.ask("DS", zone) == () and Question("DS", zone) in self.names.denied:
            return DnssecState.UNSIGNED
        told = await dnssec.ask(self.names.resolver, zone, self.now)
        return told.state if told else None

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

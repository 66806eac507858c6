"""All that one look of one hospital brought, ready to be printed, written or sent."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from vigie.data.texts import reason_text, report_words
from vigie.engine.facts import Answer
from vigie.probes.look import Summary
from vigie.probes.scope import Network
from vigie.probes.targets import Targets

from . import judged
from .asked import Asked, Authority

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Report:
    authority: Authority
    asked: Asked
    targets: Targets
    ports: tuple[int, ...]
    started_at: datetime
    ended_at: datetime
    summary: Summary
    services: tuple[judged.JudgedService, ...]
    weaknesses: tuple[judged.Weakness, ...]
    language: str

    @property
    def words(self) -> dict[str, str]:
        return report_words(self.language)

    def answer(self) -> str:
        """The first line: what was found, in one or two sentences."""
        words = self.words
        if not (self.summary.reached or self.told_something):
            return words["answer_nothing"]
        if not self.weaknesses:
            return words["answer_none"]
        count = len(self.weaknesses)
        exploited = sum(weakness.exploited for weakness in self.weaknesses)
        told = words["answer_one"] if count == 1 else words["answer_many"].format(count=count)
        if exploited:
            more = words["answer_exploited_one"] if exploited == 1 else words["answer_exploited_many"]
            told = f"{told} {more.format(count=exploited)}"
        return told

    @property
    def told_something(self) -> bool:
        """Whether a service answered, or a domain without any address told what it publishes."""
        return any(service.look.answer is Answer.ANSWERED for service in self.services)

    def counts(self) -> str:
        """Every number with what it is a part of."""
        return self.words["counts"].format(
            hosts=self.summary.hosts,
            reached=self.summary.reached,
            services=len(self.services),
            unknown=sum(service.is_unknown for service in self.services),
        )

    def authority_lines(self) -> tuple[tuple[str, str], ...]:
        """(label, value): who authorised it, on what basis, when, on what."""
        words = self.words
        perimeter = ", ".join([*(shown(network) for network in self.asked.networks), *self.asked.names])
        when = words["from_to"].format(start=self.moment(self.started_at), end=self.moment(self.ended_at))
        return (
            (words["signatory"], self.authority.signatory),
            (words["basis"], self.authority.basis),
            (words["scope"], perimeter),
            (words["ports"], _ranges(self.ports)),
            (words["when"], when),
            (words["until"], self.moment(self.authority.until)),
        )

    def unknown_lines(self) -> tuple[str, ...]:
        """What could not be known, each with its reason."""
        words = self.words
        lines = [
            f"{reason_text(reason, self.language)}\u00a0: {count}"
            if self.language == "fr"
            else f"{reason_text(reason, self.language)}: {count}"
            for reason, count in sorted(self.summary.unknowns.items())
        ]
        for resolution in self.targets.resolutions:
            if not resolution.known:
                reason = reason_text(resolution.reason, self.language)
                lines.append(words["unresolved"].format(name=resolution.name, reason=reason))
            elif not resolution.addresses:
                lines.append(words["no_address"].format(name=resolution.name))
        lines += [words["outside"].format(name=name, address=address) for name, address in self.targets.outside]
        for product, cves in judged.to_check(self.services):
            shown = ", ".join(cves[:4]) + (", …" if len(cves) > 4 else "")
            lines.append(words["to_check"].format(product=product, count=len(cves), cves=shown))
        return tuple(lines)

    def moment(self, when: datetime) -> str:
        """A moment as people of the establishment read it."""
        local = when.astimezone(PARIS)
        return f"{local:%d/%m/%Y %H:%M:%S} (Paris)" if self.language == "fr" else f"{local:%d %b %Y %H:%M:%S} (Paris)"

    def work(self, minutes: int) -> str:
        """How long it takes, in the unit that people use."""
        if minutes < 60:
            return self.words["work_minutes"].format(count=minutes)
        hours = f"{minutes / 60:.1f}".removesuffix(".0")
        return self.words["work_hours"].format(count=hours.replace(".", ",") if self.language == "fr" else hours)

    def state_of(self, service: judged.JudgedService) -> str:
        """What is concluded of one service, in a few words."""
        if service.weaknesses:
            return self.words["weak"].format(count=service.weaknesses)
        if service.is_unknown:
            reason = service.look.reason
            return reason_text(reason, self.language) if reason else self.words["not_known"]
        return self.words["ok"]

    def product_of(self, service: judged.JudgedService) -> str:
        identities = service.look.identities
        return judged.product_shown(identities[0]) if identities else self.words["not_told"]


def shown(network: Network) -> str:
    """A range as written, a single address without its length."""
    return str(network) if network.num_addresses > 1 else str(network.network_address)


def _ranges(ports: tuple[int, ...]) -> str:
    """22, 80-82, 443."""
    parts: list[list[int]] = []
    for port in sorted(ports):
        if parts and port == parts[-1][-1] + 1:
            parts[-1].append(port)
        else:
            parts.append([port])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in parts)

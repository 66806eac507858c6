"""What was seen, as weaknesses in the order in which to mend them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vigie.data import params, starter, texts
from vigie.data.rules import remote_access_products
from vigie.engine.checks import CHECKS, judge_all
from vigie.engine.facts import Identity, ServiceLook
from vigie.engine.matching import Match, MatchVerdict, VulnerabilityRecord, match_identity, mending_version
from vigie.engine.outcome import Evidence, Outcome, Severity, Verdict
from vigie.engine.place import place as where_is
from vigie.engine.priority import Case, Priority, worst_severity

Matches = tuple[tuple[VulnerabilityRecord, Match], ...]
_SEVERITIES = tuple(Severity)  # the worst first
_UNSURE = frozenset({MatchVerdict.CONDITIONAL, MatchVerdict.UNKNOWN})


@dataclass(frozen=True, slots=True)
class JudgedService:
    look: ServiceLook
    outcomes: tuple[Outcome, ...]
    matches: tuple[tuple[Identity, Matches], ...]

    @property
    def weaknesses(self) -> int:
        failed = sum(outcome.verdict is Verdict.FAIL for outcome in self.outcomes)
        return failed + sum(any(_is_affected(m) for m in matches) for _, matches in self.matches)

    @property
    def is_unknown(self) -> bool:
        """Nothing can be concluded: it did not answer, or each check that applies lacks a fact."""
        if any(outcome.verdict is not Verdict.UNKNOWN for outcome in self.outcomes):
            return False
        return bool(self.outcomes) or self.look.service is None


@dataclass(frozen=True, slots=True)
class Weakness:
    """One thing to mend, wherever it was seen."""

    subject: str
    text: texts.CheckText
    severity: Severity
    priority: Priority
    exploited: bool
    places: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    cves: tuple[str, ...] = ()


def judge(look: ServiceLook) -> JudgedService:
    """Every check that applies, and what the starter catalogue knows of each product."""
    index = starter.index()
    matches = tuple((identity, match_identity(identity, index)) for identity in look.identities)
    return JudgedService(look, judge_all(look), matches)


def weaknesses(services: Iterable[JudgedService], *, language: str, day: date, exposed: bool) -> tuple[Weakness, ...]:
    """One entry for each weakness, its places together, what to mend first before the rest."""
    found: dict[tuple[str, str], list[Weakness]] = {}
    for service in services:
        for weakness in _of_service(service, language, day, exposed):
            found.setdefault((weakness.subject, weakness.text.title), []).append(weakness)
    joined = [_joined(same) for same in found.values()]
    order = list(Priority)
    return tuple(sorted(joined, key=lambda w: (order.index(w.priority), _SEVERITIES.index(w.severity), w.text.title)))


def to_check(services: Iterable[JudgedService]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(product, CVE) that can be neither affirmed nor ruled out from outside: a package, a hidden version."""
    found: dict[str, dict[str, None]] = {}
    for service in services:
        for identity, matches in service.matches:
            for record, match in matches:
                if match.verdict in _UNSURE:
                    found.setdefault(product_shown(identity), {})[record.cve] = None
    return tuple((product, tuple(cves)) for product, cves in found.items())


def product_shown(identity: Identity) -> str:
    """Name and version, the package of the distribution when it is told."""
    version = identity.package or " ".join(filter(None, (identity.version, identity.update)))
    return f"{texts.product_name(f'{identity.vendor}:{identity.product}')} {version}".strip()


def place(look: ServiceLook) -> str:
    return where_is(look.name or look.address, look.port, look.facts.domain.name if look.facts.domain else "")


def _of_service(service: JudgedService, language: str, day: date, exposed: bool) -> Iterable[Weakness]:
    where = (place(service.look),)
    table = params.priority_table(day)
    for outcome in service.outcomes:
        if outcome.verdict is Verdict.FAIL:
            severity = CHECKS[outcome.check].severity
            case = Case(severity, exploited=False, epss=None, exposed=exposed, remote_access=False)
            text = texts.check_text(outcome.check, language)
            yield Weakness(outcome.check, text, severity, table.decide(case), False, where, outcome.evidence)
    for identity, matches in service.matches:
        affected = [pair for pair in matches if _is_affected(pair)]
        if affected:
            yield _of_product(identity, affected, where, language, day, exposed)


def _of_product(
    identity: Identity,
    affected: list[tuple[VulnerabilityRecord, Match]],
    where: tuple[str, ...],
    language: str,
    day: date,
    exposed: bool,
) -> Weakness:
    exploited = any(record.kev_on for record, _ in affected)
    scores = [None if record.cvss is None else Decimal(str(record.cvss)) for record, _ in affected]
    severity = worst_severity(scores, exploited=exploited)
    remote = (identity.vendor, identity.product) in remote_access_products()
    text = texts.product_text(
        language,
        product=texts.product_name(f"{identity.vendor}:{identity.product}"),
        version=" ".join(filter(None, (identity.version, identity.update))),
        fixed=mending_version(identity.vendor, identity.product, [match.fixed_in for _, match in affected]),
        count=len(affected),
        exploited=exploited,
    )
    priority = params.priority_table(day).decide(Case(severity, exploited, None, exposed, remote))
    cves = tuple(record.cve for record, _ in affected)
    evidence = (Evidence("product", product_shown(identity)), Evidence("source", identity.source))
    subject = f"{identity.vendor}:{identity.product}"
    return Weakness(subject, text, severity, priority, exploited, where, evidence, cves)


def _joined(same: list[Weakness]) -> Weakness:
    first = same[0]
    places = tuple(dict.fromkeys(place for weakness in same for place in weakness.places))
    evidence = tuple(dict.fromkeys(item for weakness in same for item in weakness.evidence))
    return Weakness(
        first.subject,
        first.text,
        first.severity,
        first.priority,
        first.exploited,
        places,
        evidence,
        first.cves,
    )


def _is_affected(pair: tuple[VulnerabilityRecord, Match]) -> bool:
    return pair[1].verdict is MatchVerdict.AFFECTED

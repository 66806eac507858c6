"""What does one service, as it was seen, say of each weakness that it may hold?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from vigie.apps.scans.models import Service
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Pair, PairMatch
from vigie.data.rules import remote_access_products
from vigie.engine.checks import CHECKS, judge_all
from vigie.engine.facts import Answer, Identity, ServiceLook
from vigie.engine.lifecycle import Seen
from vigie.engine.matching import mending_version
from vigie.engine.outcome import Evidence, Outcome, Severity, Verdict
from vigie.engine.priority import worst_severity

from .enums import CloseReason, FindingKind
from .models import Finding

UNSURE = {MatchVerdict.UNKNOWN, MatchVerdict.CONDITIONAL}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One weakness of one service, or of a whole port. What does not matter to `seen` is left at its default."""

    kind: FindingKind
    subject: str
    seen: Seen
    reason: CloseReason | None = None  # of a closure
    severity: Severity = Severity.MEDIUM
    exploited: bool = False
    remote_access: bool = False
    epss: float | None = None
    seen_version: str = ""
    fixed_version: str = ""
    evidence: tuple[Evidence, ...] = ()
    affected: tuple[int, ...] = ()  # vulnerabilities
    unsure: frozenset[int] = frozenset()  # vulnerabilities that this look can neither confirm nor rule out
    names: tuple[str, ...] = ()  # under which it is weak, "" by address; set by the merging
    why_unknown: str = ""  # of a check that could not conclude

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.subject


def subject_of(pair: Pair) -> str:
    return f"{pair.vendor}:{pair.product}"


def is_exposed(address: str) -> bool:
    """True when it answers from outside. The loopback of the laboratory stands for the internet.

    What a domain publishes, at no address, is read by everybody.
    """
    if not address:
        return True
    where = ip_address(address)
    return where.is_loopback or not where.is_private


def judge_products(
    look: ServiceLook, pairs: Sequence[Pair], matches: Mapping[int, Sequence[PairMatch]]
) -> list[Judgement]:
    """One judgement for each product that the service told; several rows of one product are one judgement."""
    found: dict[tuple[str, str], Judgement] = {}
    for identity, pair in zip(look.identities, pairs, strict=True):
        judgement = judge_product(identity, pair, matches.get(pair.pk, ()), look.facts.banner)
        kept = found.get(judgement.key)
        if kept is None or _weight(judgement) > _weight(kept):
            found[judgement.key] = judgement
    return list(found.values())


def _weight(judgement: Judgement) -> int:
    """Of two answers about one product, the one that says more: weak, then unknown, then mended."""
    return (Seen.MENDED, Seen.UNKNOWN, Seen.WEAK).index(judgement.seen)


def judge_product(identity: Identity, pair: Pair, matches: Sequence[PairMatch], banner: str | None = None) -> Judgement:
    affected = [match for match in matches if match.verdict == MatchVerdict.AFFECTED]
    unsure = frozenset(match.vulnerability_id for match in matches if match.verdict in UNSURE)
    if not affected:
        told = bool(pair.version) and pair.matched_at is not None
        return Judgement(
            FindingKind.PRODUCT,
            subject_of(pair),
            Seen.MENDED if told else Seen.UNKNOWN,
            reason=CloseReason.SOUND_VERSION,
            seen_version=pair.version,
            unsure=unsure,
        )
    vulnerabilities = [match.vulnerability for match in affected]
    exploited = any(vulnerability.kev_on for vulnerability in vulnerabilities)
    return Judgement(
        FindingKind.PRODUCT,
        subject_of(pair),
        Seen.WEAK,
        severity=worst_severity([vulnerability.cvss for vulnerability in vulnerabilities], exploited=exploited),
        exploited=exploited,
        remote_access=(pair.vendor, pair.product) in remote_access_products(),
        epss=max((v.epss for v in vulnerabilities if v.epss is not None), default=None),
        seen_version=pair.version,
        fixed_version=mending_version(pair.vendor, pair.product, [match.fixed_in for match in affected]) or "",
        evidence=_product_evidence(identity, banner),
        affected=tuple(sorted(vulnerability.pk for vulnerability in vulnerabilities)),
        unsure=unsure,
    )


def _product_evidence(identity: Identity, banner: str | None) -> tuple[Evidence, ...]:
    shown = " ".join(filter(None, (identity.product, identity.version, identity.update, identity.package)))
    told = (Evidence("product", shown), Evidence("source", identity.source))
    return (*told, Evidence("banner", banner)) if banner else told


def judge_checks(look: ServiceLook) -> list[Judgement]:
    doors = remote_access_products()
    remote = any((identity.vendor, identity.product) in doors for identity in look.identities)
    return [_of_outcome(outcome, remote) for outcome in judge_all(look)]


def _of_outcome(outcome: Outcome, remote_access: bool) -> Judgement:
    return Judgement(
        FindingKind.CHECK,
        outcome.check,
        {Verdict.FAIL: Seen.WEAK, Verdict.PASS: Seen.MENDED, Verdict.UNKNOWN: Seen.UNKNOWN}[outcome.verdict],
        reason=CloseReason.CHECK_PASSED,
        severity=CHECKS[outcome.check].severity,
        remote_access=remote_access,
        evidence=outcome.evidence,
        why_unknown=outcome.reason if outcome.verdict is Verdict.UNKNOWN else "",
    )


def judge_replaced(look: ServiceLook, pairs: Sequence[Pair], finding: Finding) -> Judgement | None:
    """A finding that nothing of this look names: is what held it gone because something else answers there?"""
    before = finding.service
    if look.answer is not Answer.ANSWERED or before is None:
        return None
    kind = FindingKind(finding.kind)
    if kind is FindingKind.CHECK:
        if look.service and before.service and look.service != before.service:
            return Judgement(kind, finding.subject, Seen.MENDED, reason=CloseReason.OTHER_SERVICE)
        gone = finding.subject in CHECKS and _tells_as_much(look, before)
        return Judgement(kind, finding.subject, Seen.ABSENT, reason=CloseReason.NOT_APPLICABLE) if gone else None
    if before.pair is None or not pairs or before.pair.pk in {pair.pk for pair in pairs}:
        return None
    if subject_of(pairs[0]) == subject_of(before.pair):
        return None
    # The first product of a service is known to have left; those beside it may just be hidden behind the new one.
    if subject_of(before.pair) == finding.subject:
        return Judgement(kind, finding.subject, Seen.MENDED, reason=CloseReason.OTHER_PRODUCT)
    return Judgement(kind, finding.subject, Seen.ABSENT, reason=CloseReason.OTHER_PRODUCT)


def _tells_as_much(look: ServiceLook, before: Service) -> bool:
    """Whether this look brought every part of the facts that the earlier one did: a check without its facts proves
    nothing."""
    return all(getattr(look.facts, part, None) is not None for part, told in before.facts.items() if told is not None)

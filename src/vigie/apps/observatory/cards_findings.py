"""The findings of the card: how many of each severity, which are open, which to mend first."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Count as Number
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from vigie.apps.findings.enums import CloseReason, FindingState, Severity
from vigie.apps.findings.models import Finding, FindingVulnerability
from vigie.apps.registry.models import Establishment
from vigie.engine.level import Gain, Trace
from vigie.engine.place import place
from vigie.exports.card import Action, Count, SeverityLine, Weakness

from .models import Level
from .timetofix_states import Passage, Trajectory


def findings_at(establishment: Establishment, moment: datetime) -> QuerySet[Finding]:
    """Its findings, with the number of vulnerabilities that stood behind each at that moment."""
    links = FindingVulnerability.objects.filter(finding=OuterRef("pk"), since__lte=moment)
    standing = links.filter(Q(ended_at=None) | Q(ended_at__gt=moment)).order_by().values("finding")
    number = Coalesce(Subquery(standing.annotate(n=Number("pk")).values("n")), Value(0))
    return Finding.objects.filter(establishment=establishment).annotate(vulnerability_count=number)


def opened(known: Sequence[Trajectory], moment: datetime) -> tuple[Trajectory, ...]:
    """Open at that moment, first to mend first: used by attackers, then the worst, then the nearest deadline."""
    order = Severity.values
    return tuple(
        sorted(
            (one for one in known if one.is_open(moment)),
            key=lambda one: (
                not one.finding.exploited,
                order.index(one.finding.severity),
                one.finding.deadline,
                one.finding.pk,
            ),
        )
    )


def severity_lines(
    known: Sequence[Trajectory], *, moment: datetime, before: datetime, known_before: bool
) -> tuple[SeverityLine, ...]:
    return tuple(
        _line(severity, [one for one in known if one.finding.severity == severity], moment, before, known_before)
        for severity in Severity.values
    )


def _line(
    severity: str, known: list[Trajectory], moment: datetime, before: datetime, known_before: bool
) -> SeverityLine:
    passed = [_passed(was, to) for one in known for was, to in _changes(one) if before < to.at <= moment]
    return SeverityLine(
        severity=severity,
        open=Count(
            sum(one.is_open(moment) for one in known),
            sum(one.is_open(before) for one in known) if known_before else None,
        ),
        new=passed.count("new"),
        mended=passed.count("mended"),
        gone=passed.count("gone"),
    )


def _changes(one: Trajectory) -> list[tuple[FindingState | None, Passage]]:
    """Each passage, with the state before it; None before the detection."""
    return list(zip([None, *(passage.state for passage in one.passages)], one.passages, strict=False))


def _passed(was: FindingState | None, to: Passage) -> str:
    """What a passage changes for what is open: "new", "mended", "gone", or "" when nothing."""
    if (was == FindingState.OPEN) is (to.state == FindingState.OPEN):
        return ""
    if to.state == FindingState.OPEN:
        return "new"
    is_proof = to.state == FindingState.CLOSED and to.reason != CloseReason.KNOWLEDGE
    return "mended" if is_proof else "gone"


def weakness(finding: Finding) -> Weakness:
    return Weakness(
        finding=finding.pk,
        kind=finding.kind,
        subject=finding.subject,
        version=finding.seen_version,
        fixed_version=finding.fixed_version,
        vulnerabilities=finding.vulnerability_count,  # type: ignore[attr-defined]
        severity=finding.severity,
        exploited=finding.exploited,
        where=_where(finding),
        since=finding.first_seen,
        deadline=finding.deadline,
    )


def _where(finding: Finding) -> str:
    """The first name under which it shows, and how many more; else the address; with the port."""
    names = [name for name in finding.names if name]
    where = place(names[0] if names else finding.address, finding.port, finding.domain)
    return f"{where} +{len(names) - 1}" if len(names) > 1 else where


def actions(open_now: Sequence[Trajectory], level: Level | None, most: int) -> tuple[Action, ...]:
    """What attackers use first, then what gains most."""
    gains = gains_of(level)
    ordered = sorted((one.finding for one in open_now), key=lambda finding: _rank(finding, gains))
    return tuple(_action(finding, gains.get(finding.pk)) for finding in ordered[:most])


def _rank(finding: Finding, gains: dict[int, Gain]) -> tuple[bool, int]:
    gain = gains.get(finding.pk)
    return not finding.exploited, -gain.points if gain else 0


def _action(finding: Finding, gain: Gain | None) -> Action:
    if gain is None:
        return Action(weakness(finding), None, "", "")
    return Action(weakness(finding), gain.points, gain.letter_before, gain.letter_after)


def gains_of(level: Level | None) -> dict[int, Gain]:
    """None of them when the trace is of a method that is not known any more: the card then says so of each."""
    if level is None:
        return {}
    try:
        return {gain.finding: gain for gain in msgspec.convert(level.trace, Trace).gains}
    except msgspec.ValidationError:
        return {}

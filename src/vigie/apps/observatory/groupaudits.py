"""The report of a group's audit: what it confirmed, the levels found, the ordered plan, what its follow-ups told."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from vigie.apps.findings.enums import FindingKind, ReviewVerdict, Severity
from vigie.apps.findings.groupaudits import queries as audits
from vigie.apps.findings.models import Finding, GroupAudit, Plan
from vigie.apps.findings.queries import vulnerability_count
from vigie.apps.scans.enums import CampaignState
from vigie.data.params import exposure_method
from vigie.engine.level import Gain
from vigie.exports.card import Level as ToldLevel
from vigie.exports.groupaudit import Audited, Followed, Item, Report, Run

from .cards_findings import gains_of, weakness
from .enums import SubjectKind
from .models import Level

WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity.values)}


def report(audit: GroupAudit, now: datetime) -> Report:
    """Levels as of the last judgement, or of now before one; plans and states as they are now. Ten queries at most."""
    moment = audit.reviewed_at if audit.restituted_on and audit.reviewed_at else now
    members = list(audit.perimeter.select_related("establishment").order_by("establishment__name", "pk"))
    ids = [one.establishment_id for one in members]
    wanted = Q(subject_kind=SubjectKind.ESTABLISHMENT, subject_id__in=ids)
    wanted |= Q(subject_kind=SubjectKind.GROUP, subject_id=audit.group_id)
    known = list(Level.objects.as_of(moment).filter(wanted))
    levels = {level.subject_id: level for level in known if level.subject_kind == SubjectKind.ESTABLISHMENT}
    own = next((level for level in known if level.subject_kind == SubjectKind.GROUP), None)
    verdicts = list(audit.reviewed.order_by().values_list("verdict", flat=True))
    group = audit.group
    return Report(
        number=audit.pk,
        state=audit.state,
        group_kind=group.kind,
        group=group.name,
        code=group.code,
        region=group.region.name if group.region else "",
        moment=moment,
        signatory=audit.signatory,
        agreed_on=audit.agreed_on,
        agreement=audit.agreement,
        started_at=audit.started_at,
        runs=_runs(audit),
        perimeter=tuple(
            Audited(
                finess=one.establishment.finess,
                name=one.establishment.name,
                assets=tuple(asset["value"] for asset in one.assets),
                had_mandate=one.had_mandate,
                level=_told(levels.get(one.establishment_id)),
            )
            for one in members
        ),
        level=_told(own),
        items=_items(audit, levels, moment),
        rejected=verdicts.count(ReviewVerdict.REJECTED),
        to_review=verdicts.count(ReviewVerdict.TO_REVIEW),
        conclusion=audit.conclusion,
        restituted_on=audit.restituted_on,
        attendance=tuple(line.strip() for line in audit.attendance.split("\n") if line.strip()),
        follow_ups=tuple(
            Followed(
                days=one.row.days,
                due_on=one.row.due_on,
                is_missed=one.row.missed,
                is_started=one.row.started_at is not None,
                told=None if one.told is None else tuple((outcome.value, n) for outcome, n in one.told),
            )
            for one in audits.follow_ups(audit)
        ),
        end_reason=audit.end_reason,
    )


def _runs(audit: GroupAudit) -> tuple[Run, ...]:
    services = Coalesce(Sum("campaign__shards__services_found"), 0)
    rows = audit.runs.filter(follow_up=None).select_related("campaign").annotate(services=services)
    return tuple(
        Run(
            began=row.campaign.started_at,
            is_over=row.campaign.state != CampaignState.RUNNING,
            services=row.services,
            not_looked=len(row.campaign.not_looked),
        )
        for row in rows.order_by("pk")
    )


def _items(audit: GroupAudit, levels: dict[int, Level], moment: datetime) -> tuple[Item, ...]:
    confirmed = Finding.objects.filter(reviews__audit=audit, reviews__verdict=ReviewVerdict.CONFIRMED)
    rows = list(confirmed.select_related("establishment").annotate(vulnerability_count=vulnerability_count()))
    plans = {plan.finding_id: plan for plan in Plan.objects.current().filter(finding__in=[row.pk for row in rows])}
    gains = {pk: gain for level in levels.values() for pk, gain in gains_of(level).items()}
    natures = _natures(moment)
    return tuple(_item(row, gains.get(row.pk), plans.get(row.pk), natures) for row in _ordered(rows, gains))


def _ordered(rows: Sequence[Finding], gains: dict[int, Gain]) -> list[Finding]:
    """What stands before what is over; what attackers use, then the worst, then what gains most, then the deadline."""

    def rank(row: Finding) -> tuple[bool, bool, int, int, datetime, int]:
        gain = gains.get(row.pk)
        points = -gain.points if gain else 0
        return not row.is_standing, not row.exploited, WORST_FIRST[row.severity], points, row.deadline, row.pk

    return sorted(rows, key=rank)


def _item(row: Finding, gain: Gain | None, plan: Plan | None, natures: dict[str, str]) -> Item:
    return Item(
        weakness=weakness(row),
        finess=row.establishment.finess,
        establishment=row.establishment.name,
        nature="product" if row.kind == FindingKind.PRODUCT else natures.get(row.subject, "other"),
        state=row.state,
        ended_at=row.closed_at,
        points=gain.points if gain else None,
        owner=plan.owner if plan else "",
        on=plan.on if plan else None,
        constraint=plan.constraint if plan else "",
    )


def _natures(moment: datetime) -> dict[str, str]:
    """The indicator of the method that counts each check."""
    rules = exposure_method(moment.date()).indicators
    return {subject: rule.slug for rule in rules for subject in rule.subjects or ()}


def _told(level: Level | None) -> ToldLevel | None:
    if level is None:
        return None
    return ToldLevel(level.low, level.high, level.letter, level.known, level.total, level.method)

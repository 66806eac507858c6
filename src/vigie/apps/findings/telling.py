"""What the contacts of an establishment are told of its findings, and what their answers do to these.

A finding that changes asks for one job per establishment, in its own transaction; the job reads what is there and tells
what was not told yet. It can run twice, or late: nothing is told twice and nothing is missed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from vigie.apps.jobs import actions as jobs
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import Stage

from .enums import FindingEventKind, FindingState, Priority
from .models import Finding, FindingEvent, Plan
from .refusals import FindingRefused
from .signals import occasions_asked

if TYPE_CHECKING:
    from vigie.apps.notices.models import Alert

TELL = "vigie.apps.findings.tasks.tell"
BEGINS = (FindingEventKind.DETECTED, FindingEventKind.REOPENED, FindingEventKind.EXPIRED)
CALLER = "findings"
#   state of a finding -> how far its mending is, for those who were told of it
STAGES = {
    FindingState.OPEN: Stage.TOLD,
    FindingState.ACKNOWLEDGED: Stage.ACKNOWLEDGED,
    FindingState.FIX_DECLARED: Stage.DECLARED,
    FindingState.CLOSED: Stage.VERIFIED,
}


def on_event(*, instance: FindingEvent, created: bool, **_: Any) -> None:
    """A line was added to the history of a finding: its establishment is looked at again, once for many lines."""
    if created:
        establishment_id = instance.finding.establishment_id
        key = f"tell:{establishment_id}"
        jobs.enqueue(TELL, key=key, now=instance.at, again=True, priority=15, establishment_id=establishment_id)


def tell(*, establishment_id: int, now: datetime) -> int:
    """Tell what is new, note what moved; return how many things were told or moved."""
    findings = _with_origin(Finding.objects.filter(establishment=establishment_id).select_related("establishment"))
    rows = list(findings)
    moved = notices.note_stages(stages=[_stage(row) for row in rows], at=now, by=CALLER)
    waiting = [row for row in rows if row.state == FindingState.OPEN]
    special: dict[int, notices.Occasion] = {}
    for _receiver, told in occasions_asked.send(sender=Finding, findings=waiting):
        special |= cast("dict[int, notices.Occasion]", told)
    by_occasion: dict[notices.Occasion, list[Finding]] = {}
    for row in waiting:
        by_occasion.setdefault(special.get(row.pk) or _occasion(row), []).append(row)
    for occasion, found in by_occasion.items():
        subjects = [_subject(row, waits=occasion.waits) for row in found]
        moved += len(notices.tell(establishment=found[0].establishment, occasion=occasion, subjects=subjects, now=now))
    return moved


def _with_origin(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """With the campaign in which each was seen to begin, for the last time; none when knowledge alone began it."""
    began = FindingEvent.objects.filter(finding=OuterRef("pk"), kind__in=BEGINS).order_by("-at", "-pk")
    return findings.annotate(
        openings=Count("events", filter=Q(events__kind__in=BEGINS)),
        campaign=Subquery(began.values("look__shard__campaign")[:1]),
        campaign_name=Subquery(began.values("look__shard__campaign__name")[:1]),
        is_planned=Exists(Plan.objects.current().filter(finding=OuterRef("pk"))),
        began_at=Subquery(began.values("at")[:1]),
    )


def _occasion(row: Any) -> notices.Occasion:
    if row.campaign is not None:
        return notices.Occasion(f"campaign:{row.campaign}", row.campaign_name)
    day = (row.began_at or row.first_seen).date()
    return notices.Occasion(f"knowledge:{day}", _("What became known on %(day)s") % {"day": day.isoformat()})


def _subject(row: Any, *, waits: bool) -> notices.Subject:
    """Urgent is what attackers use, and that the published table of priorities says must be done now.

    So is what waits for a person: they release it for today, not for the digest of tomorrow.
    """
    urgent = waits or (row.exploited and row.priority == Priority.NOW)
    return notices.Subject(row.pk, row.openings, row.severity, row.deadline, urgent)


def _stage(row: Any) -> tuple[int, int, Stage]:
    stage = STAGES.get(FindingState(row.state), Stage.DROPPED)
    # A plan says more than a button: somebody has read, and has a day.
    planned = row.is_planned and stage in {Stage.TOLD, Stage.ACKNOWLEDGED}
    return row.pk, row.openings, Stage.PLANNED if planned else stage


def on_acknowledged(*, subject_ids: Iterable[int], by: str, now: datetime, **_: Any) -> None:
    """Somebody pressed the button of a message: those still open are acknowledged."""
    from . import decisions

    for row in _open(subject_ids):
        decisions.acknowledge(finding=row, by=by, now=now)


def on_fix_declared(*, alert: "Alert", subject_ids: Sequence[int], by: str, now: datetime, **_: Any) -> str | None:
    """Somebody says that all of it is mended: each is looked at again. Return why one could not be, or None."""
    from . import decisions

    refusals = []
    states = [FindingState.OPEN, FindingState.ACKNOWLEDGED]
    for row in Finding.objects.filter(pk__in=subject_ids, state__in=states).order_by("pk"):
        try:
            refusals.append(decisions.declare_fix(finding=row, by=by, now=now)[1])
        except FindingRefused as refused:
            refusals.append(str(refused))
    return next((one for one in refusals if one), None)


def _open(subject_ids: Iterable[int]) -> QuerySet[Finding]:
    return Finding.objects.filter(pk__in=list(subject_ids), state=FindingState.OPEN).order_by("pk")

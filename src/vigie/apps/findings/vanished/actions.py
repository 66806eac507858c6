"""Notice a kind of weakness that vanished everywhere at once, and what a person judges of it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.apps.scans.enums import ShardState
from vigie.apps.scans.models import Shard
from vigie.data.params import vanished_rule
from vigie.engine.lifecycle import State

from ..enums import FindingEventKind, VanishedVerdict
from ..models import Finding, FindingEvent
from .models import VanishedKind
from .queries import waiting

LEVELS = "vigie.apps.observatory.tasks.compute_levels"
SCANNER = "scanner"
BY_A_LOOK = [State.CLOSED, State.NO_LONGER_OBSERVED]


class AlreadyJudged(Exception):
    """Somebody judged it, or a look saw the weakness again."""


def notice(now: datetime) -> int:
    """Open a row for each kind that vanished, close those that were seen again; return how many were opened.

    Only establishments whose look was completed since are compared: what was not looked at has not vanished.
    """
    rule = vanished_rule(now.date())
    day = now - rule.within
    looked = Shard.objects.of_rounds().filter(state=ShardState.DONE, ended_at__gt=day, ended_at__lte=now)
    lately = Finding.objects.filter(
        establishment__in=looked.values("establishment"), last_confirmed__gt=day - rule.before
    )
    counted = lately.order_by().values_list("kind", "subject").annotate(
        before=Count("pk", filter=Q(first_seen__lte=day)),
        places=Count("establishment", distinct=True, filter=Q(first_seen__lte=day)),
        today=Count("pk", filter=Q(last_confirmed__gt=day)),
    )  # fmt: skip
    _close_seen_again({(kind, subject) for kind, subject, _, _, today in counted if today}, now)
    opened = 0
    for kind, subject, before, places, today in counted:
        if not today and before >= rule.least_findings and places >= rule.least_establishments:
            opened += _open(kind, subject, before, places, day, now)
    return opened


@transaction.atomic
def _open(kind: str, subject: str, before: int, places: int, since: datetime, now: datetime) -> bool:
    # A person said that it is really gone: it is not asked again for the same week.
    rule = vanished_rule(now.date())
    judged = VanishedKind.objects.filter(kind=kind, subject=subject, judged_at__gt=now - rule.before - rule.within)
    if judged.filter(verdict=VanishedVerdict.REAL).exists():
        return False
    row, made = VanishedKind.objects.get_or_create(
        kind=kind,
        subject=subject,
        verdict=VanishedVerdict.OPEN,
        defaults={"noticed_at": now, "since": since, "findings": before, "establishments": places},
    )
    if made:
        record(kind="weakness-vanished", subject=row, by=SCANNER, at=now, weakness=subject, findings=before)
    return made


def _close_seen_again(seen: set[tuple[str, str]], now: datetime) -> None:
    for row in waiting():
        if (row.kind, row.subject) in seen:
            with transaction.atomic():
                if _judge(row, VanishedVerdict.SEEN_AGAIN, SCANNER, now):
                    record(kind="weakness-seen-again", subject=row, by=SCANNER, at=now, weakness=row.subject)


def _judge(row: VanishedKind, verdict: VanishedVerdict, by: str, now: datetime, **more: int) -> bool:
    mine = VanishedKind.objects.filter(pk=row.pk, verdict=VanishedVerdict.OPEN)
    return bool(mine.update(verdict=verdict, judged_at=now, judged_by=by, **more))


@transaction.atomic
def judge(*, row: VanishedKind, is_fault: bool, by: str, now: datetime) -> int:
    """Really gone: it ends by itself from now on. Our fault: what looks ended since comes back, with its first date.

    Return how many came back. Raises AlreadyJudged.
    """
    back = _bring_back(row, by, now) if is_fault else 0
    verdict = VanishedVerdict.FAULT if is_fault else VanishedVerdict.REAL
    if not _judge(row, verdict, by, now, brought_back=back):
        raise AlreadyJudged(row.pk)
    record(kind="vanished-judged", subject=row, by=by, at=now, verdict=str(verdict), brought_back=back)
    return back


def _bring_back(row: VanishedKind, by: str, now: datetime) -> int:
    from ..recording import bring_back

    ended = Finding.objects.select_for_update(of=("self",)).filter(
        kind=row.kind, subject=row.subject, state__in=BY_A_LOOK, closed_at__gt=row.since
    )
    found = list(ended.order_by("pk"))
    for finding in found:
        finding.reopened += 1
        finding.absences, finding.absent_since = 0, None
        bring_back(finding)
        finding.save()
        FindingEvent.objects.create(
            finding=finding,
            kind=FindingEventKind.REOPENED,
            at=now,
            by=by,
            detail={"first_seen": finding.first_seen.isoformat(), "vanished": row.pk},
        )
    touched = sorted({finding.establishment_id for finding in found})
    if touched:
        jobs.enqueue(LEVELS, now=now, priority=10, establishment_ids=touched)
    return len(found)

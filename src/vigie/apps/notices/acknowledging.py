"""Somebody read it, says that it is mended, or a look proved it: what that ends."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vigie.apps.audit import actions as audit

from .enums import ItemKind, NoticeEventKind, NoticeState, Stage
from .models import Alert, AlertItem, Notice
from .planning import note
from .signals import alert_acknowledged, fix_declared

OVER = (Stage.VERIFIED, Stage.DROPPED)  # what a look proved, or a person ended, stays


@transaction.atomic
def acknowledge(*, notice: Notice, by: str, now: datetime) -> bool:
    """The button of the page that a message leads to; False when it had been pressed already."""
    first = notice.alert is not None and acknowledge_alert(alert=notice.alert, by=by, now=now)
    return _acknowledge_notice(notice, by, now) or first


def _acknowledge_notice(notice: Notice, by: str, now: datetime) -> bool:
    row = Notice.objects.filter(pk=notice.pk, acknowledged_at=None)
    if not row.update(acknowledged_at=now):
        return False
    # While it is being sent its sender holds the state, and finds the date when it records.
    left = [NoticeState.SENT, NoticeState.DELIVERED, NoticeState.BOUNCED]
    Notice.objects.filter(pk=notice.pk, state__in=left).update(state=NoticeState.ACKNOWLEDGED)
    note(notice, NoticeEventKind.ACKNOWLEDGED, now, by)
    return True


@transaction.atomic
def acknowledge_alert(*, alert: Alert, by: str, now: datetime) -> bool:
    """End the escalation: somebody knows. The findings hear of it by a signal."""
    open_still = Alert.objects.waiting().filter(pk=alert.pk)
    if not open_still.update(acknowledged_at=now, acknowledged_by=by[:200], next_step_at=None, telephone_since=None):
        return False
    told = AlertItem.objects.filter(alert=alert, stage=Stage.TOLD)
    subjects = list(told.filter(kind=ItemKind.WEAKNESS).values_list("subject_id", flat=True))
    told.update(stage=Stage.ACKNOWLEDGED, stage_at=now)
    cancel_waiting(alert, by, now)
    audit.record(kind="alert-acknowledged", by=by, at=now, subject=alert.establishment, alert=alert.pk)
    alert_acknowledged.send(sender=Alert, alert=alert, subject_ids=subjects, by=by, now=now)
    return True


def can_declare_fix() -> bool:
    return fix_declared.has_listeners(Alert)


@transaction.atomic
def declare_fix(*, alert: Alert, by: str, now: datetime) -> list[str]:
    """They say that it is mended: looks are asked for. Return why some could not be, in whole sentences."""
    acknowledge_alert(alert=alert, by=by, now=now)
    left = AlertItem.objects.filter(alert=alert, kind=ItemKind.WEAKNESS).exclude(stage__in=OVER)
    subjects = list(left.values_list("subject_id", flat=True))
    audit.record(kind="fix-declared", by=by, at=now, subject=alert.establishment, alert=alert.pk, subjects=subjects)
    answers = fix_declared.send(sender=Alert, alert=alert, subject_ids=subjects, by=by, now=now)
    return [refusal for _, refusal in answers if refusal]


@transaction.atomic
def note_stages(
    *, stages: Sequence[tuple[int, int, Stage]], at: datetime, by: str, kind: ItemKind = ItemKind.WEAKNESS
) -> int:
    """What became of subjects, as (number, opening, stage); return how many moved. Alerts without any left are over."""
    moved, alerts = 0, set()
    for subject_id, opening, stage in stages:
        if stage == Stage.TOLD:
            continue  # nobody can make it unread
        told = AlertItem.objects.filter(kind=kind, subject_id=subject_id, opening=opening)
        moving = told.exclude(stage__in=[*OVER, stage])
        for row in moving.select_for_update():
            row.stage, row.stage_at = stage, at
            row.planned_at = at if stage == Stage.PLANNED else row.planned_at
            row.declared_at = at if stage == Stage.DECLARED else row.declared_at
            row.save(update_fields=["stage", "stage_at", "planned_at", "declared_at"])
            alerts.add(row.alert_id)
            moved += 1
    for alert in Alert.objects.filter(pk__in=alerts).order_by("pk"):
        _follow(alert, by, at)
    return moved


def _follow(alert: Alert, by: str, at: datetime) -> None:
    stages = set(alert.items.values_list("stage", flat=True))
    if not stages.difference(OVER):
        over = Alert.objects.filter(pk=alert.pk, ended_at=None)
        if over.update(ended_at=at, next_step_at=None, telephone_since=None):
            cancel_waiting(alert, by, at)
            audit.record(kind="alert-ended", by=by, at=at, subject=alert.establishment, alert=alert.pk)
    elif Stage.TOLD not in stages:
        acknowledge_alert(alert=alert, by=by, now=at)


def cancel_waiting(alert: Alert, by: str, now: datetime) -> None:
    """Messages that have not left are no longer needed; what is in flight is left alone."""
    waiting = [NoticeState.PLANNED, NoticeState.RELEASED]
    for notice in alert.notices.filter(state__in=waiting):
        if Notice.objects.filter(pk=notice.pk, state__in=waiting).update(state=NoticeState.CANCELLED):
            note(notice, NoticeEventKind.CANCELLED, now, by)

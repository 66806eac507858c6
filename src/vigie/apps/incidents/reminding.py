"""Whose time has come: declarants are reminded of what they owe, each thing once."""

from datetime import datetime

from django.db import transaction

from vigie.apps.audit.actions import record
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import NoticeChannel, NoticeKind, NoticeState
from vigie.apps.notices.models import Notice
from vigie.data.incident_rules import limits

from .duties import next_reminder
from .models import Declaration, Incident, Obligation
from .receipts import FOLLOW

BY = "vigie"
BATCH = 200  # of one short transaction


def remind(now: datetime) -> int:
    """Remind of each obligation whose time has come; return how many messages were written.

    Stopped for hours and started again, it writes each reminder that was due, and none twice: the step that was taken
    is kept with the obligation, and is the key of the message.
    """
    written = 0
    while (batch := _remind_batch(now)) is not None:
        written += batch
    return written


@transaction.atomic
def _remind_batch(now: datetime) -> int | None:
    due = Obligation.objects.owed().filter(next_reminder_at__lte=now).order_by("next_reminder_at", "pk")
    rows = list(due.select_for_update(of=("self",)).select_related("declaration")[:BATCH])
    if not rows:
        return None
    messages = [_reminder(row, now) for row in rows if row.declaration.email]
    for row in rows:
        row.reminded += 1
        row.next_reminder_at = next_reminder(row, now)
    # Every row is there: an INSERT that only updates takes a hundredth of the time of bulk_update's CASE.
    Obligation.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=["reminded", "next_reminder_at"]
    )
    made = notices.plan_messages(messages, now)
    record(kind="obligations-reminded", by=BY, at=now, obligations=[row.pk for row in rows], messages=made)
    return made


def _reminder(row: Obligation, now: datetime) -> Notice:
    return Notice(
        key=f"obligation:{row.pk}:{row.reminded}",
        channel=NoticeChannel.EMAIL,
        kind=NoticeKind.OBLIGATION,
        address=row.declaration.email,
        language=row.declaration.language,
        opens=FOLLOW,
        urgent=True,
        state=NoticeState.RELEASED,
        planned_at=now,
        not_before=now,
    )


@transaction.atomic
def forget_drafts(now: datetime) -> int:
    """Delete what nobody went on with for as long as the limits say; return how many."""
    old = Declaration.objects.drafts().filter(saved_at__lt=now - limits(now.date()).draft_kept)
    rows = list(old.values_list("pk", "incident")[:BATCH])
    Declaration.objects.filter(pk__in=[pk for pk, _incident in rows]).delete()
    Incident.objects.filter(pk__in=[incident for _pk, incident in rows]).delete()
    if rows:
        record(kind="declarations-forgotten", by=BY, at=now, count=len(rows))
    return len(rows)

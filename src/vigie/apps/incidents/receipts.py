"""What the declarant is written: a receipt; to whoever has no account, the link that confirms the address.

Planned by the worker, many at once: a declaration says that it waits for one, in the transaction that received it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from vigie.apps.jobs import actions as jobs
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import NoticeChannel, NoticeKind, NoticeState
from vigie.apps.notices.models import Notice
from vigie.data.incident_rules import limits

from .models import Declaration

CONFIRM, FOLLOW = "/incidents/confirm/", "/incidents/follow/"
WRITE = "vigie.apps.incidents.tasks.write_back"
TOGETHER = timedelta(seconds=1)  # those that come within it are written to by one job
BATCH = 200  # of one short transaction


def ask_to_write_back(now: datetime) -> None:
    jobs.nudge(WRITE, key="incidents:write-back", now=now, priority=notices.URGENT_FIRST, within=TOGETHER)


def write_back(now: datetime) -> int:
    """Plan the message of each declaration that waits for one; return how many are new."""
    written = 0
    while (batch := _batch(now)) is not None:
        written += batch
    return written


@transaction.atomic
def _batch(now: datetime) -> int | None:
    waiting = Declaration.objects.filter(is_unanswered=True).order_by("pk")
    rows = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    if not rows:
        return None
    made = notices.plan_messages([_message(row, now) for row in _in_measure(rows, now)], now)
    Declaration.objects.filter(pk__in=[row.pk for row in rows]).update(is_unanswered=False)
    return made


def _in_measure(rows: Iterable[Declaration], now: datetime) -> list[Declaration]:
    """Those whose address is not written to too often: one mailbox is not filled."""
    rule, written = limits(now.date()), Counter[str]()
    ones = [row for row in rows if row.email]
    recent = Notice.objects.filter(
        address__in={row.email for row in ones}, contact=None, planned_at__gt=now - rule.mails_window
    )
    written.update(dict(recent.order_by().values_list("address").annotate(count=Count("pk"))))
    found = []
    for row in ones:
        if written[row.email] < rule.mails:
            written[row.email] += 1
            found.append(row)
    return found


def _message(declaration: Declaration, now: datetime) -> Notice:
    confirmed = declaration.confirmed_at is not None
    return Notice(
        key=f"declaration:{declaration.pk}:{'receipt' if confirmed else 'confirm'}",
        channel=NoticeChannel.EMAIL,
        kind=NoticeKind.RECEIPT if confirmed else NoticeKind.CONFIRMATION,
        address=declaration.email,
        language=declaration.language,
        opens=FOLLOW if confirmed else CONFIRM,
        urgent=True,
        state=NoticeState.RELEASED,
        planned_at=now,
        not_before=now,
    )

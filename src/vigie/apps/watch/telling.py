"""Who follows something is told that it changed: once a day or at once, as they chose, until they say no more."""

from datetime import datetime

from django.db import transaction

from vigie.apps.accounts.models import User
from vigie.apps.audit import actions as audit
from vigie.apps.notices.enums import NoticeKind
from vigie.apps.notices.hours import next_digest
from vigie.apps.notices.models import Notice
from vigie.apps.notices.planning import plan_message
from vigie.apps.registry.enums import Right
from vigie.data.notice_rules import notice_rule

from .enums import WatchPace
from .models import WatchTelling
from .news import is_news

OPENS = "/watch/open/"
WATCH = "vigie"


@transaction.atomic
def choose(*, user: User, pace: WatchPace, by: str, now: datetime) -> WatchTelling:
    """What came before the choice is not told by it."""
    row, _made = WatchTelling.objects.update_or_create(user=user, defaults={"pace": pace, "told_at": now})
    audit.record(kind="watch-pace-chosen", by=by, at=now, subject=row, pace=pace.value)
    return row


def pace_of(user: User) -> WatchPace:
    """Whoever follows their first thing has chosen nothing yet: the digest."""
    row = WatchTelling.objects.filter(user=user).first()
    return WatchPace(row.pace) if row else WatchPace.DIGEST


def tell(*, now: datetime) -> int:
    """Write a message to each for whom something is new and due; return how many were written."""
    rows = WatchTelling.objects.exclude(pace=WatchPace.NEVER).filter(user__is_active=True, user__watched__isnull=False)
    return sum(_tell(row, now) for row in rows.distinct().select_related("user").order_by("pk"))


def _tell(row: WatchTelling, now: datetime) -> bool:
    at_once = row.pace == WatchPace.AT_ONCE
    if not at_once and next_digest(row.told_at, notice_rule(now.date())) > now:
        return False
    told = row.user.has(Right.EVIDENCE, now) and is_news(row.user, row.told_at, now, pressing=at_once)
    if at_once and not told:
        return False
    return _told(row, told, now)


@transaction.atomic
def _told(row: WatchTelling, told: bool, now: datetime) -> bool:
    """Claimed by its date: two workers that meet the same row write one message."""
    if not WatchTelling.objects.filter(pk=row.pk, told_at=row.told_at, pace=row.pace).update(told_at=now) or not told:
        return False
    plan_message(
        key=f"watch:{row.pk}:{row.told_at.timestamp():.0f}",
        address=row.user.email,
        language=row.user.language,
        kind=NoticeKind.WATCH,
        opens=OPENS,
        urgent=row.pace == WatchPace.AT_ONCE,
        now=now,
    )
    audit.record(kind="watch-told", by=WATCH, at=now, subject=row)
    return True


def told_by(notice: Notice) -> WatchTelling | None:
    """Whose message it is; None when they are gone."""
    family, _colon, rest = notice.key.partition(":")
    number = rest.partition(":")[0]
    return WatchTelling.objects.filter(pk=int(number)).first() if family == "watch" and number.isdigit() else None


@transaction.atomic
def stop(*, telling: WatchTelling, by: str, now: datetime) -> bool:
    """The button behind the link of a message: no account is asked. False when it was stopped before."""
    if not WatchTelling.objects.filter(pk=telling.pk).exclude(pace=WatchPace.NEVER).update(pace=WatchPace.NEVER):
        return False
    audit.record(kind="watch-pace-chosen", by=by, at=now, subject=telling, pace=WatchPace.NEVER.value)
    return True

"""The sessions of a person: opened from one browser, twelve hours at most, ended from anywhere."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from vigie.apps.audit.actions import record

from .models import OpenSession, User
from .rights import SECOND_FACTOR

LONGEST = timedelta(hours=12)
BOUND = "bound"  # in a session: {"agent": hash of the browser's name, "opened": time, "proved": by a second factor}


def must_enrol(user: User, now: datetime) -> bool:
    return any(user.has(right, now) for right in SECOND_FACTOR)


def owes_a_proof(bound: Mapping[str, Any], user: User, now: datetime, *, compulsory: bool) -> bool:
    """Whether the second factor comes before all else: enrolled and not passed yet, or not enrolled and compulsory."""
    if bound.get("proved"):
        return False
    return bool(bound.get("enrolled")) or (compulsory and must_enrol(user, now))


def agent_sha256(agent: str) -> str:
    return hashlib.sha256(agent.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def note_opened(*, user: User, key: str, agent: str, address: str, now: datetime) -> None:
    OpenSession.objects.filter(opened_at__lt=now - 2 * LONGEST).delete()
    OpenSession.objects.update_or_create(
        key=key, defaults={"user": user, "agent": agent[:200], "address": address, "opened_at": now}
    )


def sessions_of(user: User, now: datetime) -> "QuerySet[OpenSession]":
    """Those that are open, the latest first."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = OpenSession.objects.filter(user=user, opened_at__gt=now - LONGEST, key__in=alive)
    return rows.order_by("-opened_at")


@transaction.atomic
def end_session(*, user: User, pk: int, by: str, now: datetime) -> bool:
    """End one session of this person at once; False when there is none of that number."""
    row = OpenSession.objects.filter(user=user, pk=pk).first()
    if row is None:
        return False
    Session.objects.filter(session_key=row.key).delete()
    row.delete()
    record(kind="session-ended", by=by, at=now, subject=user, address=row.address)
    return True


@transaction.atomic
def end_all_sessions(*, user: User, by: str, now: datetime) -> int:
    rows = OpenSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(rows.values_list("key", flat=True))).delete()
    ended = rows.delete()[0]
    record(kind="sessions-ended", by=by, at=now, subject=user, sessions=ended)
    return ended


@transaction.atomic
def note_refused(*, user: User, by: str, address: str, now: datetime) -> None:
    """A session came back from another browser than the one that opened it: it was ended."""
    record(kind="session-refused", by=by, at=now, subject=user, address=address)

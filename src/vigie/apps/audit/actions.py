from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from .models import Event
from .queries import Verification


def record(*, kind: str, by: str, at: datetime, subject: Model | None = None, **detail: Any) -> Event:
    """Append one event; call it inside the transaction of the action that it tells."""
    told = event(kind=kind, by=by, at=at, subject=subject, **detail)
    told.save()
    return told


def event(*, kind: str, by: str, at: datetime, subject: Model | None = None, **detail: Any) -> Event:
    """One event that is not written yet, for who writes it together with other rows of its transaction."""
    return Event(
        kind=kind,
        actor=by,
        at=at,
        subject_type=(subject._meta.model_name or "") if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        detail=detail,
    )


def record_all(*, kind: str, by: str, at: datetime, events: Iterable[tuple[Model, dict[str, Any]]]) -> None:
    """Append one event for each (subject, detail), in their order; call it inside the transaction of what they tell."""
    Event.objects.bulk_create(
        [event(kind=kind, by=by, at=at, subject=subject, **detail) for subject, detail in events], batch_size=500
    )


@transaction.atomic
def note_verification(*, found: Verification, heads: int, at: datetime) -> None:
    """Keep in the trail itself what reading it whole has shown: the page of the trail tells the last one."""
    kinds = sorted({fault.kind.value for fault in found.faults})
    record(
        kind="trail-verified",
        by="worker",
        at=at,
        holds=found.holds,
        sealed=found.sealed,
        faults=len(found.faults),
        kinds=kinds,
        heads=heads,
    )

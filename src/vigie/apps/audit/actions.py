from datetime import datetime
from typing import Any

from django.db.models import Model

from .models import Event


def record(*, kind: str, by: str, at: datetime, subject: Model | None = None, **detail: Any) -> Event:
    """Append one event; call it inside the transaction of the action that it tells."""
    event: Event = Event.objects.create(
        kind=kind,
        actor=by,
        at=at,
        subject_type=(subject._meta.model_name or "") if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        detail=detail,
    )
    return event

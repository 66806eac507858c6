"""End what no look can close any more, because its check was retired."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs

from .enums import CloseReason, FindingEventKind, FindingKind, FindingState
from .models import Finding, FindingEvent

LEVELS = "vigie.apps.observatory.tasks.compute_levels"
BY = "vigie"


@transaction.atomic
def retire(*, checks: Collection[str], now: datetime) -> int:
    """Nothing proves them mended: they are no longer observed, and say why. Return how many ended."""
    rows = Finding.objects.followed().select_for_update(of=("self",))
    ended = list(rows.filter(kind=FindingKind.CHECK, subject__in=list(checks)).order_by("pk"))
    for finding in ended:
        finding.state, finding.closed_at = FindingState.NO_LONGER_OBSERVED, now
        finding.close_reason, finding.until, finding.decision = CloseReason.CHECK_RETIRED, None, ""
        finding.save(update_fields=["state", "closed_at", "close_reason", "until", "decision"])
        FindingEvent.objects.create(
            finding=finding,
            kind=FindingEventKind.NO_LONGER_OBSERVED,
            at=now,
            by=BY,
            detail={"reason": CloseReason.CHECK_RETIRED.value},
        )
    if ended:
        record(kind="checks-retired", by=BY, at=now, checks=sorted(checks), findings=len(ended))
        touched = sorted({finding.establishment_id for finding in ended})
        jobs.enqueue(LEVELS, now=now, priority=10, establishment_ids=touched)
    return len(ended)

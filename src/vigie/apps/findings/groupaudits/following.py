"""Look again at an audited group when its day has come, and write what the look told. Run by the calendar."""

from datetime import datetime

from django.db import transaction

from vigie.apps.findings.enums import FollowUpOutcome, GroupAuditEventKind, ReviewVerdict
from vigie.apps.findings.models import Finding
from vigie.apps.scans.enums import CampaignState
from vigie.engine.group_audit import followed
from vigie.engine.lifecycle import State

from .actions import RunRefused, launch, tell
from .models import FollowedFinding, FollowUp
from .queries import seen_by_campaign

CALENDAR = "calendar"
OVER = [CampaignState.FINISHED, CampaignState.STOPPED]


def follow_up(*, now: datetime) -> int:
    """Start what is due, and tell what has ended; return how many of both. However late, each is done once."""
    due = FollowUp.objects.waiting().filter(due_on__lte=now.date()).order_by("audit", "-days")
    latest: dict[int, FollowUp] = {}
    for one in due.select_related("audit__group"):
        latest.setdefault(one.audit_id, one)
    started = sum(_start(one, now) for one in latest.values())
    ended = FollowUp.objects.to_tell().filter(run__campaign__state__in=OVER).order_by("pk")
    return started + sum(_tell(one, now) for one in ended)


@transaction.atomic
def _start(one: FollowUp, now: datetime) -> bool:
    """Claim it, then look. Those before it that never ran are missed: one look cannot tell of two days."""
    if not FollowUp.objects.waiting().filter(pk=one.pk).update(started_at=now):
        return False  # another worker was faster
    earlier = FollowUp.objects.waiting().filter(audit=one.audit_id, days__lt=one.days)
    missed = sorted(earlier.values_list("days", flat=True))
    earlier.update(missed=True)
    for days in missed:
        tell(one.audit, GroupAuditEventKind.FOLLOW_UP_MISSED, CALENDAR, now, days=days)
    try:
        run = launch(one.audit, one.audit.ports, by=CALENDAR, now=now)
    except RunRefused:  # a stop is in force: it stays due
        transaction.set_rollback(True)
        return False
    FollowUp.objects.filter(pk=one.pk).update(run=run)
    tell(one.audit, GroupAuditEventKind.FOLLOW_UP_STARTED, CALENDAR, now, days=one.days, campaign=run.campaign_id)
    return True


@transaction.atomic
def _tell(one: FollowUp, now: datetime) -> bool:
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("audit", "run__campaign").get(pk=one.pk)
    if row.told_at is not None or row.run is None:
        return False
    campaign = row.run.campaign
    confirmed = Finding.objects.filter(reviews__audit=row.audit_id, reviews__verdict=ReviewVerdict.CONFIRMED)
    told = {
        found.pk: followed(
            State(found.state), last_confirmed=found.last_confirmed, looked_since=campaign.started_at
        ).value
        for found in confirmed.order_by("pk")
    }
    reviewed = set(row.audit.reviewed.values_list("finding", flat=True))
    fresh = seen_by_campaign(row.audit, campaign).values_list("pk", flat=True)
    told |= {pk: FollowUpOutcome.NEW.value for pk in fresh if pk not in reviewed}
    FollowedFinding.objects.bulk_create(
        [FollowedFinding(follow_up=row, finding_id=pk, outcome=outcome) for pk, outcome in told.items()], batch_size=500
    )
    FollowUp.objects.filter(pk=row.pk).update(told_at=now)
    counts = {slug: list(told.values()).count(slug) for slug in FollowUpOutcome.values}
    tell(row.audit, GroupAuditEventKind.FOLLOW_UP_TOLD, CALENDAR, now, days=row.days, **counts)
    return True

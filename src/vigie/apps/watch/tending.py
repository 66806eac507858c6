"""The alerts that are followed: whom they concern is counted again, and what a policy lets leave leaves."""

from datetime import datetime

from vigie.apps.jobs import actions as jobs
from vigie.data.watch_rules import alert_rule

from . import deciding, drafting, telling
from .models import NationalAlert, NationalAlertQuerySet

DRAFT = "vigie.apps.watch.tasks.draft_checks"


def followed(now: datetime) -> NationalAlertQuerySet:
    began = now - alert_rule(now.date()).followed_for
    return NationalAlert.objects.standing().filter(opened_at__gte=began).select_related("vulnerability").order_by("pk")


def tend(*, now: datetime) -> int:
    """Return how many alerts were looked at; whoever follows what changed is told too.

    Checks are drafted by a job of their own: they may be thousands.
    """
    alerts = list(followed(now))
    rule = alert_rule(now.date())
    for alert in alerts:
        counted = drafting.count(alert=alert, now=now)
        if counted.total() > counted["affected"]:
            jobs.enqueue(DRAFT, now=now, key=f"draft-checks:{alert.pk}", again=True, alert_id=alert.pk)
        deciding.release_by_policy(alert=alert, rule=rule, now=now)
    telling.tell(now=now)
    return len(alerts)

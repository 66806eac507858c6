"""What came to be known, is it news? Then an alert is open before anything is judged by it."""

from datetime import datetime

from django.db import transaction

from vigie.apps.audit import actions as audit
from vigie.apps.vulns.changing import NEWS
from vigie.apps.vulns.enums import ChangeKind
from vigie.apps.vulns.models import VulnerabilityChange
from vigie.data.watch_rules import alert_rule

from .enums import AlertTrigger, NationalAlertEventKind, NationalAlertState
from .models import NationalAlert, NationalAlertEvent

WATCH = "vigie"
TRIGGERS = {ChangeKind.EXPLOITED: AlertTrigger.KEV, ChangeKind.WARNED: AlertTrigger.CERT_FR}


def open_alerts(*, since: datetime, now: datetime) -> list[NationalAlert]:
    """Open an alert for each vulnerability that became news since then; return those that are new or open again.

    An entry that its source dated long ago is no news: it is told as every other weakness.
    """
    rule = alert_rule(now.date())
    changes = VulnerabilityChange.objects.filter(at__gte=since, kind__in=NEWS, vulnerability__rejected=False)
    found: dict[int, NationalAlert] = {}
    for change in changes.select_related("vulnerability").order_by("pk"):
        if change.on is not None and change.on < now.date() - rule.is_news_for:
            continue
        if alert := _open(change, rule.slug, now):
            found[alert.pk] = alert
    return list(found.values())


@transaction.atomic
def _open(change: VulnerabilityChange, policy: str, now: datetime) -> NationalAlert | None:
    """The alert of this change when it is new, or open again; None when it stood already."""
    trigger = TRIGGERS[ChangeKind(change.kind)]
    alert, made = NationalAlert.objects.get_or_create(
        vulnerability=change.vulnerability,
        defaults={
            "trigger": trigger,
            "reference": change.after[:30],
            "told_on": change.on,
            "opened_at": now,
            "policy": policy,
        },
    )
    words = str(change.after or trigger.value)
    if made:
        return _told(alert, NationalAlertEventKind.OPENED, words, now)
    if alert.events.filter(words=words).exists():
        return None
    again = NationalAlert.objects.filter(pk=alert.pk, state=NationalAlertState.DISMISSED)
    if again.update(state=NationalAlertState.NEW, decided_at=None, decided_by="", reason=""):
        alert.refresh_from_db()
        return _told(alert, NationalAlertEventKind.REOPENED, words, now)
    _told(alert, NationalAlertEventKind.NEWS, words, now)
    return None


def _told(alert: NationalAlert, kind: NationalAlertEventKind, words: str, now: datetime) -> NationalAlert:
    NationalAlertEvent.objects.create(alert=alert, kind=kind, at=now, by=WATCH, words=words)
    audit.record(
        kind=f"national-alert-{kind}", by=WATCH, at=now, subject=alert, cve=alert.vulnerability.cve, words=words
    )
    return alert

"""Whom does an alert concern, and what is drafted for them? Nothing of it leaves before somebody releases it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from vigie.apps.findings.models import FindingVulnerability
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import ItemKind, Stage
from vigie.apps.notices.models import AlertItem
from vigie.apps.scans.models import Presence
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import PairMatch
from vigie.apps.vulns.queries import EXPOSED
from vigie.data.rules import remote_access_products
from vigie.data.watch_rules import alert_rule
from vigie.engine.priority import worst_severity

from .enums import NationalAlertEventKind
from .models import Concerned, NationalAlert, NationalAlertEvent
from .opening import WATCH

RANK = {verdict.value: rank for rank, verdict in enumerate(EXPOSED)}
AT_ONCE = 500


@dataclass(slots=True)
class _Worst:
    verdict: str
    remote_access: bool
    services: int

    @property
    def told(self) -> tuple[str, bool]:
        return self.verdict, self.remote_access


def occasion(alert: NationalAlert) -> notices.Occasion:
    return notices.Occasion(alert.mailing_key, alert.vulnerability.cve, waits=True)


def count(*, alert: NationalAlert, now: datetime) -> Counter[str]:
    """Work out whom it concerns today, by verdict; a verdict that changes ends its row and adds another."""
    found = _concerned(alert.vulnerability_id)
    _write(alert, found, now)
    return Counter(one.verdict for one in found.values())


@transaction.atomic
def _write(alert: NationalAlert, found: Mapping[int, _Worst], now: datetime) -> None:
    counted = Counter(one.verdict for one in found.values())
    rows = {row.establishment_id: row for row in alert.concerned.current()}
    ended = [
        row.pk for pk, row in rows.items() if pk not in found or (row.verdict, row.remote_access) != found[pk].told
    ]
    for start in range(0, len(ended), AT_ONCE):
        Concerned.objects.filter(pk__in=ended[start : start + AT_ONCE]).update(ended_at=now)
    kept = {pk for pk, row in rows.items() if row.pk not in set(ended)}
    Concerned.objects.bulk_create(
        [
            Concerned(
                alert=alert, establishment_id=pk, verdict=one.verdict, remote_access=one.remote_access,
                services=one.services, since=now,
            )
            for pk, one in sorted(found.items()) if pk not in kept
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip
    if alert.counted_at is None or ended or len(kept) != len(found):
        words = ", ".join(f"{verdict} {counted[verdict]}" for verdict in RANK)
        NationalAlertEvent.objects.create(
            alert=alert, kind=NationalAlertEventKind.CONCERNED, at=now, by=WATCH, words=words
        )
    NationalAlert.objects.filter(pk=alert.pk).update(counted_at=now)
    notices.note_stages(stages=[(pk, 1, Stage.DROPPED) for pk in ended], at=now, by=WATCH, kind=ItemKind.CHECK)


def _concerned(vulnerability: int) -> dict[int, _Worst]:
    """establishment -> the worst of what it shows."""
    told = {
        row.pair_id: row
        for row in PairMatch.objects.filter(
            vulnerability=vulnerability, ended_at=None, verdict__in=EXPOSED, vulnerability__rejected=False
        ).select_related("pair")
    }
    pairs = sorted(told)
    found: dict[int, _Worst] = {}
    for start in range(0, len(pairs), AT_ONCE):
        rows = Presence.objects.filter(pair__in=pairs[start : start + AT_ONCE])
        for pair, establishment, services in rows.values_list("pair", "establishment", "services"):
            match = told[pair]
            remote = (match.pair.vendor, match.pair.product) in remote_access_products()
            _add(found, establishment, _Worst(match.verdict, remote, services))
    return found


def _add(found: dict[int, _Worst], establishment: int, one: _Worst) -> None:
    known = found.get(establishment)
    if known is None:
        found[establishment] = one
        return
    known.services += one.services
    if (RANK[one.verdict], not one.remote_access) < (RANK[known.verdict], not known.remote_access):
        known.verdict, known.remote_access = one.verdict, one.remote_access


def draft_checks(*, alert: NationalAlert, now: datetime) -> int:
    """Draft what those are asked to check whose products do not decide; return how many were drafted.

    Those affected have a finding, which is told under the same alert.
    """
    severity = worst_severity([alert.vulnerability.cvss], exploited=alert.vulnerability.kev_on is not None)
    deadline = now + alert_rule(now.date()).check_within
    rows = alert.concerned.current().exclude(verdict=MatchVerdict.AFFECTED).select_related("establishment__department")
    told = AlertItem.objects.filter(kind=ItemKind.CHECK, subject_id__in=rows.values("pk"))
    drafted = 0
    for row in rows.exclude(pk__in=told.values("subject_id")).order_by("pk"):
        subject = notices.Subject(row.pk, 1, severity.value, deadline, urgent=True, kind=ItemKind.CHECK)
        drafted += len(
            notices.tell(establishment=row.establishment, occasion=occasion(alert), subjects=[subject], now=now)
        )
    return drafted


def occasions(*, findings: Sequence[Any]) -> dict[int, notices.Occasion]:
    """Which of these findings are told under an alert, the latest one: those that it made known, or made worse."""
    links = FindingVulnerability.objects.filter(
        finding__in=[row.pk for row in findings], ended_at=None, vulnerability__national_alert__isnull=False
    )
    told = dict(links.order_by().values_list("finding").annotate(last=Max("vulnerability__national_alert")))
    alerts = (
        NationalAlert.objects.standing().select_related("vulnerability").in_bulk(set(told.values())) if told else {}
    )
    return {
        row.pk: occasion(alert)
        for row in findings
        if (alert := alerts.get(told.get(row.pk, 0))) and _made_known(row, alert)
    }


def _made_known(row: Any, alert: NationalAlert) -> bool:
    """What a campaign saw after the alert was open is told with that campaign."""
    return row.campaign is None or alert.opened_at >= (row.began_at or row.first_seen)

"""From its publication to the last fix: what happened to one vulnerability, as far as one reader may see."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from vigie.apps.findings.models import Finding, FindingVulnerability
from vigie.apps.notices.enums import ItemKind
from vigie.apps.notices.models import AlertItem, Notice
from vigie.apps.registry.enums import Right
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.vulns.models import Applicability, PairMatch, Vulnerability


class Milestone(StrEnum):
    PUBLISHED = "published"
    LISTED = "listed"  # by CISA
    STORED = "stored"  # the ranges of a first source, here
    MATCHED = "matched"
    FOUND = "found"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Step:
    """When it first happened, when it last did, and how often."""

    milestone: Milestone
    first: datetime
    last: datetime | None = None
    count: int = 0
    is_day: bool = False  # the source gives a day, not an hour


def timeline(vulnerability: Vulnerability, user: Viewer, now: datetime) -> list[Step]:
    """Only what happened; in the order of time."""
    steps = [*_told(vulnerability), *_done(vulnerability, user, now)]
    return sorted(steps, key=lambda step: (step.first, list(Milestone).index(step.milestone)))


def _told(vulnerability: Vulnerability) -> list[Step]:
    stored = Applicability.objects.filter(vulnerability=vulnerability).aggregate(
        first=Min("stored_at"), last=Max("stored_at"), n=Count("stored_at")
    )
    matched = PairMatch.objects.filter(vulnerability=vulnerability).aggregate(
        first=Min("since"), last=Max("since"), n=Count("pk")
    )
    steps = [_step(Milestone.STORED, stored), _step(Milestone.MATCHED, matched)]
    if vulnerability.published_at:
        steps.append(Step(Milestone.PUBLISHED, vulnerability.published_at))
    if vulnerability.kev_on:
        day = datetime.combine(vulnerability.kev_on, time(), UTC)
        steps.append(Step(Milestone.LISTED, day, is_day=True))
    return [step for step in steps if step]


def _done(vulnerability: Vulnerability, user: Viewer, now: datetime) -> list[Step]:
    mine = of_establishments(user.scope(Right.FINDINGS, now), "finding__establishment")
    links = FindingVulnerability.objects.filter(mine, vulnerability=vulnerability)
    found = links.aggregate(first=Min("since"), last=Max("since"), n=Count("finding", distinct=True))
    steps = [_step(Milestone.FOUND, found)]
    if found["n"]:
        steps += [_step(*told) for told in _answered(links, found["first"])]
    return [step for step in steps if step]


def _answered(links: QuerySet[FindingVulnerability], since: datetime) -> list[tuple[Milestone, dict[str, Any]]]:
    findings = links.values("finding")
    items = AlertItem.objects.filter(kind=ItemKind.WEAKNESS, subject_id__in=findings)
    notices = Notice.objects.filter(alert__in=items.values("alert"), sent_at__gte=since)
    closed = Finding.objects.filter(pk__in=findings, state="closed")
    whom = Count("alert__establishment", distinct=True)
    return [
        (Milestone.NOTIFIED, notices.aggregate(first=Min("sent_at"), last=Max("sent_at"), n=whom)),
        (
            Milestone.ACKNOWLEDGED,
            notices.filter(Q(acknowledged_at__gte=since)).aggregate(
                first=Min("acknowledged_at"), last=Max("acknowledged_at"), n=whom
            ),
        ),
        (Milestone.FIXED, closed.aggregate(first=Min("closed_at"), last=Max("closed_at"), n=Count("pk"))),
    ]


def _step(milestone: Milestone, told: dict[str, Any]) -> Step | None:
    if told["first"] is None:
        return None
    return Step(milestone, told["first"], told["last"] if told["n"] > 1 else None, told["n"])

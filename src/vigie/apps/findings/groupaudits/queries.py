"""Which audits there are, what each one saw, and how many groups were audited in a year: read for the pages."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, Subquery

from vigie.apps.findings.enums import FollowUpOutcome, GroupAuditState, ReviewVerdict
from vigie.apps.findings.models import Finding
from vigie.apps.registry.enums import GroupKind
from vigie.apps.registry.models import Group, Membership
from vigie.apps.scans.models import Campaign, Look

from .models import FollowUp, GroupAudit, ReviewedFinding


def seen_by_runs(audit: GroupAudit) -> QuerySet[Finding]:
    """What stands in the perimeter, and was seen since the first run at an address that a run looked at."""
    looks = Look.objects.filter(shard__campaign__audit_run__audit=audit, shard__campaign__audit_run__follow_up=None)
    return _seen(audit, looks, audit.started_at)


def seen_by_campaign(audit: GroupAudit, campaign: Campaign) -> QuerySet[Finding]:
    """The same, of one campaign."""
    return _seen(audit, Look.objects.filter(shard__campaign=campaign), campaign.started_at)


def _seen(audit: GroupAudit, looks: QuerySet[Look], since: datetime | None) -> QuerySet[Finding]:
    if since is None:
        return Finding.objects.none()
    return Finding.objects.standing().filter(
        establishment__in=audit.perimeter.values("establishment"),
        address__in=looks.order_by().values("address"),
        last_confirmed__gte=since,
    )


def listed() -> QuerySet[GroupAudit]:
    """Every audit with its counts, the latest first."""
    return (
        GroupAudit.objects.select_related("group__region")
        .annotate(
            establishments=Count("perimeter", distinct=True),
            confirmed=Count("reviewed", filter=Q(reviewed__verdict=ReviewVerdict.CONFIRMED), distinct=True),
            to_review=Count("reviewed", filter=Q(reviewed__verdict=ReviewVerdict.TO_REVIEW), distinct=True),
            next_due=Subquery(
                FollowUp.objects.waiting().filter(audit=OuterRef("pk")).order_by("due_on").values("due_on")[:1]
            ),
        )
        .order_by("-prepared_at", "-pk")
    )


def under_review(audit: GroupAudit) -> QuerySet[ReviewedFinding]:
    """What is to be judged first, then what was; the worst of each first."""
    order = ("-finding__exploited", "finding__rank", "finding__deadline", "finding__pk")
    return (
        audit.reviewed.select_related("finding__establishment")
        .annotate(is_judged=Q(judged_at__isnull=False))
        .order_by("is_judged", *order)
    )


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One follow-up with what it told, in the order of the outcomes; None before it told."""

    row: FollowUp
    told: tuple[tuple[FollowUpOutcome, int], ...] | None

    @property
    def is_due(self) -> bool:
        return self.row.started_at is None and not self.row.missed


def follow_ups(audit: GroupAudit) -> tuple[FollowUpRow, ...]:
    """In order of days; two queries."""
    rows = list(audit.follow_ups.order_by("days").prefetch_related(Prefetch("told")))
    return tuple(FollowUpRow(row, _counted(row)) for row in rows)


def _counted(row: FollowUp) -> tuple[tuple[FollowUpOutcome, int], ...] | None:
    if row.told_at is None:
        return None
    counts = Counter(one.outcome for one in row.told.all())
    return tuple((outcome, counts[outcome]) for outcome in FollowUpOutcome)


@dataclass(frozen=True, slots=True)
class Audited:
    """How many territorial hospital groups were told their audit in a year, out of those of the registry."""

    year: int
    told: int
    groups: int
    under_way: int

    @property
    def share(self) -> tuple[int, int]:
        return self.told, self.groups


def audited_in(year: int, day: date, known: datetime) -> Audited:
    """From the first day of the year to `day`; the groups are those with a member on that day, as known at `known`.

    The invented groups of the demonstration count only where no other group is known.
    """
    in_force = Membership.objects.as_of(day, known).values("group")
    rows = Group.objects.filter(Q(closed_on=None) | Q(closed_on__gt=day), kind=GroupKind.GHT, pk__in=in_force)
    known_audits = FilteredRelation("audits", condition=Q(audits__started_at__lte=known))
    fields = "pk", "region__invented", "known_audits__state", "known_audits__restituted_on"
    listed = list(rows.order_by().annotate(known_audits=known_audits).values_list(*fields))
    counted = {pk for pk, invented, *_ in listed if not invented} or {pk for pk, *_ in listed}
    told, begun = set(), set()
    for group, _, state, restituted_on in listed:
        if restituted_on is not None and date(year, 1, 1) <= restituted_on <= day:
            told.add(group)
        elif state not in {None, GroupAuditState.ABANDONED} and (restituted_on is None or restituted_on > day):
            begun.add(group)
    return Audited(year=year, told=len(told & counted), groups=len(counted), under_way=len((begun - told) & counted))

"""Who is counted, under which name, in which group: today, and on any day as it was known at any time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractYear, JSONObject

from vigie.data import registry_rules

from .enums import TerritoryKind
from .models import (
    Establishment,
    EstablishmentQuerySet,
    EstablishmentVersion,
    Group,
    Membership,
    Site,
    SiteCapacity,
    SiteVersion,
    Territory,
)


def in_scope(day: date) -> EstablishmentQuerySet:
    """Open legal entities that hold an open site of a category in scope, from the present state of the registry."""
    counted = Site.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=day), category__in=registry_rules.scope(day).categories
    )
    return Establishment.objects.open(day).filter(pk__in=counted.values("establishment"))


def in_scope_as_of(day: date, known: datetime) -> EstablishmentQuerySet:
    """Who was in scope on that day, as the registry was known at that instant.

    Before the first extract that was imported nothing is known, and nobody is in scope.
    """
    counted = SiteVersion.objects.as_of(day, known).filter(category__in=registry_rules.scope(day).categories)
    named = EstablishmentVersion.objects.as_of(day, known).filter(establishment=OuterRef("pk"))
    return Establishment.objects.filter(Exists(named), finess__in=counted.values("establishment_finess"))


def version_as_of(establishment_id: int, day: date, known: datetime) -> EstablishmentVersion | None:
    """What the registry said of it; None when it was not known, or not open, on that day."""
    found: EstablishmentVersion | None = (
        EstablishmentVersion.objects.as_of(day, known).filter(establishment=establishment_id).order_by("-id").first()
    )
    return found


@dataclass(frozen=True, slots=True)
class KnownName:
    establishment_id: int
    name: str


def names_as_of(establishment_ids: list[int], day: date, known: datetime) -> tuple[KnownName, ...]:
    """The name of each on that day, by identifier; those unknown on that day are left out."""
    rows = (
        EstablishmentVersion.objects.as_of(day, known)
        .filter(establishment__in=establishment_ids)
        .order_by("establishment_id")
        .values_list("establishment_id", "name")
    )
    return tuple(KnownName(*row) for row in rows)


def groups_of(establishment_id: int, day: date, known: datetime | None = None) -> QuerySet[Group]:
    """The groups that it belonged to on that day; as known now when `known` is None."""
    members = _memberships(day, known).filter(establishment=establishment_id)
    return Group.objects.filter(pk__in=members.values("group")).order_by("kind", "code")


def members_of(group_id: int, day: date, known: datetime | None = None) -> EstablishmentQuerySet:
    members = _memberships(day, known).filter(group=group_id)
    return Establishment.objects.filter(pk__in=members.values("establishment"))


def _memberships(day: date, known: datetime | None) -> QuerySet[Membership]:
    dated: QuerySet[Membership] = (
        Membership.objects.current().in_force(day) if known is None else Membership.objects.as_of(day, known)
    )
    return dated


def within(territory: Territory) -> EstablishmentQuerySet:
    """Every legal entity of a department, of a region, or of the nation (official territories only)."""
    if territory.kind == TerritoryKind.DEPARTMENT:
        return Establishment.objects.filter(department=territory)
    if territory.kind == TerritoryKind.REGION:
        return Establishment.objects.filter(department__parent=territory)
    return Establishment.objects.filter(department__invented=territory.invented)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the open sites of an establishment could take together, by the last survey that told of each."""

    beds: int
    places: int
    year: int  # of the oldest of these surveys


def capacity_column(day: date, known: datetime) -> Subquery:
    """The capacity of each establishment, to be read with `capacity_from`."""
    rows = _capacities(day, known).filter(site__establishment=OuterRef("pk")).order_by().values("site__establishment")
    told = JSONObject(beds=Sum("beds"), places=Sum("places"), year=ExtractYear(Min("valid_from")))
    return Subquery(rows.annotate(told=told).values("told"))


def capacity_from(raw: dict[str, int] | None) -> Capacity | None:
    """None when no survey told of any of its sites: that is not zero."""
    return None if raw is None else Capacity(**raw)


def beds_and_places(day: date, known: datetime) -> dict[int, int]:
    """Legal entity -> beds and places of its open sites on that day; those of which nothing is told are left out."""
    rows = _capacities(day, known).order_by().values_list("site__establishment")
    return dict(rows.annotate(sum=Sum(F("beds") + F("places"))))


def _capacities(day: date, known: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = SiteCapacity.objects.as_of(day, known)
    return rows.filter(Q(site__closed_on=None) | Q(site__closed_on__gt=day))

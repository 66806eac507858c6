"""Establishments, their sites, groups and territories; every fact that can change is dated twice."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Q

from vigie.apps.timeline import DatedFact

from .enums import GroupKind, ImportKind, ImportState, Right, TerritoryKind
from .scopes import Viewer, inside


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.AGGREGATES) -> Self:
        """Those whose figures this person may see: the territories of their roles, and what lies under them."""
        scope = user.scope(right, now)
        if scope.nation:
            return self
        return self.filter(Q(pk__in=scope.territories) | Q(parent__in=scope.territories))


class Territory(models.Model):
    kind = models.CharField(max_length=12, choices=TerritoryKind)
    code = models.CharField(max_length=4)  # INSEE region code ("84"), FINESS department code ("2A", "9D")
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    invented = models.BooleanField(default=False)  # the demonstration's region, never mixed with real ones

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="registry_territory_code")]
        verbose_name_plural = "territories"


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    def open(self, day: date) -> Self:
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))

    def in_categories(self, codes: list[str]) -> Self:
        """Legal entities that hold at least one open site of these FINESS categories."""
        return self.filter(sites__category__in=codes, sites__closed_on=None).distinct()

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.LEVELS) -> Self:
        """Those over whom this person has this right now; to see that one exists is to see its level."""
        return self.filter(inside(user.scope(right, now)))


class Establishment(models.Model):
    """A legal entity (FINESS EJ): the unit that is counted. Columns are its present state; see its versions."""

    finess = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=4, blank=True)
    category_label = models.CharField(max_length=80, blank=True)
    legal_status = models.CharField(max_length=4, blank=True)
    siren = models.CharField(max_length=9, blank=True)
    department = models.ForeignKey(Territory, null=True, on_delete=models.PROTECT, related_name="establishments")
    city = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    # A FINESS extract of legal entities has named it: only then can it vanish from the next one.
    listed = models.BooleanField(default=False)
    # Restricted: printed on no page. ANSSI sees the findings of those that are and that agreed.
    essential_operator = models.BooleanField(default=False)

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["name"]), models.Index(fields=["category"])]


class EstablishmentVersion(DatedFact):
    """What the registry said of a legal entity, from when and until when, and when we learnt it."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=4, blank=True)
    legal_status = models.CharField(max_length=4, blank=True)
    siren = models.CharField(max_length=9, blank=True)
    department_code = models.CharField(max_length=4, blank=True)
    city = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    source = models.ForeignKey("ImportRun", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(DatedFact.Meta):
        abstract = False
        indexes = [models.Index(fields=["establishment", "valid_from"], name="registry_estver")]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["establishment"],
                condition=Q(valid_until=None, superseded_at=None),
                name="registry_estver_one_open",
            ),
        ]


class Site(models.Model):
    """One establishment in the FINESS sense (ET), hanging from its legal entity."""

    finess = models.CharField(max_length=9, unique=True)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=4)
    category_label = models.CharField(max_length=80, blank=True)
    department = models.ForeignKey(Territory, null=True, on_delete=models.PROTECT, related_name="sites")
    city = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    easting = models.FloatField(null=True, blank=True)  # metres, in `epsg`
    northing = models.FloatField(null=True, blank=True)
    epsg = models.PositiveIntegerField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    listed = models.BooleanField(default=False)  # as for the legal entity, by an extract of sites

    class Meta:
        indexes = [models.Index(fields=["category", "closed_on"], name="registry_site_scope")]


class SiteVersion(DatedFact):
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=4)
    establishment_finess = models.CharField(max_length=9)
    department_code = models.CharField(max_length=4, blank=True)
    city = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    source = models.ForeignKey("ImportRun", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(DatedFact.Meta):
        abstract = False
        indexes = [models.Index(fields=["site", "valid_from"], name="registry_sitever")]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["site"], condition=Q(valid_until=None, superseded_at=None), name="registry_sitever_one_open"
            ),
        ]


class SiteCapacity(DatedFact):
    """How many a site could take in medicine, surgery and obstetrics, from the last day of the year that told it."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="capacities")
    beds = models.PositiveIntegerField()  # for whole days
    places = models.PositiveIntegerField()  # for stays without a night
    source = models.ForeignKey("ImportRun", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(DatedFact.Meta):
        abstract = False
        verbose_name_plural = "site capacities"
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["site", "valid_from"], condition=Q(superseded_at=None), name="registry_capacity_told_once"
            ),
        ]


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.AGGREGATES) -> Self:
        """Those whose figures this person may see: the groups of their roles, and those of their regions."""
        scope = user.scope(right, now)
        if scope.nation:
            return self
        return self.filter(Q(pk__in=scope.groups) | Q(region__in=scope.territories))


class Group(models.Model):
    kind = models.CharField(max_length=12, choices=GroupKind)
    code = models.CharField(max_length=16)  # "NA-04"
    name = models.CharField(max_length=120)
    region = models.ForeignKey(Territory, null=True, on_delete=models.PROTECT, related_name="groups")
    closed_on = models.DateField(null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="registry_group_code")]


class Membership(DatedFact):
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    source = models.ForeignKey("ImportRun", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(DatedFact.Meta):
        abstract = False
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["establishment", "group"],
                condition=Q(valid_until=None, superseded_at=None),
                name="registry_member_once",
            ),
        ]


class ImportRun(models.Model):
    """One file read: what it was, what it changed, what was refused."""

    kind = models.CharField(max_length=20, choices=ImportKind)
    state = models.CharField(max_length=12, choices=ImportState)
    # What the file held ("structureej", "structureet", "groups"...), space-separated: editions are compared by it.
    records = models.CharField(max_length=80, blank=True)
    invented = models.BooleanField(default=False)  # of the demonstration's territories
    reason = models.CharField(max_length=300, blank=True)  # why it was refused
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    edition = models.CharField(max_length=40, blank=True)
    edition_date = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    lines = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    bad_rows = models.JSONField(default=list)  # first 200: [{"line": 12, "reason": "..."}]

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="registry_runs_of_a_kind")]

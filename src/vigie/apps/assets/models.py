"""What an establishment shows to the internet, and who allowed that it be looked at."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.timeline import DatedFact, DatedQuerySet

from .enums import AssetKind, Intensity, MandateKind


class AssetQuerySet(DatedQuerySet):
    def visible_to(self, user: Viewer, now: datetime) -> Self:
        return self.filter(of_establishments(user.scope(Right.PERIMETER, now)))


class AssetManager(models.Manager.from_queryset(AssetQuerySet)):  # type: ignore[misc]
    """Named, so that the type checker still knows it from its cache."""


class Asset(DatedFact):
    """A domain, an address or a range, as declared by its owner. One asset may have several owners."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="assets")
    kind = models.CharField(max_length=8, choices=AssetKind)
    value = models.CharField(max_length=253)  # canonical: lower-case A-label, compressed address, CIDR
    label = models.CharField(max_length=120, blank=True)  # "VPN gateway", in the owner's words
    exchanges_care_data = models.BooleanField(default=False)

    objects = AssetManager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        abstract = False
        indexes = [models.Index(fields=["value"], name="assets_by_value")]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["establishment", "kind", "value"],
                condition=Q(valid_until=None, superseded_at=None),
                name="assets_declared_once",
            ),
        ]


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, now: datetime) -> Self:
        return self.filter(valid_from__lte=now, valid_until__gt=now, withdrawn_at=None)

    def visible_to(self, user: Viewer, now: datetime) -> Self:
        return self.filter(of_establishments(user.scope(Right.PERIMETER, now)))


class Mandate(models.Model):
    """A dated authorisation to look at the declared assets of one establishment. Withdrawn, never edited."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="mandates")
    kind = models.CharField(max_length=14, choices=MandateKind)
    signatory = models.CharField(max_length=120)
    basis = models.CharField(max_length=200)  # convention, mandate letter, laboratory...
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    intensity = models.CharField(max_length=8, choices=Intensity, default=Intensity.STANDARD)
    windows = models.JSONField(default=list, blank=True)  # [{"days": [0, 1], "from": "22:00", "to": "05:00"}]
    exclusions = models.JSONField(default=list, blank=True)  # ["203.0.113.7/32"]
    excluded_ports = models.JSONField(default=list, blank=True)
    allow_mllp_frame = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="assets_mandate_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(signatory=""), name="assets_mandate_has_a_signatory"),
        ]
        indexes = [models.Index(fields=["establishment", "valid_until"], name="assets_mandates_of")]

"""What other tools say of an establishment: to be verified, never a finding by itself."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.findings.enums import ScannerTool, Severity, SightingKind, SightingState
from vigie.apps.registry.models import Establishment, ImportRun


class SightingQuerySet(models.QuerySet["Sighting"]):
    def weaknesses(self) -> Self:
        return self.filter(kind=SightingKind.WEAKNESS)

    def to_verify(self) -> Self:
        return self.filter(state=SightingState.TO_VERIFY)


class Sighting(models.Model):
    """(establishment, tool, its identifier, place): told again, it is the same row."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="sightings")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="sightings")  # the last that told it
    tool = models.CharField(max_length=8, choices=ScannerTool)
    identifier = models.CharField(max_length=200)  # the tool's own: plug-in, template, script, check
    key = models.CharField(max_length=32)  # digest of tool, identifier and place: what makes it the same
    address = models.CharField(max_length=39, blank=True)  # canonical; empty when the tool told a name only
    name = models.CharField(max_length=253, blank=True)  # the host name that was asked
    port = models.PositiveIntegerField(default=0)  # 0 is the host as a whole
    transport = models.CharField(max_length=8, blank=True)
    title = models.CharField(max_length=250)
    kind = models.CharField(max_length=8, choices=SightingKind)
    severity = models.CharField(max_length=8, choices=Severity, blank=True)  # the tool's; some give none
    cves = models.JSONField(default=list)
    evidence = models.TextField(blank=True)  # at most 2,000 characters, without credentials
    first_seen = models.DateTimeField()  # by the tool's clock, never after the import
    last_seen = models.DateTimeField()
    recorded_at = models.DateTimeField()  # when we first learnt it
    state = models.CharField(max_length=9, choices=SightingState, default=SightingState.TO_VERIFY)

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["establishment", "key"], name="findings_same_sighting_same_row"),
            models.CheckConstraint(condition=Q(last_seen__gte=F("first_seen")), name="findings_sighting_in_order"),
            models.CheckConstraint(condition=~Q(address="") | ~Q(name=""), name="findings_sighting_has_a_place"),
            models.CheckConstraint(
                condition=Q(severity="") | Q(kind=SightingKind.WEAKNESS), name="findings_sighting_weak_or_no_severity"
            ),
        ]
        indexes = [models.Index(fields=["establishment", "address", "port"], name="findings_sighted_at")]

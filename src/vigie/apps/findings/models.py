"""Weaknesses of establishments: one row per thing to do, never one per CVE."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Look, Service
from vigie.apps.vulns.models import Vulnerability

from .enums import CloseReason, FindingEventKind, FindingKind, FindingState, Priority, Severity
from .sightings.models import Sighting

__all__ = ["Finding", "FindingEvent", "FindingQuerySet", "FindingVulnerability", "Sighting"]


class FindingQuerySet(models.QuerySet["Finding"]):
    def open(self) -> Self:
        return self.filter(state=FindingState.OPEN)

    def exploited(self) -> Self:
        return self.filter(exploited=True)

    def past_deadline(self, now: datetime) -> Self:
        return self.open().filter(deadline__lt=now)


class Finding(models.Model):
    """(establishment, address, port, subject): one thing to mend, under however many names the port shows it."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="findings")
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="findings")
    address = models.GenericIPAddressField()
    port = models.PositiveIntegerField()
    transport = models.CharField(max_length=3, default="tcp")
    names = models.JSONField(default=list)  # host names under which it was last seen, "" when by address
    kind = models.CharField(max_length=8, choices=FindingKind)
    subject = models.CharField(max_length=250)  # check slug, or "vendor:product"
    seen_version = models.CharField(max_length=120, blank=True)  # of a product finding
    fixed_version = models.CharField(max_length=60, blank=True)  # the version that mends all of it, when known
    state = models.CharField(max_length=20, choices=FindingState, default=FindingState.OPEN)
    severity = models.CharField(max_length=8, choices=Severity)
    exploited = models.BooleanField(default=False)  # at least one vulnerability is on the KEV list
    remote_access = models.BooleanField(default=False)  # the equipment lets people in from outside
    exposed = models.BooleanField(default=True)  # answers from outside; False on a private address
    priority = models.CharField(max_length=5, choices=Priority, default=Priority.MONTH)  # by the published table
    evidence = models.JSONField(default=list)  # [{"label": "banner", "value": "..."}]
    first_seen = models.DateTimeField()  # kept when it reopens
    last_confirmed = models.DateTimeField()
    deadline = models.DateTimeField()  # written once, from `policy`
    policy = models.CharField(max_length=40)  # "deadlines-2026-01-01"
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=20, choices=CloseReason, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    absences = models.PositiveSmallIntegerField(default=0)
    absent_since = models.DateTimeField(null=True, blank=True)
    vulnerabilities = models.ManyToManyField(Vulnerability, through="FindingVulnerability", related_name="findings")

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "address", "port", "transport", "kind", "subject"],
                name="findings_same_weakness_same_row",
            ),
            models.CheckConstraint(
                condition=Q(state=FindingState.OPEN, closed_at=None)
                | (~Q(state=FindingState.OPEN) & Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="findings_closed_has_a_date_and_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "state"], name="findings_of"),
            models.Index(fields=["state", "severity"], name="findings_by_severity"),
            models.Index(fields=["address", "port"], name="findings_by_address"),
            models.Index(fields=["deadline"], condition=Q(state="open"), name="findings_due"),
        ]


class FindingVulnerability(models.Model):
    """A vulnerability behind a product finding, from when to when."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="links")
    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.CASCADE, related_name="finding_links")
    verdict = models.CharField(max_length=12)  # affected or conditional
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "vulnerability"], condition=Q(ended_at=None), name="findings_linked_once"
            )
        ]


class FindingEvent(models.Model):
    """The history of a finding: append-only."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=FindingEventKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    look = models.ForeignKey(Look, null=True, on_delete=models.SET_NULL, related_name="+")  # the proof
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["finding", "id"], name="findings_history")]

    @property
    def reason(self) -> str:
        """Why it ended, in the reader's language; "" for an event that ends nothing."""
        slug = self.detail.get("reason", "")
        return str(CloseReason(slug).label) if slug in CloseReason.values else slug

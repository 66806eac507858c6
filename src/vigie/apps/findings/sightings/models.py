"""What other tools say of an establishment: to be verified, never a finding by itself."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.findings.enums import ScannerTool, Severity, SightingKind, SightingState, UploadState
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, ImportRun
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.scans.models import Look
from vigie.apps.vault.fields import EncryptedField
from vigie.data.sightings import check_of, checks_by_tool


class SightingQuerySet(models.QuerySet["Sighting"]):
    def weaknesses(self) -> Self:
        return self.filter(kind=SightingKind.WEAKNESS)

    def to_verify(self) -> Self:
        return self.filter(state=SightingState.TO_VERIFY)

    def recognised(self) -> Self:
        """Those that a look of ours can judge: they name a CVE, or what one of our checks asks."""
        return self.filter(_judged())

    def unrecognised(self) -> Self:
        """Kept as they were told: no check of ours asks the same."""
        return self.exclude(_judged())

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.EVIDENCE) -> Self:
        """What a tool saw is evidence: those over whom the reader may see evidence."""
        return self.filter(of_establishments(user.scope(right, now)))


def _judged() -> Q:
    told = ~Q(cves=[])
    for tool, checks in checks_by_tool().items():
        if tool in ScannerTool.values:
            told |= Q(tool=tool, identifier__in=list(checks))
    return told


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
    verified_at = models.DateTimeField(null=True, blank=True)  # when a look, or a person, said what it is
    verified_by = models.CharField(max_length=200, blank=True)
    look = models.ForeignKey(Look, null=True, on_delete=models.SET_NULL, related_name="+")  # the one that said it
    words = models.TextField(blank=True)  # why a person said so

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
        indexes = [
            models.Index(fields=["establishment", "address", "port"], name="findings_sighted_at"),
            models.Index(fields=["-last_seen", "-id"], name="findings_sighted_last"),
        ]

    @property
    def check_slug(self) -> str | None:
        """Our check that asks the same."""
        return check_of(self.tool, self.identifier)

    @property
    def is_recognised(self) -> bool:
        return bool(self.cves) or self.check_slug is not None


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, establishment: Establishment) -> Self:
        """Without what they hold: a report may weigh megabytes."""
        return self.filter(establishment=establishment).defer("content")


class Upload(models.Model):
    """A report sent through a page: read first, brought in once a person has seen what it says, then emptied.

    In the database and not in a folder: the worker that reads it may be another machine.
    """

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="uploads")
    file_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()  # bytes, as it was sent
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # what its content is bound to
    # zlib, encrypted: it tells where the weaknesses are. None once nothing more can be done with it.
    content = EncryptedField(purpose="scanner-report", about="uid", null=True)
    state = models.CharField(max_length=8, choices=UploadState, default=UploadState.RECEIVED)
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=200)
    told = models.JSONField(default=dict)  # sightings.previewing.Preview
    reason = models.TextField(blank=True)  # of a refusal, in the words of the reader of the file
    judged_by = models.CharField(max_length=200, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    run = models.OneToOneField(ImportRun, null=True, on_delete=models.PROTECT, related_name="upload")

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "refused", "dropped"]) | Q(content=None), name="findings_upload_emptied"
            ),
            models.CheckConstraint(condition=~Q(state="done") | Q(run__isnull=False), name="findings_upload_has_a_run"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="findings_upload_says_why"),
        ]
        indexes = [models.Index(fields=["establishment", "-id"], name="findings_uploads_of")]

"""What anybody reports of a weakness of an establishment: to be verified, never a truth."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from vigie.apps.findings.models import Sighting
from vigie.apps.registry.models import Establishment
from vigie.apps.vault.fields import EncryptedField

from ..enums import WeaknessState


class WeaknessReportQuerySet(models.QuerySet["WeaknessReport"]):
    def to_read(self) -> Self:
        return self.filter(state=WeaknessState.RECEIVED)

    def under_way(self) -> Self:
        return self.filter(state__in=[WeaknessState.RECEIVED, WeaknessState.VERIFYING])


class WeaknessReport(models.Model):
    """Read by the cell alone. Whoever sent it follows it by its reference and code, and learns its state."""

    reference = models.CharField(max_length=13, unique=True)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # of the form: sent twice, it is one
    language = models.CharField(max_length=5, default="fr")
    email = models.CharField(max_length=254, blank=True)
    address = models.GenericIPAddressField(null=True)  # of the network: how often one place reports
    words = EncryptedField(purpose="weakness-report", about="reference", null=True)  # JSON: field -> text
    establishment = models.ForeignKey(Establishment, null=True, on_delete=models.PROTECT, related_name="+")
    wants_credit = models.BooleanField(default=False)
    is_suspect = models.BooleanField(default=False)  # something filled the field that people do not see
    received_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=WeaknessState, default=WeaknessState.RECEIVED)
    state_since = models.DateTimeField()
    judged_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was closed: for the cell
    is_spam = models.BooleanField(default=False)
    sighting = models.ForeignKey(Sighting, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = WeaknessReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(reason=""), name="incidents_closed_report_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(is_spam=False) | Q(state="closed", words=None), name="incidents_spam_is_emptied"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="incidents_reports"),
            models.Index(fields=["address", "received_at"], name="incidents_reports_from"),
        ]

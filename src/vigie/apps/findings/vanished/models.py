from django.db import models
from django.db.models import Q

from ..enums import FindingKind, VanishedVerdict


class VanishedKind(models.Model):
    """A weakness that many establishments showed last week, and none of them today. While it is open, none ends."""

    kind = models.CharField(max_length=8, choices=FindingKind)
    subject = models.CharField(max_length=250)
    noticed_at = models.DateTimeField()
    since = models.DateTimeField()  # from when on nothing confirmed it: what ended since may have to come back
    findings = models.PositiveIntegerField()  # confirmed the week before, where a look was completed since
    establishments = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=VanishedVerdict, default=VanishedVerdict.OPEN)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.CharField(max_length=200, blank=True)
    brought_back = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "findings"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(verdict="open"), name="findings_vanished_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict="open", judged_at=None) | (~Q(verdict="open") & Q(judged_at__isnull=False)),
                name="findings_vanished_judged_has_a_date",
            ),
        ]

"""What the analysts note of an establishment or of one of its findings, for themselves: append-only."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments

if TYPE_CHECKING:
    from vigie.apps.findings.models import Finding


class NoteQuerySet(models.QuerySet["Note"]):
    def of(self, establishment: Establishment) -> Self:
        return self.filter(establishment=establishment)

    def about(self, finding: "Finding") -> Self:
        return self.filter(finding=finding)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.NOTES) -> Self:
        """The analysts, and the auditor who reads them; never the establishment: its own notes are in the history."""
        return self.filter(of_establishments(user.scope(right, now)))


class Note(models.Model):
    """Written once, never changed nor taken away: a mistake is told by the next one."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="notes")
    finding = models.ForeignKey("findings.Finding", null=True, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="findings_note_says_something")]
        indexes = [models.Index(fields=["establishment", "-id"], name="findings_notes_of")]

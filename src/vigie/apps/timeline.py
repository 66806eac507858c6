"""The two clocks of a fact: when it was so (valid), and when we learnt it (recorded)."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q


class DatedQuerySet(models.QuerySet[Any]):
    def known_at(self, known: datetime) -> Self:
        """What the database held at that instant."""
        return self.filter(recorded_at__lte=known).filter(Q(superseded_at=None) | Q(superseded_at__gt=known))

    def current(self) -> Self:
        """What the database holds today, past validity included."""
        return self.filter(superseded_at=None)

    def in_force(self, day: date) -> Self:
        """What was so on that day; the last day is not included."""
        return self.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))

    def as_of(self, day: date, known: datetime) -> Self:
        return self.known_at(known).in_force(day)


class DatedFact(models.Model):
    """A row is never rewritten: a correction supersedes it, a change closes its validity and adds a row."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_validity_in_order",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("recorded_at")),
                name="%(app_label)s_%(class)s_recording_in_order",
            ),
        ]

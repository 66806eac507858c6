"""The two clocks of a fact: when it was so (valid), and when we learnt it (recorded)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class AsOf:
    """The date that something is read at: a past day is read at its last instant, today is read now."""

    day: date
    moment: datetime
    is_past: bool

    @property
    def query(self) -> str:
        """As an address says it."""
        return f"?as_of={self.day.isoformat()}" if self.is_past else ""


def as_of_day(asked: date | None, now: datetime) -> AsOf:
    """The end of that day in Paris. None, a day to come, or one before 2000, is today."""
    today = timezone.localdate(now)
    if asked is None or asked >= today or asked.year < 2000:
        return AsOf(today, now, False)
    end = datetime.combine(asked + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())
    return AsOf(asked, end - timedelta(microseconds=1), True)


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

    def end(self, day: date, *, now: datetime) -> int:
        """Close the validity of these facts on that day, in the caller's transaction; return how many.

        The row that said "still so" is superseded and a copy that ends is added: asked as it was known before `now`,
        the fact still has no end. A fact that only began on that day or later never was so: it is superseded alone.
        """
        rows = list(self.current())
        self.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(superseded_at=now)
        self.model._default_manager.bulk_create([row.ended_copy(day, now) for row in rows if row.valid_from < day])
        return len(rows)


class DatedManager(models.Manager.from_queryset(DatedQuerySet)):  # type: ignore[misc]
    """Named, so that the type checker still knows it from its cache."""


class DatedFact(models.Model):
    """A row is never rewritten: a correction supersedes it; a change supersedes it too, by a row that ends."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = DatedManager()

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

    def ended_copy(self, day: date, now: datetime) -> Self:
        """The same fact with its last day, as learnt now; not saved."""
        values = {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}
        del values["id"]
        return type(self)(**{**values, "valid_until": day, "recorded_at": now, "superseded_at": None})

"""Levels as they were computed: never rewritten, each with the method, the hash and the trace that made it."""

from django.db import models
from django.db.models import F, Q

from .enums import Letter, SubjectKind


class Level(models.Model):
    """The exposure of one subject from `at` until the next row: a level that does not change adds no row."""

    subject_kind = models.CharField(max_length=14, choices=SubjectKind)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField()  # last computation that gave the same inputs
    low = models.PositiveSmallIntegerField()  # 0-100
    high = models.PositiveSmallIntegerField()
    letter = models.CharField(max_length=1, choices=Letter, blank=True)
    known = models.PositiveIntegerField()  # coverage, as the fraction that it is
    total = models.PositiveIntegerField()
    method = models.CharField(max_length=40)  # "exposure-2026-01-01"
    inputs_sha256 = models.CharField(max_length=64)
    trace = models.JSONField()  # engine.level.Trace, by msgspec

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__lte=F("high"), high__lte=100), name="observatory_interval_in_order"
            ),
            models.CheckConstraint(condition=Q(known__lte=F("total")), name="observatory_coverage_in_order"),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-at"], name="observatory_latest")]

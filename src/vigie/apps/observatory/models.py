"""Levels as they were computed: never rewritten, each with the method, the hash and the trace that made it."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.registry.scopes import Viewer

from .enums import Letter, SubjectKind


def _ids(model: type[Establishment | Group | Territory], user: Viewer, now: datetime) -> models.QuerySet[Any, Any]:
    return model.objects.visible_to(user, now).order_by().values("pk")


class LevelQuerySet(models.QuerySet["Level"]):
    def of(self, kind: str, ids: "list[int] | None" = None) -> Self:
        """Levels of one kind of subject, of all of them when `ids` is None."""
        found = self.filter(subject_kind=kind)
        return found if ids is None else found.filter(subject_id__in=ids)

    def current(self) -> Self:
        """The last level of each subject."""
        return self._last(Level.objects.all())

    def as_of(self, when: datetime) -> Self:
        """The level of each subject as it was published at that instant."""
        return self._last(Level.objects.filter(at__lte=when))

    def visible_to(self, user: Viewer, now: datetime) -> Self:
        """Of establishments, of groups and of territories: each by the right that its subject asks for."""
        return self.filter(
            Q(subject_kind=SubjectKind.ESTABLISHMENT, subject_id__in=_ids(Establishment, user, now))
            | Q(subject_kind=SubjectKind.GROUP, subject_id__in=_ids(Group, user, now))
            | Q(subject_kind=SubjectKind.TERRITORY, subject_id__in=_ids(Territory, user, now))
        )

    def _last(self, among: models.QuerySet["Level"]) -> Self:
        same = among.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
        return self.filter(pk=Subquery(same.order_by("-at", "-id").values("pk")[:1]))


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

    objects = LevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__lte=F("high"), high__lte=100), name="observatory_interval_in_order"
            ),
            models.CheckConstraint(condition=Q(known__lte=F("total")), name="observatory_coverage_in_order"),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-at"], name="observatory_latest")]

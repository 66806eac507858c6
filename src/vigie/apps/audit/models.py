"""Who did what, when: append-only, and sealed into a hash chain by one sealer."""

from typing import Any, NoReturn

from django.db import models


class AppendOnly(Exception):
    """Something tried to change or delete a line of the audit trail."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A bug cannot rewrite the trail; whoever holds the database can, and the chain then tells it."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly


class AppendOnlyManager(models.Manager.from_queryset(AppendOnlyQuerySet)):  # type: ignore[misc]
    """Named, so that the type checker still knows it from its cache."""


class AppendOnlyModel(models.Model):
    objects = AppendOnlyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly


class Event(AppendOnlyModel):
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)  # "user:3 admin@...", "worker", "cli:alice": text on purpose
    kind = models.SlugField(max_length=80)  # "campaign-started", "mandate-granted"
    subject_type = models.CharField(max_length=40, blank=True)  # "establishment"
    subject_id = models.BigIntegerField(null=True, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["kind", "-id"], name="audit_by_kind"),
        ]


class Seal(AppendOnlyModel):
    """One link of the chain. Its place is the order of sealing: numbers of events may be committed out of order."""

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3...: a second sealer collides here and gives way
    # A number and not a key: the link must outlive the event, else a removed event would take its proof along.
    event = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the event alone: tells which one was altered
    sha256 = models.CharField(max_length=64)  # SHA-256 of the link before, the number of the event, and its digest
    sealed_at = models.DateTimeField()

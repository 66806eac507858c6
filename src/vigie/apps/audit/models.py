"""Who did what, when: append-only. Sealing into a hash chain reads `id` order; nothing here is ever updated."""

from django.db import models


class Event(models.Model):
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

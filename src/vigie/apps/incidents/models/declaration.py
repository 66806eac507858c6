"""What one structure said of an incident: as typed while it is a draft, then in versions that are never rewritten."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.accounts.models import User
from vigie.apps.audit.models import AppendOnlyModel
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.vault.fields import EncryptedField

from ..enums import AttachmentState, ReceivedBy, VersionKind
from .incident import Incident


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def submitted(self) -> Self:
        return self.filter(submitted_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(submitted_at=None)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.INCIDENTS) -> Self:
        """Those of the reader's establishments, once somebody answers for them: anybody can name any hospital."""
        scope = user.scope(right, now)
        if scope.nation:
            return self.submitted()
        allowed = of_establishments(replace(scope, essential=False)) & Q(confirmed_at__isnull=False)
        if scope.essential:
            allowed |= Q(incident__escalated_at__isnull=False)
        return self.submitted().filter(allowed)


class Declaration(models.Model):
    """Known by a reference that tells nothing; opened by its code, which is drawn from its key and kept nowhere."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="declarations")
    reference = models.CharField(max_length=13, unique=True)  # "7K3QM-9XT4R-H"
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # of the form: sent twice, declared once
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="declarations")
    establishment = models.ForeignKey(Establishment, null=True, on_delete=models.PROTECT, related_name="declarations")
    received_by = models.CharField(max_length=10, choices=ReceivedBy)
    language = models.CharField(max_length=5, default="fr")
    email = models.CharField(max_length=254, blank=True)  # where its declarant is written to
    address = models.GenericIPAddressField(null=True, blank=True)  # of who had no account: how often one place asks
    draft = EncryptedField(purpose="declaration-draft", about="reference", null=True)  # JSON of what is typed
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()  # the last time that something typed was kept
    received_at = models.DateTimeField(null=True, blank=True)  # when it was really received: by telephone, earlier
    submitted_at = models.DateTimeField(null=True, blank=True)  # when it was recorded
    recorded_by = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # an account, an address or an analyst answers for it
    resolved_at = models.DateTimeField(null=True, blank=True)  # as declared
    is_unanswered = models.BooleanField(default=False)  # its receipt is not planned yet: the worker plans many at once

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at=None, received_at=None, confirmed_at=None)
                | Q(submitted_at__isnull=False, received_at__isnull=False, received_at__lte=F("submitted_at")),
                name="incidents_submitted_was_received",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(draft=None), name="incidents_submitted_is_no_draft"
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "-received_at"], name="incidents_declared_by"),
            models.Index(fields=["address", "started_at"], name="incidents_from_one_place"),
            models.Index(fields=["saved_at"], condition=Q(submitted_at=None), name="incidents_drafts"),
            models.Index(fields=["id"], condition=Q(is_unanswered=True), name="incidents_to_write_back"),
        ]


class DeclarationVersion(AppendOnlyModel):
    """What was said, whole, at one time. The words rest encrypted; the choices are what rules and figures read."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()  # 1, 2, 3...
    kind = models.CharField(max_length=10, choices=VersionKind)
    at = models.DateTimeField()  # when it was received
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=200)
    choices = models.JSONField()  # field -> slug; "natures" -> list of slugs; moments in ISO 8601; numbers or null
    words = EncryptedField(purpose="declaration-words", about="declaration_id")  # JSON: field -> text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["declaration", "number"], name="incidents_version_once")]


class Attachment(models.Model):
    """A file given with a declaration: what it is. Its bytes are apart, encrypted, never served as what they say."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="attachments")
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)  # as given, for people
    media_type = models.CharField(max_length=80)  # as found in its bytes, never as told
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=AttachmentState, default=AttachmentState.KEPT)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    purged_at = models.DateTimeField(null=True, blank=True)
    purged_by = models.CharField(max_length=200, blank=True)
    purge_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["declaration", "sha256"], name="incidents_attachment_once"),
            models.CheckConstraint(
                condition=~Q(state="purged") | (Q(purged_at__isnull=False) & ~Q(purge_reason="")),
                name="incidents_purged_has_a_reason",
            ),
        ]


class AttachmentBody(models.Model):
    """Deleted by a purge; what it was stays told by its attachment."""

    attachment = models.OneToOneField(Attachment, primary_key=True, on_delete=models.CASCADE, related_name="body")
    content = EncryptedField(purpose="attachment", about="attachment_id")


class WrongReference(models.Model):
    """Somebody asked for what does not exist, or with a wrong code: guessing is slowed down by place."""

    address = models.GenericIPAddressField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "at"], name="incidents_guesses")]

"""A key that a person made for a program. Only the hash of it is stored."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.apps.accounts.enums import TokenScope


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def in_force(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class AccessToken(models.Model):
    """It opens what its owner may see or do at that moment, never more. Revoked, never edited."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80)  # which program holds it, in its owner's words
    token_sha256 = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=4, choices=TokenScope)
    proved = models.BooleanField()  # made by somebody who had passed a second factor
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True)  # the one in which `asked` was counted
    asked = models.PositiveIntegerField(default=0)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_token_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="accounts_token_has_a_name"),
        ]
        indexes = [models.Index(fields=["user"], condition=Q(revoked_at=None), name="accounts_tokens_of")]

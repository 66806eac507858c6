"""Whose token is it, and which tokens does a person have?"""

from datetime import datetime

from django.db.models import QuerySet

from vigie.apps.accounts.models import User
from vigie.apps.accounts.queries import token_sha256

from .models import AccessToken


def token_in_force(token: str, now: datetime) -> AccessToken | None:
    return AccessToken.objects.in_force(now).select_related("user").filter(token_sha256=token_sha256(token)).first()


def tokens_of(user: User, now: datetime) -> "QuerySet[AccessToken]":
    """Those in force, the latest first."""
    return AccessToken.objects.in_force(now).filter(user=user).order_by("-created_at", "-pk")

"""Whose identity it is: an account that has linked it before, by a person who was signed in there. ADR 16."""

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.apps.accounts.actions import actor
from vigie.apps.accounts.models import User
from vigie.apps.audit.actions import record

from .flow import Identity
from .models import OpenIdLink
from .refusals import OpenIdRefused, Reason


class LinkTaken(Exception):
    """This identity opens another account, or this account has one already."""


@transaction.atomic
def sign_in(*, identity: Identity, now: datetime) -> User:
    """Return whose account this identity opens; raise OpenIdRefused. An account is never made."""
    mine = OpenIdLink.objects.select_related("user").filter(issuer=identity.issuer, subject=identity.subject)
    link = mine.select_for_update().first()
    if link is None:
        raise OpenIdRefused(Reason.UNKNOWN)
    if not link.user.is_active:
        raise OpenIdRefused(Reason.CLOSED)
    link.last_used_at = now
    link.save(update_fields=["last_used_at"])
    record(kind="signed-in", by=actor(link.user), at=now, subject=link.user, how="openid", strength=_told(identity))
    return link.user


def _told(identity: Identity) -> list[str]:
    return sorted(one[:120] for one in identity.strength)[:8]


@transaction.atomic
def note_refused(*, refused: OpenIdRefused, address: str, now: datetime) -> None:
    record(
        kind="sign-in-failed",
        by="anonymous",
        at=now,
        address=address,
        how="openid",
        reason=refused.reason.value,
        detail=refused.detail[:200],
    )


@transaction.atomic
def link(*, user: User, issuer: str, subject: str, email: str, by: str, now: datetime) -> OpenIdLink:
    """Let this identity open this account from now on; raise LinkTaken."""
    try:
        with transaction.atomic():
            made = OpenIdLink.objects.create(user=user, issuer=issuer, subject=subject, email=email, linked_at=now)
    except IntegrityError as error:
        raise LinkTaken from error
    record(kind="openid-linked", by=by, at=now, subject=user, issuer=issuer)
    return made


@transaction.atomic
def unlink(*, user: User, issuer: str, by: str, now: datetime) -> bool:
    """Take the identity away; False when there was none."""
    removed, _ = OpenIdLink.objects.filter(user=user, issuer=issuer).delete()
    if removed:
        record(kind="openid-unlinked", by=by, at=now, subject=user, issuer=issuer)
    return bool(removed)

"""Make a token, take it back, and count what is asked with it."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from vigie.apps.accounts.enums import TokenScope
from vigie.apps.accounts.models import User
from vigie.apps.accounts.queries import token_sha256
from vigie.apps.audit.actions import record

from .models import AccessToken

PREFIX = "vigie_"  # so that whatever looks for secrets in files knows one when it sees it
MOST, LONGEST = 20, timedelta(days=365)
# A program that reads every list once fits in; one that asks in a loop by mistake does not disturb the pages.
PER_MINUTE = 600


class TokenRefused(Exception):
    """One sentence for the person who asked; `field` is which answer it is about, or empty."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scope: TokenScope | str,
    lifetime: timedelta,
    proved: bool,
    compulsory: bool,
    by: str,
    now: datetime,
) -> tuple[AccessToken, str]:
    """Return the row and the token itself, which is shown once. Raise TokenRefused.

    `proved` is whether this person has passed a second factor; `compulsory` whether the installation asks for one.
    """
    told = "".join(c for c in name if c.isprintable()).strip()[:80]
    if not told:
        raise TokenRefused(_("Name the program that will hold it."), "name")
    if compulsory and not proved:
        raise TokenRefused(_("Pass a second factor first: a token opens what it protects."))
    if not timedelta() < lifetime <= LONGEST:
        raise TokenRefused(_("A token lasts a year at most."), "days")
    if AccessToken.objects.in_force(now).filter(user=user).count() >= MOST:
        raise TokenRefused(_("You have %(n)d tokens in force: revoke one first.") % {"n": MOST})
    token = PREFIX + secrets.token_urlsafe(32)
    row = AccessToken.objects.create(
        user=user,
        name=told,
        token_sha256=token_sha256(token),
        scope=TokenScope(scope),
        proved=proved,
        created_at=now,
        expires_at=now + lifetime,
    )
    until = row.expires_at.isoformat()
    record(kind="token-created", by=by, at=now, subject=row, name=told, scope=row.scope, until=until)
    return row, token


@transaction.atomic
def revoke_token(*, user: User, pk: int, by: str, now: datetime) -> bool:
    """End one token of this person at once; False when there is none of that number in force."""
    if not AccessToken.objects.in_force(now).filter(user=user, pk=pk).update(revoked_at=now):
        return False
    record(kind="token-revoked", by=by, at=now, subject=user, token=pk)
    return True


@transaction.atomic
def revoke_all_tokens(*, user: User, by: str, now: datetime) -> int:
    ended = AccessToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    record(kind="tokens-revoked", by=by, at=now, subject=user, tokens=ended)
    return ended


@transaction.atomic
def note_deed(*, token: AccessToken, by: str, path: str, now: datetime) -> None:
    """Tell that something was changed with a token: what it was is the event beside this one."""
    record(kind="token-acted", by=by, at=now, subject=token, path=path[:300])


def count_request(*, token: AccessToken, now: datetime) -> timedelta | None:
    """Count one request in this minute; return how long to wait when the minute is full, None when it is not."""
    minute = now.replace(second=0, microsecond=0)
    row = AccessToken.objects.filter(pk=token.pk)
    if row.filter(minute=minute, asked__lt=PER_MINUTE).update(asked=F("asked") + 1, last_used_at=now):
        return None
    if row.filter(Q(minute=None) | Q(minute__lt=minute)).update(minute=minute, asked=1, last_used_at=now):
        return None
    # Two machines may not agree on the minute: the later one rules.
    return max(timedelta(seconds=1), minute + timedelta(minutes=1) - now)

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from vigie.apps.audit.actions import record

from . import second_factor, sessions
from .enums import RoleKind
from .granting import RoleRefused, Target, delegate, end_role, grant_role, refuse_oneself
from .models import Role, SignInFailure, SignInLink, User
from .queries import email_sha256, token_sha256
from .signals import started_again
from .tokens.actions import revoke_all_tokens

__all__ = [
    "INVITATION", "LinkRefused", "RoleRefused", "actor", "choose_password", "close_account",
    "create_sign_in_link", "delegate", "end_role", "forget_old_links",
    "grant_first_roles", "grant_role", "invite", "note_failed_sign_in", "note_read", "note_sign_in",
    "open_account", "refuse_new_start", "refuse_oneself", "start_again", "use_sign_in_link",
]  # fmt: skip

INVITATION = timedelta(days=7)  # to open the mail and sign in once; afterwards another is asked for
KEEP_FAILURES = timedelta(days=1)
KEEP_LINKS = timedelta(days=1)


class LinkRefused(Exception):
    """The link does not exist, was used, or is too old: which of the three is not told."""


@transaction.atomic
def create_sign_in_link(*, user: User, now: datetime, lifetime: timedelta) -> str:
    """Return the token of a link that signs in once before `lifetime` has passed; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_sha256=token_sha256(token), created_at=now, expires_at=now + lifetime)
    record(kind="sign-in-link-created", by="system", at=now, subject=user)
    return token


@transaction.atomic
def invite(
    *, email: str, name: str, kind: str, over: Target, until: datetime | None, by: str, now: datetime
) -> "tuple[Role, str | None]":
    """Make the account when it is new and give the role; return it with the token of a link that signs in once.

    The token is None for an account that there was: else whoever may invite would get into anybody's.
    """
    known = User.objects.filter(email__iexact=email.strip()).first()
    user = known or User.objects.create_user(email.strip(), name=name.strip())
    if not user.is_active:
        raise RoleRefused(_("This account is closed."))
    role = grant_role(user=user, kind=kind, over=over, valid_until=until, by=by, now=now)
    token = None if known else create_sign_in_link(user=user, now=now, lifetime=INVITATION)
    record(kind="invited", by=by, at=now, subject=user, role=role.pk)
    return role, token


@transaction.atomic
def start_again(*, user: User, by: str, now: datetime) -> str:
    """Forget the second factors of somebody who lost them, end their sessions; return a token good for an hour.

    Whoever holds the token gets in: the owner and their security officers are told, and any of them can refuse it.
    """
    second_factor.forget_proofs(user=user, by=by, now=now)
    sessions.end_all_sessions(user=user, by=by, now=now)
    revoke_all_tokens(user=user, by=by, now=now)
    record(kind="account-started-again", by=by, at=now, subject=user)
    started_again.send(sender=None, user=user, by=by, now=now)
    return create_sign_in_link(user=user, now=now, lifetime=timedelta(hours=1))


@transaction.atomic
def refuse_new_start(*, user: User, by: str, now: datetime) -> None:
    """It was not asked for: nobody gets in by this account any more, until it is opened again."""
    SignInLink.objects.filter(user=user, used_at=None).delete()
    second_factor.forget_proofs(user=user, by=by, now=now)
    revoke_all_tokens(user=user, by=by, now=now)
    close_account(user=user, by=by, now=now)
    record(kind="new-start-refused", by=by, at=now, subject=user)


def forget_old_links(*, now: datetime) -> int:
    """Drop the links that were used or are too old, a day after; the trail keeps that they were. Return how many."""
    old = Q(used_at__lt=now - KEEP_LINKS) | Q(expires_at__lt=now - KEEP_LINKS)
    return SignInLink.objects.filter(old).delete()[0]


@transaction.atomic
def close_account(*, user: User, by: str, now: datetime) -> None:
    """Nobody signs in by it any more, at once; its roles stay, and hold nothing while it is closed."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    sessions.end_all_sessions(user=user, by=by, now=now)
    record(kind="account-closed", by=by, at=now, subject=user)


@transaction.atomic
def open_account(*, user: User, by: str, now: datetime) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)
    record(kind="account-opened", by=by, at=now, subject=user)


@transaction.atomic
def grant_first_roles(*, user: User, by: str, now: datetime) -> None:
    """To whoever sets an installation up: to administer it, and to see its pages until others are invited.

    Only while nobody else was given a role: run again later, it gives back nothing that was taken away.
    """
    if Role.objects.exists():
        return
    for kind in (RoleKind.TECHNICAL_ADMINISTRATOR, RoleKind.NATIONAL_ANALYST):
        grant_role(user=user, kind=kind, by=by, now=now)


@transaction.atomic
def use_sign_in_link(*, token: str, now: datetime) -> User:
    """Use a link up and return whose it is; raise LinkRefused when it cannot be used."""
    usable = SignInLink.objects.filter(
        token_sha256=token_sha256(token), used_at=None, expires_at__gt=now, user__is_active=True
    )
    # The update is the claim: of two requests that carry the same token, one is refused.
    if usable.update(used_at=now) != 1:
        raise LinkRefused
    user = SignInLink.objects.select_related("user").get(token_sha256=token_sha256(token)).user
    record(kind="signed-in", by=actor(user), at=now, subject=user, how="link")
    return user


@transaction.atomic
def note_sign_in(*, user: User, now: datetime) -> None:
    SignInFailure.objects.filter(email_sha256=email_sha256(user.email)).delete()
    record(kind="signed-in", by=actor(user), at=now, subject=user, how="password")


@transaction.atomic
def note_failed_sign_in(*, email: str, address: str, now: datetime) -> None:
    SignInFailure.objects.filter(at__lt=now - KEEP_FAILURES).delete()
    SignInFailure.objects.create(email_sha256=email_sha256(email), address=address, at=now)
    record(kind="sign-in-failed", by="anonymous", at=now, address=address)


@transaction.atomic
def choose_password(*, user: User, password: str, now: datetime) -> None:
    """Store a password that was found good; every other session of this person ends by it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    record(kind="password-chosen", by=actor(user), at=now, subject=user)


@transaction.atomic
def note_read(*, by: str, path: str, taken_away: bool, now: datetime) -> None:
    """Tell that a page was read by an auditor, or that a list was taken away; the filters may hold names: not kept."""
    record(kind="list-taken-away" if taken_away else "page-read", by=by, at=now, path=path[:300])


def actor(user: User) -> str:
    """How a person is named in the audit trail: text, because accounts go and the trail stays."""
    return f"user:{user.pk} {user.email}"

"""Who is asked to sign a mandate, and how a director without an account gets in.

Two persons are needed: whoever asks is neither who wrote down nor who confirmed where the director is reached. An
officer could else invite himself under another address, and sign his own mandate.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from vigie.apps.accounts import actions as accounts
from vigie.apps.accounts.enums import RoleKind
from vigie.apps.accounts.models import Role, User
from vigie.apps.audit.actions import record
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import ContactRole, NoticeKind
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.notices.queries import contacts_of
from vigie.apps.registry.models import Establishment

from .models import Asset, Mandate

OPENS = "/sign/"
LIFETIME = timedelta(days=7)  # of the link, as long as any invitation


class Asked(StrEnum):
    TOLD = "told"  # a director who has an account
    INVITED = "invited"  # a director who is a contact, and has none
    NOBODY = "nobody"  # no director is known: the service that runs Vigie invites one
    SAME_PERSON = "same_person"  # who asks wrote down where the director is: somebody else must confirm it


class SignatureLinkRefused(Exception):
    """The link to the signature does not exist, was used, or is too old."""


@transaction.atomic
def ask_director(*, establishment: Establishment, by: str, now: datetime) -> Asked:
    """Write to the directors that a mandate waits for them; once a day to each."""
    answer = _ask(establishment, by, now)
    record(kind="signature-asked", by=by, at=now, subject=establishment, outcome=answer.value)
    return answer


def _ask(establishment: Establishment, by: str, now: datetime) -> Asked:
    known = directors(establishment, now)
    for user in known:
        _write(f"user:{user.pk}", user.email, user.language, establishment, now)
    if known:
        return Asked.TOLD
    contacts = contacts_of({"establishment": establishment.pk}, now.date())
    reached = [one for one in contacts if one.role == ContactRole.DIRECTOR and one.email and one.verified_at]
    invited = [one for one in reached if by not in {one.recorded_by, one.verified_by}]
    for contact in invited:
        _write(f"contact:{contact.pk}", contact.email, contact.language, establishment, now)
    if invited:
        return Asked.INVITED
    return Asked.SAME_PERSON if reached else Asked.NOBODY


def _write(who: str, address: str, language: str, establishment: Establishment, now: datetime) -> None:
    notices.plan_message(
        key=f"signature:{establishment.pk}:{who}:{now.date()}",
        address=address,
        language=language,
        kind=NoticeKind.SIGNATURE,
        opens=OPENS,
        urgent=False,
        now=now,
    )


def directors(establishment: Establishment, now: datetime) -> list[User]:
    """Those who may sign for this very establishment and have an account."""
    held = establishment.roles.filter(kind=RoleKind.ESTABLISHMENT_DIRECTOR)
    in_force = {role.user_id for role in held.select_related("delegated_from") if role.is_in_force(now)}
    return list(User.objects.filter(pk__in=in_force, is_active=True).order_by("pk"))


def asked_for(notice: Notice, now: datetime) -> tuple[Establishment, Contact | None]:
    """Whose mandate waits, and the contact who is invited; None for a director who has an account.

    Raise SignatureLinkRefused when the link is too old, or its contact is no longer one.
    """
    _kind, establishment, who, number, _day = notice.key.split(":")
    if now >= notice.planned_at + LIFETIME:
        raise SignatureLinkRefused
    one = Establishment.objects.get(pk=int(establishment))
    if who == "user":
        return one, None
    contact = contacts_of({"establishment": one.pk}, now.date()).filter(pk=int(number), email=notice.address).first()
    if contact is None:
        raise SignatureLinkRefused
    return one, contact


@transaction.atomic
def accept_invitation(*, notice: Notice, now: datetime) -> str | None:
    """The invited director presses the button, once: return the token of a link that signs in.

    None for whoever has an account under that address already: they sign in as before, with one role more.
    """
    establishment, contact = asked_for(notice, now)
    if contact is None or not notices.acknowledge(notice=notice, by=f"contact:{contact.pk} {contact.name}", now=now):
        raise SignatureLinkRefused
    try:
        _role, token = accounts.invite(
            email=contact.email,
            name=contact.name,
            kind=RoleKind.ESTABLISHMENT_DIRECTOR,
            over=establishment,
            until=None,
            by=f"contact:{contact.pk} {contact.name}",
            now=now,
        )
    except accounts.RoleRefused as refused:
        raise SignatureLinkRefused from refused
    return token


def unsigned(now: datetime) -> "QuerySet[Any]":
    """Who declared what is theirs, and whose director has not signed: the longest declared first.

    Each with `declared_at`, `asked_at` (when a director was last written to, None: never), `has_director` (an account
    may sign) and `has_contact` (a director whose address is confirmed can be written to).
    """
    signed = Mandate.objects.filter(establishment=OuterRef("pk"), withdrawn_at=None, valid_until__gt=now)
    written = Notice.objects.filter(kind=NoticeKind.SIGNATURE, key__startswith=Concat(
        Value("signature:"), Cast(OuterRef("pk"), CharField()), Value(":"), output_field=CharField()
    ))  # fmt: skip
    account = Role.objects.in_force(now).filter(
        establishment=OuterRef("pk"), kind=RoleKind.ESTABLISHMENT_DIRECTOR, user__is_active=True
    )
    reached = Contact.objects.current().filter(
        establishment=OuterRef("pk"), role=ContactRole.DIRECTOR, verified_at__isnull=False
    )
    declared = Asset.objects.as_of(now.date(), now).filter(establishment=OuterRef("pk"))
    return (
        Establishment.objects.filter(Exists(declared), ~Exists(signed), closed_on=None)
        .annotate(
            declared_at=Subquery(declared.order_by("recorded_at").values("recorded_at")[:1]),
            asked_at=Subquery(written.order_by("-planned_at").values("planned_at")[:1]),
            has_director=Exists(account),
            has_contact=Exists(reached),
        )
        .order_by("declared_at", "pk")
    )


def directors_to_invite(now: datetime) -> "QuerySet[Any]":
    """Those of whom nobody has an account that may sign."""
    return unsigned(now).filter(has_director=False)

"""Who may sign in now, and who may do what over an establishment?"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils import timezone

from vigie.apps.audit.models import Event
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Membership, Territory

from .enums import RoleKind, ScopeKind
from .models import Role, SignInFailure, SignInLink, User
from .rights import RIGHTS

# Five tries are enough for a person who hesitates; a guesser gets 480 a day from one place, and a thousand places
# get no more than 20 in a quarter of an hour on one account.
WINDOW = timedelta(minutes=15)
MOST_HERE, MOST_ON_ACCOUNT, MOST_FROM_ADDRESS = 5, 20, 40


def email_sha256(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def locked_until(*, email: str, address: str, now: datetime) -> datetime | None:
    """When this account may be tried again from this address; None when it may now."""
    account = Q(email_sha256=email_sha256(email))
    recent = SignInFailure.objects.filter(Q(address=address) | account, at__gt=now - WINDOW)
    seen = recent.aggregate(
        here=Count("id", filter=account & Q(address=address)),
        account=Count("id", filter=account),
        address=Count("id", filter=Q(address=address)),
        last=Max("at"),
    )
    if seen["here"] < MOST_HERE and seen["account"] < MOST_ON_ACCOUNT and seen["address"] < MOST_FROM_ADDRESS:
        return None
    last: datetime = seen["last"]
    return last + WINDOW


def user_by_email(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.strip(), is_active=True).first()


def link_is_usable(*, token: str, now: datetime) -> bool:
    links = SignInLink.objects.filter(token_sha256=token_sha256(token), used_at=None, expires_at__gt=now)
    return links.filter(user__is_active=True).exists()


def people_over(establishment: Establishment, right: Right, now: datetime) -> QuerySet[User]:
    """Those who have this right over this establishment now, by name."""
    groups = Membership.objects.current().in_force(timezone.localdate(now)).filter(establishment=establishment)
    place = establishment.department
    over = (
        Q(scope_kind=ScopeKind.NATION)
        | Q(establishment=establishment)
        | Q(group__in=groups.values("group"))
        | Q(territory__in=[place.pk, place.parent_id] if place else [])
    )
    kinds = [kind for kind, rights in RIGHTS.items() if right in rights]
    held = Role.objects.in_force(now).filter(over, kind__in=kinds)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "email")


def colleagues(user: User, right: Right, now: datetime) -> QuerySet[User]:
    """Others who have this right over the very places over which this person has it, by name."""
    scope = user.scope(right, now)
    over = Q(establishment__in=scope.establishments) | Q(group__in=scope.groups)
    kinds = [kind for kind, rights in RIGHTS.items() if right in rights]
    held = Role.objects.in_force(now).filter(Q(scope_kind=ScopeKind.NATION) if scope.nation else over, kind__in=kinds)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(pk=user.pk).order_by("name", "email")


ANSWERABLE = (RoleKind.ESTABLISHMENT_OFFICER, RoleKind.ESTABLISHMENT_DIRECTOR, RoleKind.GROUP_OFFICER)


def answerable_for(user: User, now: datetime) -> QuerySet[User]:
    """Whoever answers for what this account reaches: officers and directors of the same places, duty managers."""
    held = Role.objects.in_force(now)
    same = Q(establishment__in=held.filter(user=user, establishment__isnull=False).values("establishment")) | Q(
        group__in=held.filter(user=user, group__isnull=False).values("group")
    )
    kinds = held.filter(same, kind__in=ANSWERABLE) | held.filter(kind=RoleKind.DUTY_MANAGER)
    return User.objects.filter(is_active=True, pk__in=kinds.values("user")).exclude(pk=user.pk).order_by("pk")


class NotInRegistry(Exception):
    """What a role would be given over is not there; holds what was written."""


def over_named(text: str) -> Establishment | Group | Territory | None:
    """A FINESS number, `group:CODE`, `region:CODE`, `department:CODE`, or `nation`, which is None."""
    if text == "nation":
        return None
    kind, colon, code = text.partition(":")
    found: Establishment | Group | Territory | None
    if not colon:
        found = Establishment.objects.filter(finess=text.upper()).first()
    elif kind == "group":
        found = Group.objects.filter(code=code).order_by("kind").first()
    else:
        found = Territory.objects.filter(kind=kind, code=code).first()
    if found is None:
        raise NotInRegistry(text)
    return found


def people(now: datetime) -> QuerySet[User]:
    """Everybody who has an account, with the roles that are in force (`current_roles`), by name."""
    beside = Role.objects.in_force(now).select_related("establishment", "group", "territory").order_by("pk")
    return User.objects.prefetch_related(Prefetch("roles", beside, to_attr="current_roles")).order_by("name", "email")


def failures_of(emails: Iterable[str], now: datetime) -> dict[str, int]:
    """E-mail address -> tries that failed in the last quarter of an hour, from anywhere; those without are left out."""
    hashes = {email_sha256(email): email for email in emails}
    rows = SignInFailure.objects.filter(email_sha256__in=hashes, at__gt=now - WINDOW).order_by()
    counted = rows.values_list("email_sha256").annotate(n=Count("pk"))
    return {hashes[one]: count for one, count in counted}


def providers_of(establishment: Establishment, now: datetime) -> QuerySet[Role]:
    """Those that this establishment named, and whose role has not ended."""
    rows = Role.objects.filter(kind=RoleKind.PROVIDER, establishment=establishment, ended_at=None)
    return rows.exclude(valid_until__lte=now).select_related("user").order_by("user__name", "user__email")


def trail(user: User, now: datetime) -> QuerySet[Event]:
    """The events that this person may read: all, or those about the establishments of their role."""
    rows: QuerySet[Event] = Event.objects.all()
    if user.scope(Right.TRAIL, now).nation:
        return rows
    mine = Establishment.objects.visible_to(user, now, Right.TRAIL).order_by().values("pk")
    return rows.filter(subject_type="establishment", subject_id__in=mine)

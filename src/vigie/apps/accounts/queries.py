"""Who may sign in now, and who may do what over an establishment?"""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Membership

from .enums import ScopeKind
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

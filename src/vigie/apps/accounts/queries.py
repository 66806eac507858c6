"""Who may sign in now?"""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from .models import SignInFailure, SignInLink, User

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

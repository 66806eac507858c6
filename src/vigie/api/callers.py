"""Who asks: a program with a token, or a person with the session of their browser."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from ninja.utils import check_csrf

from vigie.apps.accounts.actions import actor
from vigie.apps.accounts.models import User
from vigie.apps.accounts.sessions import BOUND, owes_a_proof
from vigie.apps.accounts.tokens.actions import count_request
from vigie.apps.accounts.tokens.models import AccessToken
from vigie.apps.accounts.tokens.queries import token_in_force

from .problems import Problem

MOST_TOKEN = 200  # characters: a header may be long, and is hashed


@dataclass(frozen=True, slots=True)
class Caller:
    user: User
    token: AccessToken | None  # None is a session

    @property
    def by(self) -> str:
        """As the audit trail and the histories name them: a token acts in the name of its owner."""
        return actor(self.user)

    @property
    def is_read_only(self) -> bool:
        return self.token is not None and self.token.scope == "read"


def whoever(request: HttpRequest, now: datetime, *, acts: bool) -> Caller:
    """Raise Problem when nobody is named, or when who is named may not do it in this way."""
    header = request.headers.get("Authorization", "")
    caller = _by_token(header, now) if header else _by_session(request, now)
    if acts and caller.is_read_only:
        raise Problem("read-only")
    if caller.token is None and request.method not in {"GET", "HEAD", "OPTIONS"} and check_csrf(request) is not None:
        raise Problem("form-expired")
    return caller


def _by_token(header: str, now: datetime) -> Caller:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= MOST_TOKEN:
        raise Problem("unauthenticated")
    found = token_in_force(token.strip(), now)
    if found is None:
        raise Problem("unauthenticated")
    if settings.SECOND_FACTOR_REQUIRED and not found.proved:
        raise Problem("second-factor")
    wait = count_request(token=found, now=now)
    if wait is not None:
        raise Problem("too-many", headers={"Retry-After": str(max(1, round(wait.total_seconds())))})
    return Caller(found.user, found)


def _by_session(request: HttpRequest, now: datetime) -> Caller:
    user = request.user
    if not isinstance(user, User):
        raise Problem("unauthenticated")
    if owes_a_proof(request.session.get(BOUND, {}), user, now, compulsory=settings.SECOND_FACTOR_REQUIRED):
        raise Problem("second-factor")
    return Caller(user, None)

"""A session belongs to the browser that opened it, and ends twelve hours later whatever is done meanwhile."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from vigie.apps.accounts import sessions
from vigie.apps.accounts.actions import actor
from vigie.apps.accounts.models import User
from vigie.apps.accounts.second_factor import is_enrolled
from vigie.apps.accounts.sessions import BOUND, LONGEST, agent_sha256, must_enrol, note_opened, note_refused
from vigie.web.components.page import address_of

__all__ = ["BOUND", "BoundSessionMiddleware", "bind", "must_enrol", "owes_a_proof", "prove", "rename"]


def bind(request: HttpRequest, user: User, now: datetime) -> None:
    """Tie the session to this browser; call it once somebody has signed in."""
    request.session[BOUND] = {
        "agent": agent_sha256(_agent(request)),
        "opened": now.isoformat(),
        "enrolled": is_enrolled(user),
        "proved": False,
    }
    if request.session.session_key is None:
        request.session.save()
    key = str(request.session.session_key)
    note_opened(user=user, key=key, agent=_agent(request), address=address_of(request), now=now)


def prove(request: HttpRequest, now: datetime) -> None:
    """Note that this session has passed the second factor; its name changes, so that an older one is worth nothing."""
    bound: dict[str, Any] = request.session.get(BOUND, {})
    request.session.cycle_key()
    request.session[BOUND] = {**bound, "enrolled": True, "proved": True}
    rename(request, now)


def rename(request: HttpRequest, now: datetime) -> None:
    """Follow a session whose key has just changed."""
    request.session.save()
    if isinstance(request.user, User):
        key = str(request.session.session_key)
        note_opened(user=request.user, key=key, agent=_agent(request), address=address_of(request), now=now)


def owes_a_proof(request: HttpRequest, user: User, now: datetime) -> bool:
    return sessions.owes_a_proof(request.session.get(BOUND, {}), user, now, compulsory=settings.SECOND_FACTOR_REQUIRED)


def _agent(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_USER_AGENT", ""))


class BoundSessionMiddleware:
    """Ends a session that is too old, or that comes from another browser than the one that opened it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            self._check(request, request.user, timezone.now())
        return self.get_response(request)

    def _check(self, request: HttpRequest, user: User, now: datetime) -> None:
        bound = request.session.get(BOUND)
        if bound is None:
            bind(request, user, now)
        elif now - datetime.fromisoformat(bound["opened"]) >= LONGEST:
            logout(request)
        elif bound["agent"] != agent_sha256(_agent(request)):
            note_refused(user=user, by=actor(user), address=address_of(request), now=now)
            logout(request)

"""Who may open which page: every route says the right that it asks for, and a route that says nothing is closed.

A forbidden page is 403; an object that one may not know of is 404, as if it did not exist.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from vigie.apps.accounts import guard
from vigie.apps.accounts.actions import actor, note_read
from vigie.apps.accounts.guard import ESTABLISHMENT, GROUP, TERRITORY, Guard, Thing
from vigie.apps.accounts.models import User
from vigie.apps.findings.guard import FINDING
from vigie.apps.observatory.guard import LEVEL
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.web.components.tables import Column, wants_csv
from vigie.web.sessions import owes_a_proof

__all__ = [
    "ESTABLISHMENT", "FINDING", "GROUP", "LEVEL", "SAFE", "TERRITORY", "AccessMiddleware", "May", "Thing",
    "columns_for", "for_whoever_signed_in", "needs", "viewer",
]  # fmt: skip

View = Callable[..., HttpResponse]
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def viewer(request: HttpRequest) -> User:
    """Whoever signed in; LoginRequiredMiddleware has seen to it that somebody did."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def for_whoever_signed_in(view: View, *, before_proof: bool = False) -> View:
    """Open to every account: what it shows is chosen by `visible_to`, or is the reader's own.

    `before_proof` is for the pages on which the second factor is passed.
    """
    return _guarded(view, Guard(), before_proof=before_proof)


def needs(*rights: Right, of: Thing | None = None, at_once: bool = False) -> Callable[[View], View]:
    """Open to whoever has one of these rights: over the thing that the address names, or over anybody.

    `at_once` is for the emergency stop, which waits for no transaction and is not taken back.
    """
    return lambda view: _guarded(view, Guard(rights, of, at_once))


def _guarded(view: View, asked: Guard, before_proof: bool = False) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        user = viewer(request)
        if not before_proof and owes_a_proof(request, user, timezone.now()):
            return _to_the_proof(request)
        reads = request.method in SAFE
        response = asked.run(
            lambda: view(request, *args, **named), user=user, named=named, reads=reads, clock=timezone.now
        )
        if reads:
            _tell(request, user, response)
        return response

    guarded.says_who = True  # type: ignore[attr-defined]
    return guarded


def _to_the_proof(request: HttpRequest) -> HttpResponse:
    asked = f"?{urlencode({'next': request.get_full_path()})}" if request.method in SAFE and request.path != "/" else ""
    return redirect(reverse("web:second-factor") + asked)


def _tell(request: HttpRequest, user: User, response: HttpResponse) -> None:
    """Every page that an auditor reads is an event; so is every list that anybody takes away."""
    now = timezone.now()
    is_auditor = user.reads_as_auditor(now)
    if response.status_code == 200 and (is_auditor or wants_csv(request)):
        note_read(by=actor(user), path=request.path, taken_away=wants_csv(request), now=now)


class AccessMiddleware:
    """Closes the routes that do not say who may open them."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if not getattr(view, "says_who", False) and getattr(view, "login_required", True):
            raise PermissionDenied


class May:
    """For the templates: `may.findings` is whether the reader has that right over anybody, or over one."""

    def __init__(self, user: User, now: datetime, over: Establishment | None = None) -> None:
        self._user, self._now, self._over = user, now, over
        self._seen: dict[Any, bool] = {}  # roles mostly give several rights over one scope: asked once

    def __getitem__(self, name: str) -> bool:
        scope = self._user.scope(Right(name), self._now)
        if self._over is None or scope.nation or scope.is_empty:
            return not scope.is_empty
        if scope not in self._seen:
            rows = Establishment.objects.visible_to(self._user, self._now, Right(name))
            self._seen[scope] = rows.filter(pk=self._over.pk).exists()
        return self._seen[scope]

    def opens(self, territory: Territory) -> bool:
        """Whether its page is open to the reader."""
        scope = self._user.scope(Right.AGGREGATES, self._now)
        return scope.nation or not scope.territories.isdisjoint({territory.pk, territory.parent_id})

    def opens_group(self, group: Group) -> bool:
        scope = self._user.scope(Right.AGGREGATES, self._now)
        return scope.nation or group.pk in scope.groups or group.region_id in scope.territories

    def counts_among(self, subject: Group | Territory) -> bool:
        return guard.counts_among(self._user, subject, self._now)

    def counts_everywhere(self) -> bool:
        return guard.counts_everywhere(self._user, self._now)


COUNTS = {"open", "exploited", "late"}  # the columns of numbers of findings


def columns_for(columns: tuple[Column, ...], counted: bool) -> tuple[Column, ...]:
    return tuple(column for column in columns if counted or column.slug not in COUNTS)

"""Who may call which operation: each says the right that it asks for, as the routes of the pages do.

The question is put before anything of the request is read, by the guard that pages and API share.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext
from ninja.decorators import decorate_view

from vigie.apps.accounts.actions import note_read
from vigie.apps.accounts.guard import Guard, Named, Thing
from vigie.apps.accounts.tokens.actions import note_deed
from vigie.apps.registry.enums import Right

from .callers import Caller, whoever
from .problems import Problem, invalid

Operation = TypeVar("Operation", bound=Callable[..., Any])
Run = Callable[..., HttpResponseBase]


class _NotDone(Exception):
    """Carries a refusal out of the transaction, so that nothing of what was begun is kept."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__(response.status_code)
        self.response = response


def needs(
    *rights: Right, of: Thing | None = None, at_once: bool = False, acts: bool | None = None
) -> Callable[[Operation], Operation]:
    """Open to whoever has one of these rights: over the thing that the address names, or over anybody.

    `acts` is whether it changes something: by its method when it is not said. `at_once` waits for no transaction.
    """
    return _guarded(Guard(rights, of, at_once), acts)


def for_whoever_signed_in(*, acts: bool | None = None) -> Callable[[Operation], Operation]:
    """Open to every account: what it tells is chosen by `visible_to`, or is the caller's own, or is pure."""
    return _guarded(Guard(), acts)


def caller(request: HttpRequest) -> Caller:
    """Whoever the guard let through."""
    found: Caller = request.caller  # type: ignore[attr-defined]
    return found


def _guarded(guard: Guard, acts: bool | None) -> Callable[[Operation], Operation]:
    def around(run: Run) -> Run:
        operation: Any = run.__self__  # type: ignore[attr-defined]
        operation.guard = guard

        @wraps(run)
        def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
            does = request.method != "GET" if acts is None else acts
            try:
                who = whoever(request, timezone.now(), acts=does)
                with translation.override(_language(request, who)):
                    _refuse_unknown_questions(request, operation)
                    return _answer(request, run, guard, who, named, does)
            except _NotDone as refused:
                return refused.response
            except (Problem, PermissionDenied, Http404) as error:
                response: HttpResponseBase = operation.api.on_exception(request, error)
                return response

        return guarded

    return decorate_view(around)


def _language(request: HttpRequest, who: Caller) -> str:
    """What the program asks for; else that of whoever made its token."""
    if who.token is not None and "Accept-Language" not in request.headers:
        return who.user.language
    return translation.get_language() or who.user.language


def _refuse_unknown_questions(request: HttpRequest, operation: Any) -> None:
    """A filter that is misspelt is refused: passed over, it would answer more than was asked."""
    known = {
        name for model in operation.models if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }  # fmt: skip
    for name in request.GET:
        if name not in known:
            raise invalid(f"query.{name[:40]}", gettext("There is no such question."))


def _answer(request: HttpRequest, run: Run, guard: Guard, who: Caller, named: Named, acts: bool) -> HttpResponseBase:
    request.caller = who  # type: ignore[attr-defined]

    def act() -> HttpResponseBase:
        response = run(request, **named)
        if acts and response.status_code >= 400:
            raise _NotDone(response)
        if acts and who.token is not None:
            note_deed(token=who.token, by=who.by, path=request.path, now=timezone.now())
        return response

    response = guard.run(act, user=who.user, named=named, reads=not acts, clock=timezone.now)
    return response if acts else _read(request, who, response)


def _read(request: HttpRequest, who: Caller, response: HttpResponseBase) -> HttpResponseBase:
    """What an auditor reads is an event, as on the pages; so is a list taken away. What is unchanged is not sent."""
    now = timezone.now()
    taken_away = request.GET.get("format") == "csv"
    if response.status_code == 200 and (taken_away or who.user.reads_as_auditor(now)):
        note_read(by=who.by, path=request.path, taken_away=taken_away, now=now)
    response.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    tag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = tag
    unchanged: HttpResponseBase = get_conditional_response(request, etag=tag, response=response) or response
    return unchanged

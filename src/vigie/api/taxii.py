"""A read-only TAXII 2.1 server: the incidents that were passed on to ANSSI, as STIX 2.1, one collection.

OASIS TAXII 2.1. Signed in by a token of the API, as a bearer or as the password of HTTP Basic, which the standard asks
for. One version of each object is held, the last; an incident that changes is added again.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from vigie.apps.accounts.actions import note_read
from vigie.apps.accounts.guard import Guard
from vigie.apps.registry.enums import Right
from vigie.data.incident_sharing import sharing

from .callers import Caller, whoever
from .problems import KINDS, Problem
from .taxii_objects import Asked, BadQuestion, Record, asked_of, page_of

MEDIA_TYPE = "application/taxii+json;version=2.1"
STIX_TYPE = "application/stix+json;version=2.1"
ACCEPTED = {"*/*", "application/*", "application/taxii+json", MEDIA_TYPE}
View = Callable[..., HttpResponse]


def _open_to_readers(view: View) -> View:
    """Whoever reads incidents of the nation, or those passed on; answers in the words of TAXII, errors too."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
        with override("en"):
            try:
                _refuse_what_is_no_question(request)
                caller = _caller(request)
                answer = Guard((Right.INCIDENTS,)).run(
                    lambda: view(request, caller, **named), user=caller.user, named=named, reads=True,
                    clock=timezone.now,
                )  # fmt: skip
            except _NotAcceptable:
                return _error(406, "Not acceptable", f"Ask for {MEDIA_TYPE}.")
            except _NotAllowed:
                return _error(405, "Read only", "This server takes nothing in.", Allow="GET, HEAD, OPTIONS")
            except BadQuestion as error:
                return _error(400, "This question cannot be read", str(error))
            except PermissionDenied:
                return _error(403, str(KINDS["forbidden"].title), "Incidents are not open to this account.")
            except Http404:
                return _error(404, str(KINDS["not-found"].title), "It does not exist, or is not yours to know of.")
            except Problem as problem:
                return _problem(problem)
        if caller.user.reads_as_auditor(timezone.now()):
            note_read(by=caller.by, path=request.path, taken_away=False, now=timezone.now())
        return answer

    guarded.says_who = True  # type: ignore[attr-defined]
    return guarded


class _NotAcceptable(Exception):
    pass


class _NotAllowed(Exception):
    pass


def _refuse_what_is_no_question(request: HttpRequest) -> None:
    if request.method not in {"GET", "HEAD"}:
        raise _NotAllowed
    told = request.headers.get("Accept", "*/*")
    if not ACCEPTED & {part.replace(" ", "").split(";q=")[0] for part in told.split(",")}:
        raise _NotAcceptable


def _caller(request: HttpRequest) -> Caller:
    """By token; HTTP Basic carries it as the password, whatever the name."""
    header = request.headers.get("Authorization", "")
    scheme, _, told = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            token = base64.b64decode(told, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Problem("unauthenticated") from error
        request.META["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        request.__dict__.pop("headers", None)  # read once, and kept by Django
    caller = whoever(request, timezone.now(), acts=False)
    scope = caller.user.scope(Right.INCIDENTS, timezone.now())
    if not (scope.nation or scope.essential):
        raise PermissionDenied
    return caller


def _problem(problem: Problem) -> HttpResponse:
    kind = KINDS[problem.kind]
    headers = dict(problem.headers)
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Vigie", Bearer realm="Vigie"'
    return _error(kind.status, str(kind.title), str(kind.help), **headers)


def _error(status: int, title: str, description: str, **headers: str) -> HttpResponse:
    told = {"title": title, "description": description, "http_status": str(status)}
    return _answer(told, status=status, **headers)


def _answer(told: dict[str, Any], *, status: int = 200, **headers: str) -> HttpResponse:
    answer = JsonResponse(told, status=status, headers=headers, content_type=MEDIA_TYPE)
    answer["Cache-Control"] = "private, no-store"
    return answer


@_open_to_readers
def discovery(request: HttpRequest, caller: Caller) -> HttpResponse:
    root = request.build_absolute_uri(reverse("taxii:root"))
    return _answer(
        {
            "title": "Vigie",
            "description": "Incidents of health establishments that were passed on.",
            "default": root,
            "api_roots": [root],
        }
    )


@_open_to_readers
def root(request: HttpRequest, caller: Caller) -> HttpResponse:
    # Nothing is taken in: the largest request is an empty one, and the standard asks for a positive number.
    return _answer({"title": "Incidents", "versions": [MEDIA_TYPE], "max_content_length": 1})


def _collection() -> dict[str, Any]:
    return {
        "id": sharing(timezone.localdate()).collection,
        "title": "Incidents passed on to ANSSI",
        "description": "The last version of each, with the structures that it touches. TLP is on every object.",
        "can_read": True,
        "can_write": False,
        "media_types": [STIX_TYPE],
    }


@_open_to_readers
def collections(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _answer({"collections": [_collection()]})


@_open_to_readers
def collection(request: HttpRequest, caller: Caller, collection: str) -> HttpResponse:
    _known(collection)
    return _answer(_collection())


def _known(collection: str) -> None:
    if collection != sharing(timezone.localdate()).collection:
        raise Http404


def _page(request: HttpRequest, caller: Caller, asked: Asked) -> tuple[list[Record], str]:
    return page_of(caller.user, asked, source=settings.VIGIE.public_url, now=timezone.now())


def _enveloped(found: list[Record], following: str, objects: list[dict[str, Any]]) -> HttpResponse:
    told: dict[str, Any] = {"more": bool(following)}
    if following:
        told["next"] = following
    if objects:
        told["objects"] = objects
    headers: dict[str, str] = {}
    if found:
        headers = {"X-TAXII-Date-Added-First": found[0].added, "X-TAXII-Date-Added-Last": found[-1].added}
    return _answer(told, status=200, **headers)


@_open_to_readers
def objects(request: HttpRequest, caller: Caller, collection: str) -> HttpResponse:
    _known(collection)
    found, following = _page(request, caller, asked_of(request.GET))
    return _enveloped(found, following, [one.object for one in found])


@_open_to_readers
def manifest(request: HttpRequest, caller: Caller, collection: str) -> HttpResponse:
    _known(collection)
    found, following = _page(request, caller, asked_of(request.GET))
    lines = [
        {"id": one.object["id"], "date_added": one.added, "version": one.version, "media_type": STIX_TYPE}
        for one in found
    ]
    return _enveloped(found, following, lines)


@_open_to_readers
def one_object(request: HttpRequest, caller: Caller, collection: str, object_id: str) -> HttpResponse:
    _known(collection)
    asked = asked_of(request.GET)
    found, following = _page(request, caller, asked.of(object_id))
    if not found and not asked.narrows:
        raise Http404
    return _enveloped(found, following, [one.object for one in found])


@_open_to_readers
def versions(request: HttpRequest, caller: Caller, collection: str, object_id: str) -> HttpResponse:
    _known(collection)
    found, following = _page(request, caller, asked_of(request.GET).of(object_id))
    if not found:
        raise Http404
    told: dict[str, Any] = {"more": bool(following), "versions": [one.version for one in found]}
    return _answer(told)


app_name = "taxii"
ONE = "incidents/collections/<str:collection>"
urlpatterns: list[URLPattern] = [
    path("", discovery, name="discovery"),
    path("incidents/", root, name="root"),
    path("incidents/collections/", collections, name="collections"),
    path(f"{ONE}/", collection, name="collection"),
    path(f"{ONE}/manifest/", manifest, name="manifest"),
    path(f"{ONE}/objects/", objects, name="objects"),
    path(f"{ONE}/objects/<str:object_id>/", one_object, name="object"),
    path(f"{ONE}/objects/<str:object_id>/versions/", versions, name="versions"),
]

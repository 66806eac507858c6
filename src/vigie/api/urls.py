"""Where the operations are: one route an address, whatever its methods; an operation that says no right stops here."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from . import documents
from .api import api
from .description import every
from .problems import Problem, answer

View = Callable[..., HttpResponseBase]


def _routes() -> list[URLPattern]:
    silent = [operation.path for operation in every(api) if not hasattr(operation, "guard")]
    if silent:
        raise ImproperlyConfigured(f"these operations say no right (vigie.api.access): {', '.join(silent)}")
    found: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            route = str(pattern.pattern)
            found.setdefault(route, path(route, _guarded(pattern.callback), name=pattern.name))
    return list(found.values())


def _guarded(view: View) -> View:
    """The guard of each operation knows programs as well as people: no page to sign in on is of use to them."""

    @csrf_exempt  # asked by the guard, of sessions alone
    @login_not_required
    def operation(request: HttpRequest, **named: object) -> HttpResponseBase:
        response = view(request, **named)
        if isinstance(response, HttpResponseNotAllowed):
            return answer(request, Problem("not-allowed", headers={"Allow": response["Allow"]}))
        return response

    operation.says_who = True  # type: ignore[attr-defined]
    return operation


@csrf_exempt
@login_not_required
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    return answer(request, Problem("not-found"))


app_name = "api"
urlpatterns: list[URLPattern] = [
    path("", documents.docs, name="docs"),
    path("openapi.json", documents.openapi, name="openapi"),
    *_routes(),
    path("<path:rest>", nowhere, name="nowhere"),
]

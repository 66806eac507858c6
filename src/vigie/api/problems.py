"""What a program is told when it does not get what it asked for: RFC 9457, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    status: int
    title: str | Promise
    help: str | Promise  # what to do about it


KINDS: Mapping[str, Kind] = {
    "unreadable": Kind(400, _("The request cannot be read"), _("Send JSON, as UTF-8.")),
    "unauthenticated": Kind(
        401,
        _("Nobody is signed in"),
        _("Send a token that is in force, as “Authorization: Bearer” and the token; make one on your account page."),
    ),
    "second-factor": Kind(
        403, _("A second factor is needed"), _("Sign in with it, or make a token once you have passed it.")
    ),
    "read-only": Kind(403, _("This token only reads"), _("Make one that may also act.")),
    "form-expired": Kind(
        403, _("The proof against forgery is missing"), _("With a session, send the cookie's value as X-CSRFToken.")
    ),
    "forbidden": Kind(403, _("This is not open to you"), _("Your roles are on your account page.")),
    "not-found": Kind(404, _("Nothing at this address"), _("It does not exist, or is not yours to know of.")),
    "not-allowed": Kind(405, _("Not by this method"), _("The header Allow says by which.")),
    "refused": Kind(409, _("It cannot be done now"), _("The detail says why.")),
    "too-large": Kind(413, _("The file is too large"), _("Use the command on the machine itself.")),
    "invalid": Kind(422, _("What was asked is not valid"), _("Each error says where it is and what is wrong.")),
    "too-many": Kind(429, _("Too many requests"), _("Wait as long as the header Retry-After says, in seconds.")),
    "broken": Kind(500, _("Something broke on our side"), _("It is in the log. Try again later.")),
}


@dataclass(frozen=True, slots=True)
class Fault:
    where: str  # "body.until", "query.limit"
    what: str


class Problem(Exception):
    """A request that ends here; `kind` is one of KINDS."""

    def __init__(
        self, kind: str, detail: str = "", *, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail, self.faults, self.headers = kind, detail, tuple(faults), dict(headers or {})


def answer(request: HttpRequest, problem: Problem) -> JsonResponse:
    kind = KINDS[problem.kind]
    told: dict[str, Any] = {
        "type": request.build_absolute_uri(f"{reverse('api:docs')}#problem-{problem.kind}"),
        "title": str(kind.title),
        "status": kind.status,
        "detail": problem.detail or str(kind.help),
        "instance": request.path,
    }
    if problem.faults:
        told["errors"] = [{"where": fault.where, "what": fault.what} for fault in problem.faults]
    response = JsonResponse(told, status=kind.status, content_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        response[name] = value
    if kind.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="vigie"'
    response["Content-Language"] = get_language() or ""
    response["Cache-Control"] = "no-store"
    return response


def invalid(where: str, what: str) -> Problem:
    return Problem("invalid", what, faults=[Fault(where, what)])

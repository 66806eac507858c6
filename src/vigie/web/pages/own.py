"""Which declarations may this browser read without an account? Those of a signed cookie, for half a day."""

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse

from vigie.apps.incidents.models import Declaration

COOKIE, SALT = "declarations", "vigie.declarations"
AGE_SECONDS = 12 * 3600
MOST = 20


def held(request: HttpRequest) -> list[str]:
    """References, oldest first."""
    try:
        told = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=AGE_SECONDS)
    except BadSignature:
        return []
    return [one for one in str(told).split(",") if one]


def remember(response: HttpResponse, declaration: Declaration, before: list[str] | None = None) -> HttpResponse:
    """Let the browser read it again; only what the server signed is believed."""
    references = [one for one in before or [] if one != declaration.reference]
    response.set_signed_cookie(
        COOKIE,
        ",".join([*references, declaration.reference][-MOST:]),
        salt=SALT,
        max_age=AGE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def holds(request: HttpRequest, reference: str) -> Declaration | None:
    """The declaration of this reference, when the browser may read it; the same None whether it exists or not."""
    if reference not in held(request):
        return None
    return Declaration.objects.select_related("incident", "establishment").filter(reference=reference).first()

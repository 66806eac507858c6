"""The page behind the message to a director: whose mandate waits, and the button that opens an account to sign it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vigie.apps.assets import signing
from vigie.apps.assets.signing import Asked, SignatureLinkRefused
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import read_token
from vigie.apps.registry.models import Establishment
from vigie.web.components.page import by

ANSWERS = {
    Asked.TOLD: gettext_noop("Your director is told: the message leads to this page."),
    Asked.INVITED: gettext_noop("Your director is invited: the message opens an account, once."),
    Asked.NOBODY: gettext_noop("No confirmed address of a director is known: have it declared as a contact."),
    Asked.SAME_PERSON: gettext_noop(
        "You wrote the address of the director yourself: somebody else has to declare it, or the service invites."
    ),
}


@require_POST
def ask(request: HttpRequest, finess: str) -> HttpResponse:
    one = Establishment.objects.get(finess=finess)
    answer = signing.ask_director(establishment=one, by=by(request), now=timezone.now())
    tell = messages.success if answer in {Asked.TOLD, Asked.INVITED} else messages.error
    tell(request, gettext(ANSWERS[answer]))
    return redirect("web:first-hour", finess)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing: the filters that open the links of mails must not use them up."""
    now, uid = timezone.now(), read_token(token, "link")
    notice = Notice.objects.filter(uid=uid, opens=signing.OPENS).first() if uid else None
    try:
        if notice is None:
            raise SignatureLinkRefused
        one, contact = signing.asked_for(notice, now)
        if request.method == "POST" and contact is not None:
            return _in(signing.accept_invitation(notice=notice, now=now), one)
    except SignatureLinkRefused:
        return _private(render(request, "web/pages/sign.html", {"establishment": None}, status=410))
    used = contact is not None and notice.acknowledged_at is not None
    context = {"establishment": one, "contact": contact, "used": used}
    return _private(render(request, "web/pages/sign.html", context))


def _in(token: str | None, one: Establishment) -> HttpResponse:
    return _private(redirect("web:link", token) if token else redirect("web:first-hour", one.finess))


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response

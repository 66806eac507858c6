"""The second factor: pass it after the password, enrol it, take it away."""

import base64
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import qrcode  # type: ignore[import-untyped]
import qrcode.image.svg  # type: ignore[import-untyped]
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from vigie.apps.accounts import actions, queries, second_factor
from vigie.apps.accounts.enums import ProofKind
from vigie.apps.accounts.models import User
from vigie.apps.accounts.second_factor import ProofRefused
from vigie.apps.vault.encryption import Unreadable, decrypt, encrypt
from vigie.web.access import viewer
from vigie.web.components.dates import hour
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, address_of, by
from vigie.web.sessions import BOUND, must_enrol, prove

SECRET, PAPER, STATE = "second-factor-secret", "second-factor-paper", "second-factor-state"
MOST_JSON = 20_000  # bytes of what a browser sends for a passkey


class CodeForm(PlainForm):
    code = forms.CharField(label=_("Code"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


def _has_proved(request: HttpRequest) -> bool:
    return bool(request.session.get(BOUND, {}).get("proved"))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest) -> HttpResponse:
    """Between the password and the first page."""
    user, now = viewer(request), timezone.now()
    if _has_proved(request):
        return redirect(_next(request))
    proofs = list(second_factor.proofs_of(user))
    if not proofs:
        return redirect("web:enrol")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = _try_code(request, user, form.cleaned_data["code"], now)
        if refusal is None:
            return redirect(_next(request))
        form.add_error(None, refusal)
    context = {
        "form": form,
        "next": _asked_next(request),
        "has_passkey": any(proof.kind == ProofKind.PASSKEY for proof in proofs),
    }
    return render(request, "web/pages/second_factor.html", context, status=403 if form.errors else 200)


def _try_code(request: HttpRequest, user: User, code: str, now: datetime) -> str | None:
    """Pass, or return why not; wrong codes are counted with wrong passwords."""
    address = address_of(request)
    until = queries.locked_until(email=user.email, address=address, now=now)
    if until is not None:
        return gettext("Too many tries. Try again after %(hour)s.") % {"hour": hour(until)}
    try:
        second_factor.check_code(user=user, code=code, by=by(request), now=now)
    except ProofRefused:
        actions.note_failed_sign_in(email=user.email, address=address, now=now)
        return gettext("This code is not the right one, or was used already.")
    prove(request, now)
    return None


def _asked_next(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next", "")


def _next(request: HttpRequest) -> str:
    asked = _asked_next(request)
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if safe else reverse("web:home")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The proofs that one has, and the way to add one."""
    user, now = viewer(request), timezone.now()
    proofs = list(second_factor.proofs_of(user))
    if proofs and not _has_proved(request):
        return redirect("web:second-factor")
    has_application = any(proof.kind == ProofKind.APPLICATION for proof in proofs)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and not has_application and form.is_valid():
        try:
            paper = second_factor.enrol_application(
                user=user,
                secret=_read(request, SECRET),
                code=form.cleaned_data["code"],
                by=by(request),
                now=now,
            )
        except ProofRefused:
            form.add_error("code", gettext("This code is not the one that the application shows now."))
        else:
            return _enrolled(request, paper, now)
    context = {
        "crumbs": [Crumb(gettext("Your account"), reverse("web:account")), Crumb(gettext("Second factor"))],
        "proofs": proofs,
        "form": form,
        "has_application": has_application,
        "is_compulsory": settings.SECOND_FACTOR_REQUIRED and must_enrol(user, now),
        "paper": _read(request, PAPER).split(),
        **({} if has_application else _drawn(request, user)),
    }
    request.session.pop(PAPER, None)  # shown once
    return render(request, "web/pages/enrol.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, name: str, text: str) -> None:
    """In the session, which is a row of the database: encrypted like what it will become."""
    request.session[name] = encrypt(text.encode(), purpose="session", about=viewer(request).pk).hex()


def _read(request: HttpRequest, name: str) -> str:
    """What was kept; "" when nothing was, or when it cannot be read any more."""
    try:
        stored = bytes.fromhex(request.session.get(name, ""))
        return decrypt(stored, purpose="session", about=viewer(request).pk).decode()
    except (Unreadable, ValueError):
        return ""


def _drawn(request: HttpRequest, user: User) -> "dict[str, str]":
    secret = _read(request, SECRET)
    if not secret:
        secret = second_factor.new_secret()
        _keep(request, SECRET, secret)
    address = f"otpauth://totp/{quote('Vigie:' + user.email)}?{urlencode({'secret': secret, 'issuer': 'Vigie'})}"
    # On a ground of its own: black squares alone would vanish in the dark theme.
    picture = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathFillImage).to_string()
    return {"secret": secret, "picture": "data:image/svg+xml;base64," + base64.b64encode(picture).decode()}


def _enrolled(request: HttpRequest, paper: list[str], now: datetime) -> HttpResponse:
    request.session.pop(SECRET, None)
    if paper:
        _keep(request, PAPER, " ".join(paper))
    prove(request, now)
    messages.success(request, gettext("Your second factor is in place."))
    return redirect("web:enrol")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    if not _has_proved(request):
        return redirect("web:second-factor")
    is_last = second_factor.proofs_of(user).count() == 1
    if is_last and settings.SECOND_FACTOR_REQUIRED and must_enrol(user, now):
        messages.error(request, gettext("You see findings: your last second factor stays. Add another one first."))
        return redirect("web:enrol")
    try:
        second_factor.remove_proof(user=user, pk=pk, by=by(request), now=now)
    except ProofRefused:
        messages.error(request, gettext("There is no such second factor any more."))
    else:
        messages.success(request, gettext("It is taken away, and opens nothing any more."))
    return redirect("web:enrol")


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks its authenticator: to make a passkey, or to use one."""
    user = viewer(request)
    ask = second_factor.ask_passkey if _is_challenged(request, user) else second_factor.ask_new_passkey
    asked, request.session[STATE] = ask(user=user, host=_host(request))
    return JsonResponse(asked)


def _is_challenged(request: HttpRequest, user: User) -> bool:
    """Whether a passkey is now to be used; otherwise it is to be made."""
    return second_factor.is_enrolled(user) and not _has_proved(request)


def _host(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0]


@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """What the authenticator answered; the same page tells where to go on."""
    user, now = viewer(request), timezone.now()
    try:
        told = json.loads(request.body[:MOST_JSON])
        answer: dict[str, Any] = {
            "user": user,
            "credential": dict(told["credential"]),
            "state": request.session.pop(STATE),  # one challenge, one answer
            "host": _host(request),
            "by": by(request),
            "now": now,
        }
        if _is_challenged(request, user):
            second_factor.check_passkey(**answer)
            prove(request, now)
            return JsonResponse({"next": _safe(request, told.get("next", ""))})
        paper = second_factor.enrol_passkey(name=str(told.get("name", "")), **answer)
    except (ProofRefused, ValueError, KeyError, TypeError):
        actions.note_failed_sign_in(email=user.email, address=address_of(request), now=now)
        return JsonResponse({"error": gettext("This passkey was not accepted.")}, status=403)
    return JsonResponse({"next": _enrolled(request, paper, now)["Location"]})


def _safe(request: HttpRequest, asked: object) -> str:
    safe = isinstance(asked, str) and url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return str(asked) if safe else reverse("web:home")

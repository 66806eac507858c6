"""Sign in with a password or a one-time link; sign out; choose the language and the theme."""

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from vigie.apps.accounts import actions, queries
from vigie.web.components.dates import hour
from vigie.web.components.page import address_of, way_back
from vigie.web.context import THEMES
from vigie.web.sessions import bind

from . import openid

BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR_SECONDS = 365 * 24 * 3600


class SignInForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    password = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["email"].widget.attrs |= {"class": "form-control", "autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs |= {"class": "form-control", "autocomplete": "current-password"}


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("web:home")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        refusal = _try(request, form.cleaned_data["email"], form.cleaned_data["password"])
        if refusal is None:
            return redirect(_asked_page(request))
        form.add_error(None, refusal)
        status = 403
    client = settings.VIGIE.openid_client()
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "provider": client.label if client else "",
    }
    return render(request, "web/pages/sign_in.html", context, status=status)


def _try(request: HttpRequest, email: str, password: str) -> str | None:
    """Sign in, or return why not. The same words whether the account exists or not."""
    now, address = timezone.now(), address_of(request)
    until = queries.locked_until(email=email, address=address, now=now)
    if until is not None:
        return gettext("Too many tries. Try again after %(hour)s.") % {"hour": hour(until)}
    known = queries.user_by_email(email)
    # Also without a known account: authenticate then spends the same time on a password.
    user = authenticate(request, username=known.email if known else email, password=password)
    if user is None or known is None:
        actions.note_failed_sign_in(email=email, address=address, now=now)
        return gettext("This address and this password do not go together.")
    login(request, known, backend=BACKEND)
    bind(request, known, now)
    actions.note_sign_in(user=known, now=now)
    return None


def _asked_page(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if safe else "web:home"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows a button: the filters that open the links of mails must not use them up."""
    now = timezone.now()
    if request.method == "POST":
        try:
            user = actions.use_sign_in_link(token=token, now=now)
        except actions.LinkRefused:
            return render(request, "web/pages/link.html", {"usable": False}, status=410)
        login(request, user, backend=BACKEND)
        bind(request, user, now)
        return redirect("web:home")
    usable = queries.link_is_usable(token=token, now=now)
    return render(request, "web/pages/link.html", {"usable": usable}, status=200 if usable else 410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    way_out = openid.way_out(request)
    logout(request)
    if way_out:
        context = {"way_out": way_out, "label": settings.VIGIE.openid_label}
        return render(request, "web/pages/signed_out.html", context)
    return redirect("web:sign-in")


language = login_not_required(require_POST(set_language))


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    response = redirect(way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response

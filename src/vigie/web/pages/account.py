"""Your own account: what you may see, and your password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, password_validation, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.accounts import actions, second_factor
from vigie.apps.accounts.models import User
from vigie.apps.accounts.sessions import end_session, sessions_of
from vigie.apps.accounts.tokens.queries import tokens_of
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by
from vigie.web.sessions import rename


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    context = {
        "crumbs": [Crumb(gettext("Your account"))],
        "roles": user.roles_at(now),
        "has_password": user.has_usable_password(),
        "sessions": sessions_of(user, now),
        "this_session": request.session.session_key,
        "proofs": second_factor.proofs_of(user).count(),
        "tokens": tokens_of(user, now).count(),
        "provider": settings.VIGIE.openid_label if settings.VIGIE.openid_issuer else "",
        "linked": user.openid_links.filter(issuer=settings.VIGIE.openid_issuer).first(),
        "is_demonstration": not settings.SECOND_FACTOR_REQUIRED,
    }
    return render(request, "web/pages/account.html", context)


class PasswordForm(PlainForm):
    current = forms.CharField(label=_("Your password today"), max_length=200, strip=False, widget=forms.PasswordInput)
    password = forms.CharField(
        label=_("A new password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("At least 12 characters: a sentence is easier to keep than a riddle."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].widget.attrs["autocomplete"] = "new-password"
        self.fields["current"].widget.attrs["autocomplete"] = "current-password"
        if not user.has_usable_password():
            del self.fields["current"]  # the link that they came by stands for it

    def clean_current(self) -> str:
        if not self.user.check_password(self.cleaned_data["current"]):
            raise forms.ValidationError(gettext("This is not your password today."))
        return str(self.cleaned_data["current"])

    def clean_password(self) -> str:
        password_validation.validate_password(self.cleaned_data["password"], self.user)
        return str(self.cleaned_data["password"])


@never_cache
@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.choose_password(user=user, password=form.cleaned_data["password"], now=timezone.now())
        update_session_auth_hash(request, user)
        rename(request, timezone.now())
        messages.success(request, gettext("Your password is changed. Your other sessions are closed."))
        return redirect("web:account")
    crumbs = [Crumb(gettext("Your account"), "/account/"), Crumb(gettext("Choose a password"))]
    context = {"form": form, "crumbs": crumbs}
    return render(request, "web/pages/password.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out elsewhere, at once."""
    user, now = viewer(request), timezone.now()
    ended = end_session(user=user, pk=pk, by=by(request), now=now)
    if not request.session.exists(str(request.session.session_key)):
        logout(request)  # it was this one
        return redirect("web:sign-in")
    if ended:
        messages.success(request, gettext("That session has ended."))
    return redirect("web:account")

"""The tokens of your programs: make one, shown once; take one back."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vigie.apps.accounts.enums import TokenScope
from vigie.apps.accounts.second_factor import is_enrolled
from vigie.apps.accounts.tokens import actions, queries
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by
from vigie.web.sessions import BOUND

LIFETIMES = (30, 90, 365)  # days


class TokenForm(PlainForm):
    name = forms.CharField(
        label=_("Which program will hold it?"), max_length=80, help_text=_("Ticket system, weekly report, script.")
    )
    scope = forms.ChoiceField(label=_("What may it do?"), choices=TokenScope.choices, initial=TokenScope.READ)
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        coerce=int,
        initial=LIFETIMES[1],
        choices=[(days, ngettext_lazy("%(n)d day", "%(n)d days", days) % {"n": days}) for days in LIFETIMES],
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    if settings.SECOND_FACTOR_REQUIRED and not _has_proved(request):
        return redirect("web:second-factor" if is_enrolled(user) else "web:enrol")
    form = TokenForm(request.POST or None)
    token = ""
    if request.method == "POST" and form.is_valid():
        try:
            token = _create(request, form)
        except actions.TokenRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            form = TokenForm()
    context = {
        "crumbs": [Crumb(gettext("Your account"), reverse("web:account")), Crumb(gettext("Access for programs"))],
        "form": form,
        "token": token,
        "tokens": queries.tokens_of(user, now),
        "per_minute": actions.PER_MINUTE,
    }
    return render(request, "web/pages/tokens.html", context, status=422 if form.errors else 200)


def _has_proved(request: HttpRequest) -> bool:
    return bool(request.session.get(BOUND, {}).get("proved"))


def _create(request: HttpRequest, form: TokenForm) -> str:
    """The token goes into this answer alone: neither the session nor the log has it."""
    told = form.cleaned_data
    _row, token = actions.create_token(
        user=viewer(request),
        name=told["name"],
        scope=told["scope"],
        lifetime=timedelta(days=told["days"]),
        proved=_has_proved(request),
        compulsory=settings.SECOND_FACTOR_REQUIRED,
        by=by(request),
        now=timezone.now(),
    )
    return token


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    if actions.revoke_token(user=viewer(request), pk=pk, by=by(request), now=timezone.now()):
        messages.success(request, gettext("It is revoked: it opens nothing any more."))
    return redirect("web:tokens")

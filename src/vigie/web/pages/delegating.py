"""Lend one's own role; name the providers of one's own establishment: what people give without an administrator."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.apps.accounts import actions, queries
from vigie.apps.accounts.actions import RoleRefused
from vigie.apps.accounts.enums import RoleKind
from vigie.apps.registry.models import Establishment
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by, establishment_crumbs

from .people import end_of, last_day, shown_once

LONGEST_CONTRACT = timedelta(days=366)  # then the director says again that it still works for them


def _until(**kwargs: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("Until, that day included"), widget=widget, **kwargs)  # type: ignore[arg-type]


class DelegationForm(PlainForm):
    email = forms.EmailField(
        label=_("E-mail address of whoever replaces you"),
        max_length=254,
        help_text=_("They must have an account here."),
    )
    until = _until()

    def clean_until(self) -> datetime | None:
        return end_of(self.cleaned_data["until"])


@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own role, while one is away; somebody else's does not exist here."""
    user, now = viewer(request), timezone.now()
    role = next((one for one in user.roles_at(now) if one.pk == pk), None)
    if role is None:
        raise Http404
    form = DelegationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        to = queries.user_by_email(form.cleaned_data["email"])
        try:
            # To oneself it is refused with the same words as to nobody: whether an address has an account is not told.
            lent = actions.delegate(role=role, to=to or user, until=form.cleaned_data["until"], by=by(request), now=now)
        except RoleRefused as refused:
            form.add_error(None, gettext(str(refused)))
        else:
            words = gettext("%(email)s holds this role until %(day)s, that day included.")
            day = last_day(form.cleaned_data["until"])
            messages.success(request, words % {"email": lent.user.email, "day": day.isoformat()})
            return redirect("web:account")
    crumbs = [Crumb(gettext("Your account"), reverse("web:account")), Crumb(gettext("Delegate a role"))]
    lent_to = role.delegations.filter(ended_at=None, valid_until__gt=now).select_related("user").order_by("pk")
    context = {"crumbs": crumbs, "role": role, "form": form, "lent": lent_to}
    return render(request, "web/pages/delegate.html", context, status=422 if form.errors else 200)


class ProviderForm(PlainForm):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("The person, and for whom they work."))
    until = _until(help_text=_("A year at most: you will be able to name them again."))

    def clean_until(self) -> datetime:
        until = end_of(self.cleaned_data["until"])
        if until is None or until > timezone.now() + LONGEST_CONTRACT:
            raise forms.ValidationError(gettext("A year at most."))
        return until


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def providers(request: HttpRequest, finess: str) -> HttpResponse:
    """Those who see what the establishment sees because it named them, and until when."""
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    now, deed = timezone.now(), request.POST.get("deed", "")
    form = ProviderForm(request.POST if deed == "name" else None)
    if request.method == "POST":
        answer = _name(request, one, form) if deed == "name" else _end(request, one)
        if answer is not None:
            return answer
    held = [(role, last_day(role.valid_until) if role.valid_until else None) for role in queries.providers_of(one, now)]
    crumbs = establishment_crumbs(one, Crumb(gettext("Service providers")))
    context = {"crumbs": crumbs, "establishment": one, "held": held, "form": form}
    return render(request, "web/pages/providers.html", context, status=422 if form.errors else 200)


def _name(request: HttpRequest, one: Establishment, form: ProviderForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    given = form.cleaned_data
    try:
        if given["email"].strip().lower() == viewer(request).email.lower():
            raise RoleRefused(gettext("Nobody gives a role to themselves."))
        role, token = actions.invite(
            email=given["email"],
            name=given["name"],
            kind=RoleKind.PROVIDER,
            over=one,
            until=given["until"],
            by=by(request),
            now=timezone.now(),
        )
    except RoleRefused as refused:
        form.add_error(None, gettext(str(refused)))
        return None
    return shown_once(request, role.user, token, request.path)


def _end(request: HttpRequest, one: Establishment) -> HttpResponse:
    now, number = timezone.now(), request.POST.get("role", "")
    rows = queries.providers_of(one, now)
    role = get_object_or_404(rows, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    actions.end_role(role=role, by=by(request), now=now)
    messages.success(request, gettext("They see nothing of this establishment any more."))
    return redirect(request.path)

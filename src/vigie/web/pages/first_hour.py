"""The first hour of a new officer, one question a page: domain, proof, signature, first look, today."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.assets import actions
from vigie.apps.assets.enums import AssetKind, MandateKind
from vigie.apps.assets.refusals import PerimeterRefused
from vigie.apps.assets.terms import begins, ends
from vigie.apps.findings import queries as findings
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.actions import StopInForce
from vigie.apps.scans.first_hour import FirstHour, Step, TooSoon, begin_look
from vigie.apps.scans.first_hour import first_hour as reached
from vigie.web.access import May, viewer
from vigie.web.components.forms import MandateForm, PlainForm
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.todo import todo

#   step -> its name in the list of steps, and how long it takes
STEPS = (
    (Step.DOMAIN, _("My domain"), _("1 minute")),
    (Step.PROOF, _("The proof that it is ours"), _("10 minutes")),
    (Step.MANDATE, _("My director signs"), _("5 minutes")),
    (Step.LOOK, _("The first look"), _("a few minutes")),
    (Step.TODAY, _("Today: three things to do"), ""),
)
TODAY = 3


class DomainForm(PlainForm):
    value = forms.CharField(
        label=_("What is the domain of your establishment?"),
        max_length=253,
        help_text=_("What follows the @ of your addresses, or the www of your site: ch-exemple.fr"),
    )


class SignForm(PlainForm):
    signatory = forms.CharField(label=_("Your name and position"), max_length=120)
    agreed = forms.BooleanField(
        label=_("I authorise Vigie to look, from the internet and for one year, at what my establishment declared.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def first_hour(request: HttpRequest, finess: str) -> HttpResponse:
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    form: PlainForm | None = None
    if request.method == "POST":
        form, done = _act(request, one, request.POST.get("deed", ""))
        if done:
            return redirect(request.path)
    context = _shown(request, one, form)
    return render(request, "web/pages/first_hour.html", context, status=422 if form is not None else 200)


def _act(request: HttpRequest, one: Establishment, deed: str) -> tuple[PlainForm | None, bool]:
    if deed == "look":
        return None, _look(request, one)
    form: PlainForm = SignForm(request.POST) if deed == "sign" else DomainForm(request.POST)
    if not form.is_valid():
        return form, False
    try:
        if deed == "sign":
            _sign(request, one, form.cleaned_data["signatory"])
        else:
            actions.declare_asset(
                establishment=one,
                kind=AssetKind.DOMAIN,
                value=form.cleaned_data["value"],
                by=by(request),
                now=timezone.now(),
            )
    except PerimeterRefused as refused:
        form.add_error(None, str(refused))
        return form, False
    return None, True


def _sign(request: HttpRequest, one: Establishment, signatory: str) -> None:
    now = timezone.now()
    if not May(viewer(request), now, one)["grant"]:
        raise PermissionDenied
    usual = MandateForm.for_today().initial
    actions.grant_mandate(
        establishment=one,
        kind=MandateKind.ESTABLISHMENT,
        signatory=signatory,
        basis=gettext("Signed on the page of the first hour"),
        valid_from=begins(usual["valid_from"].isoformat()),
        valid_until=ends(usual["valid_until"].isoformat()),
        by=by(request),
        now=now,
    )


def _look(request: HttpRequest, one: Establishment) -> bool:
    try:
        begin_look(establishment=one, by=by(request), now=timezone.now())
    except TooSoon:
        messages.error(request, gettext("A look was made less than a day ago. Verify one finding with its button."))
    except StopInForce:
        messages.error(request, gettext("An emergency stop is in force: nothing is sent before it is lifted."))
    return True


@require_safe
def progress(request: HttpRequest, finess: str) -> HttpResponse:
    """The part of the page that is asked again each second while the first look runs."""
    one = get_object_or_404(Establishment, finess=finess)
    path = reached(one, timezone.now())
    response = render(request, "web/parts/first_look.html", {"establishment": one, "path": path})
    if request.headers.get("HX-Request") and not path.is_looking:
        response["HX-Refresh"] = "true"
    return response


def _shown(request: HttpRequest, one: Establishment, form: PlainForm | None) -> dict[str, Any]:
    now = timezone.now()
    path, may = reached(one, now), May(viewer(request), now, one)
    order = list(Step)
    return {
        "crumbs": establishment_crumbs(one, Crumb(gettext("First hour"))),
        "establishment": one,
        "path": path,
        "may": may,
        "now": now,
        "form": form or (SignForm() if path.step is Step.MANDATE else DomainForm()),
        "steps": [(name, time, order.index(step) - order.index(path.step)) for step, name, time in STEPS],
        "number": order.index(path.step) + 1,
        "today": _today(one, path, now) if may["findings"] else [],
        "letter": _letter(request, one),
        "public_address": settings.VIGIE.public_url + request.path,
        "worker_waits": path.is_looking and path.shard is not None and path.shard.started_at is None,
    }


def _today(one: Establishment, path: FirstHour, now: Any) -> list[Any]:
    if path.step is not Step.TODAY:
        return []
    history = observatory.history(SubjectKind.ESTABLISHMENT, one.pk, now)
    level = observatory.with_trace(history[-1]) if history else None
    return todo(level, list(findings.ranked(findings.open_at(None).filter(establishment=one))))[:TODAY]


def _letter(request: HttpRequest, one: Establishment) -> str:
    """A message that the officer's own mail program opens: it leaves from them, and says nothing of any weakness."""
    subject = gettext("To sign: authorisation of a look from the internet")
    body = gettext(
        "Hello,\n\nBefore Vigie can look at what %(name)s shows to the internet, its director has to authorise it. "
        "It takes five minutes, on this page:\n\n%(address)s\n\nNothing is sent to our machines before that."
    ) % {"name": one.name, "address": settings.VIGIE.public_url + reverse("web:first-hour", args=[one.finess])}
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"

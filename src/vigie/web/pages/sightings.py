"""What other tools say: the list, one with its verification by a look, and setting one aside with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.findings.enums import ScannerTool, Severity, SightingKind, SightingState
from vigie.apps.findings.refusals import RetestRefused
from vigie.apps.findings.sightings import actions, queries, verifying
from vigie.apps.findings.sightings.models import Sighting, SightingQuerySet
from vigie.web.access import May, viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, asked, by, establishment_crumbs
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import sighting_place

KEPT = "kept"  # among the states of the filter: to be verified, and no check of ours asks it
COLUMNS = (
    Column("severity", _("Severity"), ("rank",), lambda one: one.get_severity_display()),
    Column("title", _("What is told"), ("title",), lambda one: one.title),
    Column("tool", _("Tool"), ("tool",), lambda one: one.get_tool_display()),
    Column("identifier", _("Identifier"), (), lambda one: one.identifier, in_page=False),
    Column("establishment", _("Establishment"), ("establishment__name",), lambda one: one.establishment.name),
    Column("finess", "FINESS", (), lambda one: one.establishment.finess, in_page=False),
    Column("place", _("Where"), ("address", "name", "port"), sighting_place),
    Column("seen", _("Told on"), ("last_seen",), lambda one: one.last_seen.date().isoformat()),
    Column("cves", "CVE", (), lambda one: " ".join(one.cves), in_page=False),
    Column("state", _("State"), ("state",), lambda one: one.get_state_display()),
)


@require_safe
def sightings(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    visible = Sighting.objects.visible_to(viewer(request), now).select_related("establishment").defer("evidence")
    rows = queries.ranked(_filtered(visible, request))
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "severity"), COLUMNS, f"vigie-sightings-{now.date()}")
    context = {
        "table": table(rows, COLUMNS, request, "severity"),
        "to_verify": rows.filter(state=SightingState.TO_VERIFY, kind=SightingKind.WEAKNESS).count(),
        "asked": request.GET,
        "kind": asked(request, "kind") or SightingKind.WEAKNESS.value,
        "states": [*SightingState.choices, (KEPT, _("kept: no check of Vigie asks it"))],
        "tools": ScannerTool.choices,
        "severities": Severity.choices,
        "kinds": SightingKind.choices,
    }
    return render(request, "web/pages/sightings.html", context)


def _filtered(rows: Any, request: HttpRequest) -> SightingQuerySet:
    """Weaknesses, unless something else is asked for: facts are ten times as many."""
    kind = asked(request, "kind") or SightingKind.WEAKNESS
    if kind in SightingKind.values:
        rows = rows.filter(kind=kind)
    if (state := asked(request, "state")) == KEPT:
        rows = rows.unrecognised().filter(state=SightingState.TO_VERIFY)
    elif state in SightingState.values:
        rows = rows.filter(state=state)
    for name, values in (("tool", ScannerTool.values), ("severity", Severity.values)):
        if (value := asked(request, name)) in values:
            rows = rows.filter(**{name: value})
    if finess := asked(request, "establishment"):
        rows = rows.filter(establishment__finess=finess)
    if words := asked(request, "q"):
        rows = rows.filter(
            Q(title__icontains=words)
            | Q(identifier__iexact=words)
            | Q(address__startswith=words)
            | Q(name__icontains=words.lower())
            | Q(establishment__name__icontains=words)
        )
    found: SightingQuerySet = rows
    return found


def _sighting(pk: int) -> Sighting:
    rows = Sighting.objects.select_related("establishment__department__parent__parent", "run", "look")
    return get_object_or_404(rows, pk=pk)


@require_safe
def sighting(request: HttpRequest, pk: int) -> HttpResponse:
    one = _sighting(pk)
    listed = Crumb(gettext("Other tools"), f"{reverse('web:sightings')}?establishment={one.establishment.finess}")
    context = {
        "crumbs": establishment_crumbs(one.establishment, listed, Crumb(one.title)),
        "sighting": one,
        "may": May(viewer(request), timezone.now(), one.establishment),
        "findings": list(queries.findings_beside(one).select_related("establishment")[:20]),
        "verification": queries.last_verification(one),
        "cannot": verifying.cannot_be_looked_at(one),
    }
    return render(request, "web/pages/sighting.html", context)


@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        verifying.ask(sighting=_sighting(pk), by=by(request), now=timezone.now())
    except RetestRefused as refused:
        messages.error(request, str(refused))
    return redirect("web:sighting", pk)


@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked again each second while a look is under way."""
    one = _sighting(pk)
    status = queries.last_verification(one)
    response = render(request, "web/parts/verification.html", {"sighting": one, "verification": status})
    if request.headers.get("HX-Request") and not (status and status.is_running):
        response["HX-Refresh"] = "true"  # the whole page tells the new state
    return response


class NotSoForm(PlainForm):
    reason = forms.CharField(
        label=_("What did you see?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays beside what the tool says, with your name."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    one = _sighting(pk)
    form = NotSoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.verify(sighting=one, confirmed=False, reason=reason, by=by(request), now=timezone.now())
        except actions.NotToVerify:
            messages.error(request, gettext("It was verified already."))
        else:
            messages.success(request, gettext("Noted, with your name."))
        return redirect("web:sighting", pk)
    crumbs = establishment_crumbs(
        one.establishment, Crumb(one.title, reverse("web:sighting", args=[pk])), Crumb(gettext("It is not so"))
    )
    context = {"crumbs": crumbs, "sighting": one, "form": form}
    return render(request, "web/pages/sighting_reject.html", context, status=422 if form.errors else 200)

"""Addresses that are left alone or asked the least: the list, a new one, its end; what an establishment asks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.assets import sparing
from vigie.apps.assets.models import SparedAddress
from vigie.apps.assets.refusals import PerimeterRefused
from vigie.apps.registry.models import Establishment
from vigie.web.components.ownership import LiftForm, SparedForm
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

COLUMNS = (
    Column("value", _("Value"), ("value",), lambda row: row.value),
    Column("why", _("Why"), ("why",), lambda row: row.get_why_display()),
    Column("treatment", _("What may still be sent"), ("treatment",), lambda row: row.get_treatment_display()),
    Column("asked", _("Who asks"), ("asked_by",), lambda row: row.asked_by),
    Column("since", _("Since"), ("recorded_at",), lambda row: row.recorded_at.isoformat(timespec="minutes")),
    Column("until", _("Until"), ("lifted_at",), lambda row: row.lifted_at),
)


@require_safe
def spared(request: HttpRequest) -> HttpResponse:
    rows = SparedAddress.objects.select_related("establishment")
    if wants_csv(request):
        day = timezone.localdate()
        return csv_response(sorted_by(rows, COLUMNS, request, "-since"), COLUMNS, f"vigie-spared-{day}")
    context = {"crumbs": [Crumb(gettext("Spared addresses"))], "table": table(rows, COLUMNS, request, "-since")}
    return render(request, "web/pages/spared.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    form = SparedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sparing.spare(**form.cleaned_data, by=by(request), now=timezone.now())
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("It is recorded: every look obeys it from now on."))
            return redirect("web:spared")
    return _page(request, form, gettext("Spare an address"), gettext("Record it"))


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SparedAddress, pk=pk)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sparing.lift(row=row, reason=form.cleaned_data["reason"], by=by(request), now=timezone.now())
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("It may be looked at again, where a mandate covers it."))
            return redirect("web:spared")
    return _page(request, form, gettext("Spare it no more"), gettext("Spare it no more"), row)


def _page(
    request: HttpRequest, form: SparedForm | LiftForm, title: str, verb: str, row: SparedAddress | None = None
) -> HttpResponse:
    crumbs = [Crumb(gettext("Spared addresses"), reverse("web:spared")), Crumb(title)]
    context = {"crumbs": crumbs, "form": form, "title": title, "verb": verb, "row": row}
    return render(request, "web/pages/spare.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def spare_own(request: HttpRequest, finess: str) -> HttpResponse:
    """What an officer or director asks for their own establishment: obeyed at once, lifted by an analyst."""
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    form = SparedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sparing.spare_own(establishment=one, **form.cleaned_data, by=by(request), now=timezone.now())
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("It is recorded: every look obeys it from now on."))
            return redirect("web:perimeter", finess)
    title = gettext("Leave an address alone")
    context = {
        "crumbs": establishment_crumbs(one, Crumb(title)),
        "establishment": one,
        "form": form,
        "title": title,
        "verb": gettext("Leave it alone"),
    }
    return render(request, "web/pages/perimeter_form.html", context, status=422 if form.errors else 200)

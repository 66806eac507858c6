"""What a campaign did not look at and why; pause it, have it go on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from vigie.apps.scans import actions, queries
from vigie.apps.scans.models import Campaign
from vigie.web.components.page import Crumb, asked, by
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import unknown_reason

COLUMNS = (
    Column(
        "establishment",
        _("Establishment"),
        ("shard__establishment__name",),
        lambda row: row.shard.establishment.name,
    ),
    Column("finess", "FINESS", (), lambda row: row.shard.establishment.finess, in_page=False),
    Column("place", _("Where"), ("address", "name"), lambda row: row.name or row.address),
    Column("address", _("Address"), (), lambda row: row.address, in_page=False),
    Column("reason", _("Why"), ("reason",), lambda row: unknown_reason(row.reason)),
    Column("ports", _("Ports"), (), lambda row: " ".join(map(str, row.ports))),
    Column("count", _("How many"), ("count",), lambda row: row.count, "v-num"),
)


@require_safe
def unlooked(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Campaign, pk=pk)
    reason = asked(request, "reason")
    rows = queries.unlooked_in(one, reason)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "establishment"), COLUMNS, f"vigie-unlooked-{pk}")
    crumbs = [
        Crumb(gettext("Campaigns"), reverse("web:campaigns")),
        Crumb(one.name, reverse("web:campaign", args=[pk])),
        Crumb(gettext("Not looked at")),
    ]
    context = {
        "crumbs": crumbs,
        "campaign": one,
        "reason": reason,
        "table": table(rows, COLUMNS, request, "establishment"),
    }
    return render(request, "web/pages/unlooked.html", context)


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Campaign, pk=pk)
    try:
        actions.pause_campaign(campaign=one, by=by(request), now=timezone.now())
    except actions.NotRunning:
        messages.error(request, gettext("This campaign is not running."))
    else:
        messages.success(request, gettext("The campaign is paused: nothing is lost, and it goes on when you say so."))
    return redirect("web:campaign", pk)


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Campaign, pk=pk)
    try:
        actions.resume_campaign(campaign=one, by=by(request), now=timezone.now())
    except actions.NotRunning:
        messages.error(request, gettext("This campaign is neither paused nor stopped."))
    except actions.StopInForce:
        messages.error(request, gettext("A stop is in force: lift it before anything can start."))
    else:
        messages.success(request, gettext("The campaign goes on with what was left."))
    return redirect("web:campaign", pk)

"""Campaigns: the list, one with its live progress, starting one, judging a held one, stopping everything."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.registry.models import Establishment, Territory
from vigie.apps.registry.queries import within
from vigie.apps.scans import actions, queries
from vigie.apps.scans.models import Campaign
from vigie.probes.datagrams import DATAGRAMS
from vigie.web.components.dates import day
from vigie.web.components.page import Crumb, by
from vigie.web.components.ports import PortsField, usual_ports
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

COLUMNS = (
    Column("name", _("Campaign"), ("name",), lambda one: one.name),
    Column("state", _("State"), ("state",), lambda one: one.get_state_display()),
    Column("started", _("Started"), ("started_at",), lambda one: one.started_at.isoformat(timespec="minutes")),
    Column("ended", _("Ended"), (), lambda one: one.ended_at, in_page=False),
    Column("lasted", _("Duration")),
    Column("shards", _("Establishments"), ("shard_count",), lambda one: one.shard_count, "v-num"),
    Column("hosts", _("Addresses"), ("hosts",), lambda one: one.hosts, "v-num"),
    Column("services", _("Services"), ("services",), lambda one: one.services, "v-num"),
)


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    now, rows = timezone.now(), queries.campaigns()
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-started"), COLUMNS, f"vigie-campaigns-{now.date()}")
    context = {"table": table(rows, COLUMNS, request, "-started"), "now": now}
    return render(request, "web/pages/campaigns.html", context)


@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Campaign, pk=pk)
    crumbs = [Crumb(gettext("Campaigns"), reverse("web:campaigns")), Crumb(one.name)]
    context = {"crumbs": crumbs, **_live(one)}
    return render(request, "web/pages/campaign.html", context)


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked again each second while the campaign runs."""
    one = get_object_or_404(Campaign, pk=pk)
    return render(request, "web/parts/progress.html", _live(one))


def _live(one: Campaign) -> "dict[str, Any]":
    now = timezone.now()
    return {"campaign": one, "progress": queries.progress(one, now), "shards": queries.shards_of(one), "now": now}


class StartForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    territory = forms.ModelChoiceField(
        label=_("Whom to look at"),
        queryset=Territory.objects.none(),
        required=False,
        empty_label=_("every establishment with a mandate in force"),
    )
    ports = PortsField(
        label=_("TCP ports"),
        help_text=_(
            "Numbers and ranges, with commas: 22, 443, 8000-8010. At most 200. "
            "A range leaves out printers and controllers."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    udp = forms.BooleanField(
        label=_("Services without connections too: names, time, SNMP, IKE, OpenVPN, SIP"), required=False, initial=True
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice = self.fields["territory"]
        choice.queryset = Territory.objects.filter(establishments__isnull=False).distinct()  # type: ignore[attr-defined]
        choice.label_from_instance = lambda territory: territory.name  # type: ignore[attr-defined]
        for field in self.fields.values():
            plain = "form-check-input" if isinstance(field, forms.BooleanField) else "form-control"
            field.widget.attrs["class"] = "form-select" if field is choice else plain


@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = StartForm(request.POST or None, initial={"ports": usual_ports(), "name": _default_name()})
    if request.method == "POST" and form.is_valid():
        wanted = Establishment.objects.open(timezone.localdate(now))
        if form.cleaned_data["territory"]:
            wanted = within(form.cleaned_data["territory"])
        try:
            started = actions.start_campaign(
                name=form.cleaned_data["name"],
                establishments=wanted,
                ports=form.cleaned_data["ports"],
                datagrams=tuple(DATAGRAMS) if form.cleaned_data["udp"] else (),
                by=by(request),
                now=now,
            )
        except actions.StopInForce:
            form.add_error(None, gettext("A stop is in force: lift it before anything can start."))
        else:
            return redirect("web:campaign", started.pk)
    crumbs = [Crumb(gettext("Campaigns"), reverse("web:campaigns")), Crumb(gettext("Start a campaign"))]
    context = {"form": form, "crumbs": crumbs}
    return render(request, "web/pages/campaign_new.html", context, status=422 if form.errors else 200)


def _default_name() -> str:
    return gettext("Look of %(day)s") % {"day": day(timezone.localdate())}


@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Campaign, pk=pk)
    real = request.POST.get("absences") == "real"
    try:
        actions.judge_held(campaign=one, absences_are_real=real, by=by(request), now=timezone.now())
    except actions.NotHeld:
        messages.error(request, gettext("This campaign does not wait for anybody."))
    else:
        messages.success(request, gettext("Your decision is recorded."))
    return redirect("web:campaign", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """GET asks; POST stops, or lifts the stop. The same page serves both, so that one link is enough at night."""
    if request.method == "POST":
        now = timezone.now()
        if request.POST.get("order") == "lift":
            actions.lift_stop(by=by(request), now=now)
            messages.success(request, gettext("The stop is lifted. Stopped campaigns stay stopped: start a new one."))
            return redirect("web:campaigns")
        actions.stop_everything(by=by(request), reason=request.POST.get("reason", "").strip()[:200], now=now)
        return redirect("web:stop")
    crumbs = [Crumb(gettext("Campaigns"), reverse("web:campaigns")), Crumb(gettext("Emergency stop"))]
    return render(request, "web/pages/stop.html", {"crumbs": crumbs, "past": queries.last_stops()})

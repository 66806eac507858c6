"""Incidents of providers: opened once by the cell, confirmed by each structure in one click, over for all at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.accounts.actions import actor
from vigie.apps.incidents import actions, asking, linking, shared
from vigie.apps.incidents.actions import Receiving
from vigie.apps.incidents.enums import CareMode, IncidentCause, IncidentKind, KnownAnswer, ReceivedBy
from vigie.apps.incidents.models import Declaration, Incident
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.data.incident_rules import limits
from vigie.engine.incidents import reference as references
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.taxonomy import Kind, Known, RootCause
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

COLUMNS = (
    Column(
        "structure",
        _("Structure"),
        ("establishment__name",),
        lambda row: row.establishment.name if row.establishment else "",
    ),
    Column("reference", _("Reference"), ("reference",), lambda row: row.reference),
    Column("care", _("Care"), ("care",), lambda row: CareMode(row.care).label),
    Column("received", _("Said"), ("received_at",), lambda row: row.received_at.isoformat(timespec="minutes")),
    Column(
        "over",
        _("Over there"),
        ("resolved_at",),
        lambda row: row.resolved_at.isoformat(timespec="minutes") if row.resolved_at else "",
    ),
)
CARE = (CareMode.UNKNOWN, CareMode.NORMAL, CareMode.DEGRADED, CareMode.INTERRUPTED)


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


class OpenForm(PlainForm):
    provider = forms.CharField(label=_("Provider"), max_length=200)
    title = forms.CharField(
        label=_("What does not work, in a few words"),
        max_length=200,
        help_text=_("Every structure with an account reads this line: name no structure in it."),
    )
    since = _moment(_("Seen since"))
    kind = forms.ChoiceField(
        label=_("What does it look like?"), choices=IncidentKind.choices, initial=IncidentKind.PROVIDER_OUTAGE
    )
    cause = forms.ChoiceField(
        label=_("What caused it?"), choices=IncidentCause.choices, initial=IncidentCause.PROVIDER_FAILURE
    )
    reference = forms.CharField(
        label=_("Declaration that told it, if there is one"),
        max_length=40,
        required=False,
        help_text=_("That of the provider itself, or of the first structure: it is put into this incident."),
    )


@require_safe
def shared_incidents(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    rows = list(shared.under_way()[:50])
    handles = user.has(Right.HANDLE_INCIDENTS, now)
    own = {} if handles else shared.own_of(user, rows, now)
    context = {
        "crumbs": [Crumb(gettext("Incidents of providers"))],
        "incidents": [(one, own.get(one.pk, [])) for one in rows],
        "handles": handles,
        "unanswered": sum(1 for places in own.values() if not any(place.declaration for place in places)),
        "care": CARE,
    }
    return render(request, "web/pages/shared_incidents.html", context)


@require_POST
def touched(request: HttpRequest, pk: int) -> HttpResponse:
    """One structure says that it is touched: by its account, or by telephone to the cell. Twice is once."""
    now, user = timezone.now(), viewer(request)
    incident = get_object_or_404(Incident.objects.filter(is_shared=True).exclude(provider=""), pk=pk)
    mine = Establishment.objects.visible_to(user, now, Right.DECLARE_INCIDENT)
    establishment = mine.filter(finess=request.POST.get("finess", "").strip().upper()).first()
    handles = user.has(Right.HANDLE_INCIDENTS, now)
    if establishment is None:
        if not handles:
            raise Http404
        messages.error(request, gettext("No establishment that we know has this FINESS number."))
        return redirect("web:shared-incident", pk)
    receiving = Receiving(
        by=actor(user),
        how=ReceivedBy.TELEPHONE if handles else ReceivedBy.ACCOUNT,
        author=user,
        language=user.language or "fr",
    )
    try:
        receipt = actions.confirm_shared(
            incident=incident,
            establishment=establishment,
            receiving=receiving,
            key=linking.key_of_confirmation(incident, establishment),
            now=now,
            care=request.POST.get("care", ""),
        )
    except actions.IncidentRefused as refused:
        messages.error(request, str(refused))
        return redirect("web:shared-incidents")
    messages.success(request, _thanks(receipt.again))
    return (
        redirect("web:shared-incident", pk) if handles else redirect("web:declaration", receipt.declaration.reference)
    )


def _thanks(again: bool) -> str:
    if again:
        return gettext("This was said already: here is the declaration.")
    return gettext("It is noted that this structure is touched. Complete it when you know more.")


@require_http_methods(["GET", "HEAD", "POST"])
def open_shared(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    form = OpenForm(request.POST if request.method == "POST" else None, initial=_told_in(request, now))
    if form.is_bound and form.is_valid():
        first = _declaration(form.cleaned_data["reference"])
        if form.cleaned_data["reference"].strip() and first is None:
            form.add_error("reference", gettext("No declaration has this reference."))
        elif form.cleaned_data["since"] > now:
            form.add_error("since", gettext("This moment has not come yet: look at the day and the hour."))
        elif form.cleaned_data["since"] < now - limits(now.date()).seen_at_most:
            form.add_error("since", gettext("This is years ago: look at the year."))
        else:
            return redirect("web:shared-incident", _opened(form, first, actor(user), now).pk)
    context = {
        "crumbs": [Crumb(gettext("Incidents of providers"), "/incidents/shared/"), Crumb(gettext("Open one"))],
        "form": form,
    }
    return render(request, "web/pages/open_shared_incident.html", context, status=422 if form.errors else 200)


def _told_in(request: HttpRequest, now: datetime) -> dict[str, object]:
    """The provider as a declaration names it, when the page is opened from one."""
    first = _declaration(request.GET.get("declaration", ""))
    known: dict[str, object] = {"since": now}
    if first is not None:
        known |= {"reference": first.reference, "provider": first.incident.provider}
        known["since"] = first.incident.discovered_at or now
    return known


def _declaration(text: str) -> Declaration | None:
    reference = references.read(text)
    rows = Declaration.objects.submitted().select_related("incident")
    return rows.filter(reference=reference).first() if isinstance(reference, str) else None


def _opened(form: OpenForm, first: Declaration | None, by: str, now: datetime) -> Incident:
    told = form.cleaned_data
    facts = Facts(
        told["since"],
        kind=Kind(told["kind"]),
        cause=RootCause(told["cause"]),
        others_concerned=Known(KnownAnswer.YES),
        ongoing=Known(KnownAnswer.YES),
    )
    incident = actions.open_shared(title=told["title"], provider=told["provider"], facts=facts, by=by, now=now)
    if first is not None:
        actions.merge(incident=first.incident, into=incident, by=by, now=now)
    return incident


@require_http_methods(["GET", "HEAD", "POST"])
def shared_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """For the cell: whom it touches, how care goes on in each, and the button that ends it for all."""
    now, user = timezone.now(), viewer(request)
    incident = get_object_or_404(Incident.objects.filter(is_shared=True), pk=pk)
    if request.method == "POST":
        return _restored(request, incident, actor(user), now)
    rows = shared.touched(incident)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-received"), COLUMNS, f"vigie-provider-incident-{pk}")
    effects = shared.effects(incident)
    context = {
        "crumbs": [Crumb(gettext("Incidents of providers"), "/incidents/shared/"), Crumb(incident.provider)],
        "incident": incident,
        "table": table(rows, COLUMNS, request, "-received", shape=_labelled),
        "effects": effects,
        "structures": sum(one.structures for one in effects),
        "worst": sum(one.structures for one in effects if one.care in {CareMode.DEGRADED, CareMode.INTERRUPTED}),
        "care": CARE,
        "now": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "web/pages/shared_incident.html", context)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to the structures that the provider lists: each answers by the link of its message."""
    incident = get_object_or_404(Incident.objects.filter(is_shared=True).exclude(provider=""), pk=pk)
    numbers = request.POST.get("numbers", "").replace(",", " ").replace(";", " ").split()
    try:
        asked = asking.ask_structures(incident=incident, numbers=numbers, by=by(request), now=timezone.now())
    except actions.IncidentRefused as refused:
        messages.error(request, str(refused))
        return redirect("web:shared-incident", pk)
    told = ngettext("%(n)d message will leave.", "%(n)d messages will leave.", asked.written) % {"n": asked.written}
    messages.success(request, told)
    if asked.unreached:
        names = ", ".join(one.name for one in asked.unreached[:20])
        messages.warning(request, gettext("No confirmed contact, call them: %(names)s") % {"names": names})
    if asked.unknown:
        numbers_told = ", ".join(asked.unknown[:20])
        messages.warning(request, gettext("No establishment that we know: %(numbers)s") % {"numbers": numbers_told})
    return redirect("web:shared-incident", pk)


def _labelled(rows: Iterable[Any]) -> list[Any]:
    """With how care goes on there in words."""
    made = list(rows)
    for row in made:
        row.care_label = CareMode(row.care).label
    return made


def _restored(request: HttpRequest, incident: Incident, by: str, now: datetime) -> HttpResponse:
    try:
        moment = datetime.fromisoformat(request.POST.get("at", ""))
        at = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        linking.restore_shared(incident=incident, at=at, by=by, now=now)
    except (ValueError, OverflowError):
        messages.error(request, gettext("Write the day and the hour so: 2026-11-23 05:30."))
    except actions.IncidentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("It is noted for all: each structure says when care is normal there."))
    return redirect("web:shared-incident", incident.pk)

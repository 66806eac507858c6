"""Qualify an incident: the axes, each of which may stay unknown, and what they make due, with why."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vigie.apps.incidents import actions
from vigie.apps.incidents.answering import with_registry
from vigie.apps.incidents.assessing import FIELDS, facts_typed, read_assessment
from vigie.apps.incidents.duties import duties_of
from vigie.apps.incidents.enums import (
    ConditionName,
    IncidentAuthority,
    IncidentGravity,
    IncidentOrigin,
    ObligationStage,
    RsitClass,
)
from vigie.apps.incidents.models import Incident
from vigie.apps.registry.models import Establishment
from vigie.data import incident_rules
from vigie.engine.incidents.answers import Fault
from vigie.engine.incidents.duties import Moments, routes
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.gravity import judge
from vigie.engine.incidents.lifecycle import Deed, State, possible
from vigie.engine.incidents.taxonomy import CLASS_OF, Known
from vigie.engine.incidents.taxonomy import RsitClass as Rsit
from vigie.web.components.declaration import DeclarationForm, typed_in
from vigie.web.components.page import Crumb, by

from .incidents import words_of
from .passing_on import RESTRICTED
from .triage import place

GROUPS = (
    (_("What it is"), ("kind", "cause", "vector", "equipment")),
    (_("Care and patients"), ("care", "care_hours", "danger", "ongoing")),
    (_("Data"), ("data_loss", "data_integrity", "data_disclosure", "natures")),
    (_("How far"), ("system", "reach", "others_concerned")),
    (_("When"), ("discovered_at", "started_at")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def qualify(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the facts as they stand; POST with `deed=look` says what they would make due, else qualifies."""
    now = timezone.now()
    one = get_object_or_404(Incident.objects.declared().select_related("establishment__department"), pk=pk)
    typed = typed_in(request.POST) if request.method == "POST" else facts_typed(one)
    told = read_assessment(typed, now=now)
    chosen = request.POST.get("rsit_class", one.rsit_class if request.method != "POST" else "")
    refusal = "" if isinstance(told, Facts) else gettext("Some answers have to be looked at again.")
    if request.method == "POST" and request.POST.get("deed") != "look" and isinstance(told, Facts):
        try:
            _record(request, one, told, chosen)
        except actions.IncidentRefused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("It is qualified; whom the rules have told is below."))
            return redirect(reverse("web:incident", args=[pk]) + "#authorities")
    return _page(request, one, typed, told, chosen, refusal)


def _record(request: HttpRequest, one: Incident, facts: Facts, chosen: str) -> None:
    rsit, words = Rsit(chosen) if chosen in RsitClass.values else None, words_of(request)
    if Deed.QUALIFY in possible(State(one.state)):
        actions.qualify(incident=one, facts=facts, by=by(request), now=timezone.now(), rsit_class=rsit, words=words)
        return
    actions.assess(incident=one, facts=facts, by=by(request), now=timezone.now(), rsit_class=rsit)
    if words:
        actions.remark(incident=one, words=words, by=by(request), now=timezone.now())


def _page(
    request: HttpRequest,
    one: Incident,
    typed: dict[str, str],
    told: Facts | tuple[Fault, ...],
    chosen: str,
    refusal: str,
) -> HttpResponse:
    faults = () if isinstance(told, Facts) else told
    form = DeclarationForm(typed, faults)
    form.fields["rsit_class"] = forms.ChoiceField(
        label=_("Class (RSIT)"), choices=RsitClass.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    form.initial["rsit_class"] = chosen or (CLASS_OF[told.kind].value if isinstance(told, Facts) else "unknown")
    number = gettext("Incident %(number)d") % {"number": one.pk}
    context = {
        "crumbs": [
            Crumb(gettext("Incidents"), reverse("web:incidents")),
            Crumb(number, reverse("web:incident", args=[one.pk])),
            Crumb(gettext("Qualify")),
        ],
        "incident": one,
        "place": place(one),
        "groups": [(title, [(form[name], form.faults.get(name, "")) for name in names]) for title, names in GROUPS],
        "rsit": form["rsit_class"],
        "faults": [(form[fault.field], form.faults[fault.field]) for fault in faults if fault.field in FIELDS],
        "refusal": refusal,
        "words": words_of(request) if request.method == "POST" else "",
        "outcome": _outcome(one, told) if isinstance(told, Facts) else None,
        "asked_for_more": request.POST.get("deed") == "look",
    }
    return render(request, "web/pages/qualify_incident.html", context, status=422 if refusal else 200)


def _outcome(one: Incident, facts: Facts) -> dict[str, object]:
    """What these facts derive and make due, before anything is written."""
    now = timezone.now()
    moments = Moments(facts.discovered_at, one.confirmed_at or now, one.qualified_at or now)
    whole = with_registry(facts, _establishment(one))
    found = routes(whole, incident_rules.routes(facts.discovered_at.date()).rules, moments)
    owed = duties_of(replace(facts), moments, {})
    return {
        "gravity": IncidentGravity(judge(facts).gravity.value).label,
        "origin": IncidentOrigin(facts.origin.value).label,
        "ours": [_line(IncidentAuthority(r.rule.authority).label, r) for r in found if r.rule.sent_by_us],
        "owed": [
            _line(f"{ObligationStage(d.rule.stage).label}, {IncidentAuthority(d.rule.authority).label}", d)
            for d in owed
        ],
    }


def _establishment(one: Incident) -> Establishment | None:
    return one.establishment


def _line(label: object, one: object) -> dict[str, object]:
    why = [str(ConditionName(slug).label) for slug in one.why if slug not in RESTRICTED]  # type: ignore[attr-defined]
    return {
        "label": label,
        "sure": one.applies is Known.YES,  # type: ignore[attr-defined]
        "why": why,
        "due_at": one.due_at,  # type: ignore[attr-defined]
    }

"""What people do about a finding: one page per decision, and the look on request with its live answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.accounts.queries import people_over
from vigie.apps.findings import decisions, planning, queries, retesting
from vigie.apps.findings.models import Finding, Measure
from vigie.apps.findings.refusals import FindingRefused, Incomplete
from vigie.apps.registry.enums import Right
from vigie.web.components import decisions as asked
from vigie.web.components import wording
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.questions import Asking, QuestionForm, ask

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: its page, its questions, what it does, what is said once it is done."""

    title: str | Promise
    verb: str | Promise
    form: type[QuestionForm]
    act: Callable[[Finding, Answers, str, datetime], object]
    done: str | Promise
    about: str | Promise = ""


def _plan(one: Finding, told: Answers, who: str, now: datetime) -> object:
    return planning.plan(finding=one, by=who, now=now, **told | {"measures": asked.lines(told["measures"])})


def _accept(one: Finding, told: Answers, who: str, now: datetime) -> object:
    return decisions.accept_risk(finding=one, by=who, now=now, **told | {"measures": asked.lines(told["measures"])})


STEPS = {
    "plan": Step(
        _("Plan the correction"),
        _("Record the plan"),
        asked.PlanForm,
        _plan,
        _("The plan is recorded. The deadline has not moved."),
    ),
    "note": Step(
        _("Add a note"),
        _("Add the note"),
        asked.NoteForm,
        lambda one, told, who, now: planning.note(finding=one, by=who, now=now, **told),
        _("The note is in the history."),
    ),
    "assign": Step(
        _("Give it to somebody"),
        _("Give it"),
        asked.AssignForm,
        lambda one, told, who, now: planning.assign(finding=one, by=who, now=now, **told),
        _("Done: it is in the history."),
    ),
    "false-positive": Step(
        _("It is a false positive"),
        _("Set it aside"),
        asked.FalsePositiveForm,
        lambda one, told, who, now: decisions.mark_false_positive(finding=one, by=who, now=now, **told),
        _("It is set aside until that day. Looks still follow it."),
        _("It leaves the work and the level until a day that you choose."),
    ),
    "accept-risk": Step(
        _("Accept the risk"),
        _("Accept the risk"),
        asked.AcceptRiskForm,
        _accept,
        _("The risk is accepted until that day. It still weighs in the level until its measures are verified."),
        _("It leaves the work. It weighs in the level until somebody else verifies what holds the risk down."),
    ),
    "retire": Step(
        _("The equipment is out of service"),
        _("Record it"),
        asked.ReasonForm,
        lambda one, told, who, now: decisions.retire_asset(finding=one, by=who, now=now, **told),
        _("Recorded. If a look sees it again, it is open again with its first date."),
        _("If a look sees it again, it is open again with its first date."),
    ),
    "reopen": Step(
        _("Open it again"),
        _("Open it again"),
        asked.ReasonForm,
        lambda one, told, who, now: decisions.reopen(finding=one, by=who, now=now, **told),
        _("It is open again, with its first date and its deadline."),
    ),
}


def _finding(pk: int) -> Finding:
    return get_object_or_404(Finding.objects.select_related("establishment__department__parent__parent"), pk=pk)


def _form(one: Finding, step: str) -> type[QuestionForm]:
    if step == "assign":
        return asked.AssignForm.among(people_over(one.establishment, Right.ACT, timezone.now()))
    if step in {"plan", "accept-risk"}:
        return STEPS[step].form.offering(decisions.measures_shown(one))  # type: ignore[attr-defined,no-any-return]
    return STEPS[step].form


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    one, chosen = _finding(pk), STEPS[step]
    asking = ask(request, _form(one, step), _known(one, step))
    if asking.done:
        try:
            chosen.act(one, asking.form.cleaned_data, by(request), timezone.now())
        except FindingRefused as refused:
            asking = asking.refused(getattr(refused, "field", ""), str(refused))
        else:
            messages.success(request, str(chosen.done))
            return redirect("web:finding", pk)
    return _page(request, one, asking, title=chosen.title, verb=chosen.verb, about=chosen.about)


def _known(one: Finding, step: str) -> dict[str, object]:
    """What the questions start with: the plan in force, who follows it today."""
    if step == "assign":
        return {"to": one.assigned_to_id}
    current = queries.plan_of(one) if step == "plan" else None
    if current is None:
        return {}
    return {"on": current.on, "window": current.window, "owner": current.owner, "constraint": current.constraint}


def _page(
    request: HttpRequest,
    one: Finding,
    asking: Asking[Any],
    *,
    title: str | Promise,
    verb: str | Promise,
    about: str | Promise = "",
) -> HttpResponse:
    name = wording.finding_title(one)
    trail = Crumb(name, reverse("web:finding", args=[one.pk])), Crumb(str(title))
    context = {
        "crumbs": establishment_crumbs(one.establishment, *trail),
        "finding": one,
        "name": name,
        "asking": asking,
        "form": asking.form,
        "title": title,
        "verb": verb,
        "about": about,
    }
    return render(request, "web/pages/finding_form.html", context, status=422 if asking.has_faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, pk: int, measure: int) -> HttpResponse:
    one = _finding(pk)
    row = get_object_or_404(Measure, pk=measure, finding=one)
    asking = ask(request, asked.ProofForm, {})
    if asking.done:
        try:
            planning.verify_measure(measure=row, by=by(request), now=timezone.now(), **asking.form.cleaned_data)
        except Incomplete as refused:
            asking = asking.refused(refused.field, str(refused))
        except FindingRefused as refused:
            asking = asking.refused("", str(refused))
        else:
            messages.success(request, gettext("The measure is verified, under your name."))
            return redirect("web:finding", pk)
    return _page(request, one, asking, title=gettext("Verify a measure"), verb=gettext("Verified"), about=row.text)


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    one = _finding(pk)
    try:
        decisions.acknowledge(finding=one, by=by(request), now=timezone.now())
    except FindingRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Noted: somebody has it in hand."))
    return redirect("web:finding", pk)


@require_POST
def declare_fix(request: HttpRequest, pk: int) -> HttpResponse:
    one = _finding(pk)
    try:
        _, why_not = decisions.declare_fix(finding=one, by=by(request), now=timezone.now())
    except FindingRefused as refused:
        messages.error(request, str(refused))
        return redirect("web:finding", pk)
    if why_not:
        later = gettext("Your declaration is recorded. No look can be made now, the next one will verify it. %(why)s")
        messages.error(request, later % {"why": why_not})
    return redirect(f"{reverse('web:finding', args=[pk])}#follow")


@require_POST
def retest(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        retesting.retest(finding=_finding(pk), by=by(request), now=timezone.now())
    except FindingRefused as refused:
        messages.error(request, str(refused))
    return redirect(f"{reverse('web:finding', args=[pk])}#follow")


@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked again each second while a look is under way."""
    one = get_object_or_404(Finding, pk=pk)
    status = queries.last_retest(one)
    response = render(request, "web/parts/retest.html", {"finding": one, "retest": status})
    if request.headers.get("HX-Request") and not (status and status.is_running):
        response["HX-Refresh"] = "true"  # the whole page tells the new state
    return response

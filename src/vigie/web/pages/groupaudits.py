"""Audits of groups: the list, one of them with its report, its steps, and the review of its findings."""

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

from vigie.apps.findings.enums import GroupAuditState
from vigie.apps.findings.groupaudits import actions, queries
from vigie.apps.findings.models import GroupAudit
from vigie.apps.findings.refusals import FindingRefused, Incomplete
from vigie.apps.observatory import groupaudits as reports
from vigie.apps.registry.models import Group
from vigie.apps.registry.queries import members_of
from vigie.engine.group_audit import Deed, State, decided
from vigie.exports.groupaudit import file_name, plan_csv, report_pdf, sheet
from vigie.exports.pdf import PdfUnavailable
from vigie.web.access import viewer
from vigie.web.components import groupaudits as asked_for
from vigie.web.components.page import Crumb, asked, by
from vigie.web.components.ports import usual_ports
from vigie.web.components.questions import QuestionForm, ask
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import language

Answers = dict[str, Any]
COLUMNS = (
    Column("group", _("Group"), ("group__name",), lambda row: row.group.name),
    Column("code", _("Code"), (), lambda row: row.group.code, in_page=False),
    Column("state", _("State"), ("state",), lambda row: row.get_state_display()),
    Column("establishments", _("Establishments"), ("establishments",), lambda row: row.establishments, "v-num"),
    Column("confirmed", _("Confirmed weaknesses"), ("confirmed",), lambda row: row.confirmed, "v-num"),
    Column("prepared", _("Prepared"), ("prepared_at",), lambda row: row.prepared_at.date()),
    Column("told", _("Told to the group"), ("restituted_on",), lambda row: row.restituted_on),
    Column("next", _("Next follow-up"), ("next_due",), lambda row: row.next_due),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One deed of the analyst: its page, its questions, what it does, what is said once it is done."""

    deed: Deed
    title: str | Promise
    verb: str | Promise
    form: type[QuestionForm]
    act: Callable[[GroupAudit, Answers, str, datetime], object]
    done: str | Promise
    about: str | Promise = ""


STEPS = {
    "agree": Step(
        Deed.AGREE,
        _("Record the agreement"),
        _("Record it"),
        asked_for.AgreeForm,
        lambda one, told, who, now: actions.agree(audit=one, by=who, now=now, **told),
        _("The agreement is recorded: the first look can start."),
        _("Without an agreement nothing is looked at. The mandate of each establishment is still needed."),
    ),
    "run": Step(
        Deed.RUN,
        _("Look at the perimeter"),
        _("Start looking"),
        asked_for.RunForm,
        lambda one, told, who, now: actions.run(audit=one, by=who, now=now, **told),
        _("The look has started."),
        _("Each establishment is looked at under its own mandate; one without a mandate is not looked at."),
    ),
    "conclude": Step(
        Deed.SUMMARISE,
        _("Write the conclusion"),
        _("Record it"),
        asked_for.ConcludeForm,
        lambda one, told, who, now: actions.summarise(audit=one, by=who, now=now, **told),
        _("The conclusion is recorded."),
    ),
    "restitute": Step(
        Deed.RESTITUTE,
        _("Record the restitution"),
        _("Record it"),
        asked_for.RestituteForm,
        lambda one, told, who, now: actions.restitute(audit=one, by=who, now=now, **told),
        _("Recorded: the group is looked at again after 30, 90 and 180 days."),
    ),
    "close": Step(
        Deed.CLOSE,
        _("Close the audit"),
        _("Close it"),
        asked_for.EndForm,
        lambda one, told, who, now: actions.close(audit=one, by=who, now=now, **told),
        _("The audit is closed. The findings go on by themselves."),
        _("The follow-ups that still wait will not run."),
    ),
    "abandon": Step(
        Deed.ABANDON,
        _("Abandon the audit"),
        _("Abandon it"),
        asked_for.EndForm,
        lambda one, told, who, now: actions.abandon(audit=one, reason=told["words"], by=who, now=now),
        _("The audit is abandoned. The findings stay what they are."),
    ),
}


@require_safe
def group_audits(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = queries.listed().filter(pk__in=_visible(request).values("pk"))
    if code := asked(request, "group"):
        rows = rows.filter(group__code=code)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-prepared"), COLUMNS, f"vigie-group-audits-{now.date()}")
    today = timezone.localdate(now)
    context = {
        "crumbs": [Crumb(gettext("Audits of groups"))],
        "table": table(rows, COLUMNS, request, "-prepared"),
        "audited": queries.audited_in(today.year, today, now),
    }
    return render(request, "web/pages/group_audits.html", context)


@require_safe
def group_audit(request: HttpRequest, pk: int) -> HttpResponse:
    one = _audit(pk)
    made = reports.report(one, timezone.now())
    if wants_csv(request):
        return _file(plan_csv(made).encode(), f"{file_name(made)}.csv", "text/csv; charset=utf-8")
    context = {
        "crumbs": _crumbs(one),
        "audit": one,
        "report": made,
        "sheet": sheet(made, language()),
        "steps": [(slug, step) for slug, step in STEPS.items() if decided(State(one.state), step.deed)],
        "may_gather": decided(State(one.state), Deed.GATHER) is not None,
        "may_review": one.state == GroupAuditState.REVIEWING,
        "events": one.events.order_by("at", "pk"),
    }
    return render(request, "web/pages/group_audit.html", context)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    made = reports.report(_audit(pk), timezone.now())
    try:
        document = report_pdf(made, language(), now=made.moment)
    except PdfUnavailable as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    return _file(document, f"{file_name(made)}.pdf", "application/pdf")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The group first, in the address; then those of its members that are audited."""
    now = timezone.now()
    groups = Group.objects.filter(closed_on=None).order_by("name", "code")
    chosen = groups.filter(code=asked(request, "code")).first() if asked(request, "code") else None
    if chosen is None:
        form: Any = asked_for.GroupForm(request.GET or None, groups=groups)
        if form.is_valid():
            return redirect(f"{reverse('web:new-group-audit')}?code={form.cleaned_data['group'].code}")
        return _new(request, form if "group" in request.GET else asked_for.GroupForm(groups=groups), None)
    members = members_of(chosen.pk, now.date(), now).order_by("name")
    form = asked_for.MembersForm(
        request.POST if request.method == "POST" else None, among=members, initial={"establishments": list(members)}
    )
    if request.method == "POST" and form.is_valid():
        picked = list(form.cleaned_data["establishments"])
        try:
            made = actions.prepare(group=chosen, establishments=picked, by=by(request), now=now)
        except Incomplete as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("web:group-audit", made.pk)
    return _new(request, form, chosen)


def _new(request: HttpRequest, form: Any, chosen: Group | None) -> HttpResponse:
    crumbs = [Crumb(gettext("Audits of groups"), reverse("web:group-audits")), Crumb(gettext("Prepare an audit"))]
    context = {"form": form, "crumbs": crumbs, "group": chosen}
    return render(request, "web/pages/group_audit_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    one, chosen, now = _audit(pk), STEPS[step], timezone.now()
    asking = ask(request, chosen.form, _known(one, step, now))
    if asking.done:
        try:
            chosen.act(one, asking.form.cleaned_data, by(request), now)
        except FindingRefused as refused:
            asking = asking.refused(getattr(refused, "field", ""), str(refused))
        else:
            messages.success(request, str(chosen.done))
            return redirect("web:group-audit", pk)
    context = {
        "crumbs": _crumbs(one, Crumb(str(chosen.title))),
        "audit": one,
        "asking": asking,
        "form": asking.form,
        "step": chosen,
    }
    return render(request, "web/pages/group_audit_form.html", context, status=422 if asking.has_faults else 200)


def _known(one: GroupAudit, step: str, now: datetime) -> dict[str, object]:
    """What the questions start with."""
    if step == "run":
        return {"ports": ", ".join(str(port) for port in one.ports) or usual_ports()}
    if step == "conclude":
        drafted = sheet(reports.report(one, now), language()).conclusion
        return {"words": one.conclusion or "\n".join(drafted)}
    return {"on": timezone.localdate(now)}


@require_POST
def gather(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.gather(audit=_audit(pk), by=by(request), now=timezone.now())
    except FindingRefused as refused:
        messages.error(request, str(refused))
        return redirect("web:group-audit", pk)
    return redirect("web:review-group-audit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding at a time, the worst first: Enter confirms it and brings the next one."""
    one = _audit(pk)
    rows = queries.under_review(one)
    number = asked(request, "finding")
    named = rows.filter(finding=int(number)).first() if number.isascii() and number.isdigit() else None
    current = named or rows.filter(judged_at=None).first()
    rejects = request.method == "POST" and request.POST.get("verdict") != "confirm"
    form = asked_for.RejectForm(request.POST if rejects else None)
    if request.method == "POST" and current is not None:
        answer = _judge(request, one, current, form)
        if answer is not None:
            return answer
    left = rows.filter(judged_at=None).count()
    context = {
        "crumbs": _crumbs(one, Crumb(gettext("Review"))),
        "audit": one,
        "current": current,
        "form": form,
        "left": left,
        "table": table(rows, REVIEW, request, "judged"),
        "may_judge": one.state == GroupAuditState.REVIEWING,
        "now": timezone.now(),
    }
    return render(request, "web/pages/group_audit_review.html", context, status=422 if form.errors else 200)


REVIEW = (
    Column("severity", _("Severity"), ("finding__rank",)),
    Column("what", _("Finding")),
    Column("establishment", _("Establishment"), ("finding__establishment__name",)),
    Column("where", _("Where"), ("finding__address",)),
    Column("judged", _("Verdict"), ("is_judged", "-finding__exploited", "finding__rank", "finding__deadline")),
)


def _judge(request: HttpRequest, one: GroupAudit, current: Any, form: Any) -> HttpResponse | None:
    """None when the form says what is missing."""
    now, who = timezone.now(), by(request)
    try:
        if request.POST.get("verdict") == "confirm":
            actions.confirm(audit=one, finding=current.finding, by=who, now=now)
        elif form.is_valid():
            actions.reject(audit=one, finding=current.finding, by=who, now=now, **form.cleaned_data)
        else:
            return None
    except FindingRefused as refused:
        messages.error(request, str(refused))
    return redirect("web:review-group-audit", one.pk)


def _visible(request: HttpRequest) -> Any:
    return GroupAudit.objects.visible_to(viewer(request), timezone.now())


def _audit(pk: int) -> GroupAudit:
    return get_object_or_404(GroupAudit.objects.select_related("group__region__parent"), pk=pk)


def _crumbs(one: GroupAudit, *more: Crumb) -> list[Crumb]:
    own = Crumb(one.group.name, reverse("web:group-audit", args=[one.pk]) if more else "")
    return [Crumb(gettext("Audits of groups"), reverse("web:group-audits")), own, *more]


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

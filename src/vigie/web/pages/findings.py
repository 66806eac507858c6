"""The list of findings, and the page of one: what it is, why it matters, what to do, on what proof."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.findings import queries
from vigie.apps.findings.enums import FindingKind, FindingState, Severity
from vigie.apps.findings.models import STANDING, Finding
from vigie.apps.scans.queries import raw_answers_of
from vigie.engine.lifecycle import Deed, State, decided
from vigie.web.access import May, viewer
from vigie.web.components import wording
from vigie.web.components.dates import as_of
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.page import asked as given
from vigie.web.components.raw import shown
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

COLUMNS = (
    Column("urgency", _("Severity"), ("-exploited", "rank", "deadline"), lambda one: Severity(one.severity).label),
    Column("finding", _("Finding"), ("subject",), wording.finding_title),
    Column("establishment", _("Establishment"), ("establishment__name",), lambda one: one.establishment.name),
    Column("finess", "FINESS", (), lambda one: one.establishment.finess, in_page=False),
    Column("place", _("Where"), ("address", "port"), wording.place),
    Column("since", _("First seen"), ("first_seen",), lambda one: one.first_seen.date().isoformat()),
    Column("deadline", _("Deadline"), ("deadline",), lambda one: one.deadline.date().isoformat()),
    Column(
        "exploited", _("Exploited"), (), lambda one: gettext("yes") if one.exploited else gettext("no"), in_page=False
    ),
    Column(
        "ended",
        _("Ended"),
        ("closed_at",),
        lambda one: one.closed_at and one.closed_at.date().isoformat(),
        in_page=False,
    ),
    Column("state", _("State"), (), lambda one: FindingState(one.state).label, in_page=False),
)
# States in which nobody has anything to do: what ended last comes first.
PUT_DOWN = set(FindingState.values) - set(STANDING)


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    asked = as_of(request, timezone.now())
    state = request.GET.get("state", "")
    rows = queries.open_at(asked.moment if asked.is_past else None)
    if state in FindingState.values and not asked.is_past:
        rows = Finding.objects.filter(state=state, closed_at__isnull=state not in PUT_DOWN)
    else:
        state = ""
    shown = _filtered(queries.ranked(rows.visible_to(viewer(request), timezone.now())), request, asked.moment)
    if wants_csv(request):
        return csv_response(sorted_by(shown, COLUMNS, request, "urgency"), COLUMNS, f"vigie-findings-{asked.day}")
    page = table(shown, COLUMNS, request, "-ended" if state in PUT_DOWN else "urgency")
    context = {
        "as_of": asked,
        "now": asked.moment,
        "table": page,
        "figures": None if state else queries.listed(shown, page.total, asked.moment),
        "asked": request.GET,
        "state": state,
        "states": FindingState.choices,
        "severities": Severity.choices,
        "kinds": FindingKind.choices,
    }
    return render(request, "web/pages/findings.html", context)


def _filtered(rows: QuerySet[Finding], request: HttpRequest, now: datetime) -> QuerySet[Finding]:
    if words := given(request, "q"):
        rows = rows.annotate(names_text=Cast("names", TextField())).filter(
            Q(establishment__name__icontains=words)
            | Q(subject__icontains=words.replace(" ", "-"))
            | Q(address__startswith=words)
            | Q(names_text__icontains=words)
        )
    if (severity := request.GET.get("severity", "")) in Severity.values:
        rows = rows.filter(severity=severity)
    if (kind := request.GET.get("kind", "")) in FindingKind.values:
        rows = rows.filter(kind=kind)
    if finess := given(request, "establishment"):
        rows = rows.filter(establishment__finess=finess)
    if subject := given(request, "subject", 250):
        rows = rows.filter(subject=subject)
    if request.GET.get("exploited"):
        rows = rows.filter(exploited=True)
    if request.GET.get("late"):
        rows = rows.filter(deadline__lt=now)
    return rows


@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    beside = "establishment__department__parent__parent", "service__pair", "assigned_to"
    rows = Finding.objects.select_related(*beside)
    one = get_object_or_404(rows, pk=pk)
    links = queries.links_of(one)
    # Of what is over, those that ended with it.
    holding = [link for link in links if link.ended_at in {None, one.closed_at}]
    title = wording.finding_title(one, len(holding))
    here = Crumb(title)
    listed = Crumb(gettext("Findings"), f"{reverse('web:findings')}?establishment={one.establishment.finess}")
    context = {
        "crumbs": establishment_crumbs(one.establishment, listed, here),
        "finding": one,
        "may": May(viewer(request), timezone.now(), one.establishment),
        "title": title,
        "text": wording.finding_text(one, len(holding)),
        "links": links,
        "events": queries.events_of(one),
        "raw": [shown(answer) for answer in raw_answers_of(one.service)],
        "now": timezone.now(),
        "can": {deed.value: decided(State(one.state), deed) is not None for deed in Deed},
        "until": one.until and timezone.localdate(one.until - timedelta(seconds=1)),
        "retest": queries.last_retest(one),
        "plan": queries.plan_of(one),
        "measures": queries.measures_of(one),
        "me": by(request),  # who recorded a measure does not verify it
        "sla": queries.sla(one),
    }
    return render(request, "web/pages/finding.html", context)

"""The list of findings, and the page of one: what it is, why it matters, what to do, on what proof."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.accounts.models import User
from vigie.apps.accounts.queries import colleagues
from vigie.apps.findings import queries
from vigie.apps.findings.enums import FindingKind, FindingState, Severity
from vigie.apps.findings.filtering import PUT_DOWN, Wanted, in_state, matching
from vigie.apps.findings.models import Finding, Note
from vigie.apps.findings.sightings import queries as sightings
from vigie.apps.registry.enums import Right
from vigie.apps.scans.queries import raw_answers_of
from vigie.apps.timeline import AsOf
from vigie.engine.lifecycle import Deed, State, decided
from vigie.web.access import May, viewer
from vigie.web.components import wording
from vigie.web.components.dates import as_of
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.page import asked as given
from vigie.web.components.raw import shown
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv


def _day(moment: datetime | None) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""


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
    Column("declared", _("Declared mended"), (), lambda one: _day(one.fix_declared_at), in_page=False),
    Column("verified", _("Correction verified"), (), lambda one: _day(queries.verified_at(one)), in_page=False),
    Column(
        "follower",
        _("Followed by"),
        (),
        lambda one: one.assigned_to and (one.assigned_to.name or one.assigned_to.email),
        in_page=False,
    ),
)
SIGHTINGS = 10  # of other tools, beside a finding


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    asked = as_of(request, timezone.now())
    wanted = _wanted(request)
    state = "" if asked.is_past else wanted.state
    rows = in_state(wanted, asked).visible_to(viewer(request), timezone.now())
    found = matching(rows, wanted, asked)
    if wants_csv(request):
        shown = sorted_by(queries.ranked(found), COLUMNS, request, "urgency")
        return csv_response(shown, COLUMNS, f"vigie-findings-{asked.day}")
    figures = None if state else queries.listed(found, asked.moment)
    # An index alone says which hundred are on the page: what is shown is read for these alone.
    page = table(
        found.only("pk"),
        COLUMNS,
        request,
        "-ended" if state in PUT_DOWN else "urgency",
        shape=queries.in_this_order,
        total=figures.open if figures else None,
    )
    context = {
        "as_of": asked,
        "now": asked.moment,
        "table": page,
        "figures": figures,
        "asked": request.GET,
        "state": state,
        "states": FindingState.choices,
        "severities": Severity.choices,
        "kinds": FindingKind.choices,
        "kept": _kept(wanted, request, asked),
        "takers": _takers(request, page.total) if not state and not asked.is_past else None,
    }
    return render(request, "web/pages/findings.html", context)


def _takers(request: HttpRequest, total: int) -> list[User] | None:
    """To whom what is ticked can be given; None for whoever may give nothing."""
    user, now = viewer(request), timezone.now()
    return list(colleagues(user, Right.ACT, now)) if total and user.has(Right.ACT, now) else None


def _kept(wanted: Wanted, request: HttpRequest, asked: AsOf) -> queries.Kept | None:
    """The delays that one establishment kept; of all of them it would read every row."""
    if not wanted.finess:
        return None
    visible = Finding.objects.visible_to(viewer(request), timezone.now())
    return queries.kept(visible.filter(establishment__finess=wanted.finess), asked.moment)


def _wanted(request: HttpRequest) -> Wanted:
    """What the address asks for; what it asks badly is not asked."""

    def one_of(name: str, values: list[str]) -> str:
        asked = request.GET.get(name, "")
        return asked if asked in values else ""

    return Wanted(
        words=given(request, "q"),
        state=one_of("state", FindingState.values),
        severity=one_of("severity", Severity.values),
        kind=one_of("kind", FindingKind.values),
        finess=given(request, "establishment"),
        subject=given(request, "subject", 250),
        exploited=bool(request.GET.get("exploited")),
        late=bool(request.GET.get("late")),
        followed_by={"me": viewer(request).pk, "nobody": 0}.get(request.GET.get("followed", "")),
    )


@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    beside = "establishment__department__parent__parent", "service__pair", "assigned_to"
    rows = Finding.objects.select_related(*beside)
    one = get_object_or_404(rows, pk=pk)
    links = queries.links_of(one)
    # Of what is over, those that ended with it.
    holding = [link for link in links if link.ended_at in {None, one.closed_at}]
    title = wording.finding_title(one, len(holding))
    may = May(viewer(request), timezone.now(), one.establishment)
    context = {
        "crumbs": _crumbs(one, title, may),
        "finding": one,
        "may": may,
        "title": title,
        "text": wording.finding_text(one, len(holding)),
        "links": links,
        "events": queries.events_of(one),
        "raw": [shown(answer) for answer in raw_answers_of(one.service)] if may["evidence"] else [],
        "now": timezone.now(),
        "can": {deed.value: decided(State(one.state), deed) is not None for deed in Deed},
        "until": one.until and timezone.localdate(one.until - timedelta(seconds=1)),
        "retest": queries.last_retest(one),
        "plan": queries.plan_of(one),
        "measures": queries.measures_of(one),
        "me": by(request),  # who recorded a measure does not verify it
        "sla": queries.sla(one),
        "care_data": queries.exchanges_care_data(one, timezone.now()),
        "notes": list(Note.objects.about(one).order_by("-pk")) if may["notes"] else [],
        "sightings": list(sightings.beside(one)[:SIGHTINGS]) if may["evidence"] else [],
    }
    return render(request, "web/pages/finding.html", context)


def _crumbs(one: Finding, title: str, may: May) -> list[Crumb]:
    """The trail by the pages of its establishment, for who may open them."""
    listed = Crumb(gettext("Findings"), f"{reverse('web:findings')}?establishment={one.establishment.finess}")
    if may["levels"]:
        return establishment_crumbs(one.establishment, listed, Crumb(title))
    return [Crumb(gettext("Findings"), reverse("web:findings")), Crumb(one.establishment.name), Crumb(title)]

"""The board of the cell: what waits, what touches care, which clock rings first."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.incidents import triage
from vigie.apps.incidents.enums import IncidentGravity, IncidentKind, IncidentState
from vigie.apps.incidents.models import DutyShift, Incident
from vigie.apps.registry.enums import Right
from vigie.web.access import viewer
from vigie.web.components.page import Crumb
from vigie.web.components.page import asked as given
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv


def place(row: Incident) -> str:
    """Whose it is, in words."""
    if row.establishment is not None:
        return str(row.establishment.name)
    return row.title or row.provider or gettext("a structure named in words only")


COLUMNS = (
    Column("incident", _("Incident"), ("establishment__name",), place),
    Column("number", _("Number"), ("id",), lambda row: row.pk, in_page=False),
    Column("finess", "FINESS", (), lambda row: row.establishment.finess if row.establishment else "", in_page=False),
    Column("kind", _("Kind"), ("kind",), lambda row: row.get_kind_display()),
    Column("care", _("Care"), ("care",), lambda row: row.get_care_display()),
    Column("state", _("State"), ("state", "declared_at"), lambda row: row.get_state_display()),
    Column("received", _("Received"), ("declared_at",), lambda row: row.declared_at.isoformat(timespec="minutes")),
    Column("clock", _("Next clock"), ("tell_by", "first_due"), lambda row: _moment(row.tell_by or row.first_due)),
    Column("gravity", _("Gravity"), (), lambda row: row.get_gravity_display(), in_page=False),
    Column(
        "follower",
        _("Followed by"),
        (),
        lambda row: row.assigned_to and (row.assigned_to.name or row.assigned_to.email),
        in_page=False,
    ),
)


def _moment(value: datetime | None) -> str:
    return value.isoformat(timespec="minutes") if value else ""


FILTERS = ("q", "state", "kind", "gravity", "care", "late", "followed")


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    seen = Incident.objects.visible_to(user, now)
    found = triage.matching(seen, _wanted(request), now)
    if wants_csv(request):
        rows = sorted_by(triage.with_clocks(found), COLUMNS, request, "-received")
        return csv_response(rows, COLUMNS, f"vigie-incidents-{now.date()}")
    by_clock = request.GET.get("sort", "").removeprefix("-") == "clock"
    rows = triage.with_clocks(found) if by_clock else found.only("pk")
    handles = user.has(Right.HANDLE_INCIDENTS, now)
    context = {
        "crumbs": [Crumb(gettext("Incidents"))],
        "table": table(rows, COLUMNS, request, "-received", shape=triage.with_their_clocks, total=found.count()),
        "figures": triage.figures(seen, now),
        "asked": request.GET,
        "is_filtered": any(request.GET.get(name) for name in FILTERS),
        "states": [one for one in IncidentState.choices if one[0] != IncidentState.DRAFT],
        "kinds": IncidentKind.choices,
        "gravities": IncidentGravity.choices,
        "shift": DutyShift.objects.current() if handles else None,
        "waiting": DutyShift.objects.waiting() if handles else None,
        "handles": handles,
        "here": request.get_full_path(),
        "now": now,
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "web/parts/triage.html" if is_part else "web/pages/triage.html", context)


def _wanted(request: HttpRequest) -> triage.Wanted:
    """What the address asks for; what it asks badly is not asked."""

    def one_of(name: str, values: list[str]) -> str:
        asked = request.GET.get(name, "")
        return asked if asked in values else ""

    return triage.Wanted(
        words=given(request, "q"),
        state=one_of("state", IncidentState.values),
        kind=one_of("kind", IncidentKind.values),
        gravity=one_of("gravity", IncidentGravity.values),
        care=bool(request.GET.get("care")),
        late=bool(request.GET.get("late")),
        help=bool(request.GET.get("help")),
        followed_by={"me": viewer(request).pk, "nobody": 0}.get(request.GET.get("followed", "")),
    )

"""Structures that never declared an incident, where most of those that resemble them did: whom to offer help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.incidents.never_declared import never_declared
from vigie.exports.never_declared import SilentLine
from vigie.web.access import viewer
from vigie.web.components.page import Crumb
from vigie.web.components.tables import Column, csv_response, wants_csv

SHOWN = 200  # rows of the page; all are in the CSV
LIKENESS = {
    "region": _("same type, size and region"),
    "size": _("same type and size"),
    "category": _("same type"),
}
COLUMNS = (
    Column("finess", _("FINESS"), (), lambda row: row.finess),
    Column("name", _("Establishment"), (), lambda row: row.name),
    Column("category", _("Type"), (), lambda row: row.category),
    Column("department", _("Department"), (), lambda row: row.department),
    Column("likeness", _("Compared with"), (), lambda row: LIKENESS[row.likeness]),
    Column("declared", _("Of them, declared"), (), lambda row: row.declared),
    Column("comparable", _("Comparable structures"), (), lambda row: row.comparable),
    Column("low", _("95 % interval, low, percent"), (), lambda row: round(row.low, 1)),
    Column("high", _("95 % interval, high, percent"), (), lambda row: round(row.high, 1)),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    made = never_declared(moment=now, reader=viewer(request))
    if wants_csv(request):
        return csv_response(made.lines, COLUMNS, f"vigie-never-declared-{timezone.localdate(now)}")
    context = {
        "crumbs": [Crumb(gettext("Overview"), "/"), Crumb(gettext("Never declared"))],
        "made": made,
        "rows": [_shown(row) for row in made.lines[:SHOWN]],
        "left": max(0, len(made.lines) - SHOWN),
    }
    return render(request, "web/pages/never_declared.html", context)


def _shown(row: SilentLine) -> dict[str, object]:
    return {"line": row, "likeness": LIKENESS[row.likeness], "low": round(row.low), "high": round(row.high)}

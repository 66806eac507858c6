"""What a region sees of the incidents of its establishments: those that touch care, in outline."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.incidents import queries
from vigie.apps.incidents.enums import CareMode
from vigie.apps.incidents.models import Incident
from vigie.apps.registry.enums import Right
from vigie.web.access import viewer
from vigie.web.components.page import Crumb
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

COLUMNS = (
    Column("establishment", _("Establishment"), ("establishment__name",), lambda row: row.establishment.name),
    Column("care", _("Care"), ("care",), lambda row: row.get_care_display()),
    Column("danger", _("Danger to patients"), ("danger",), lambda row: row.get_danger_display()),
    Column(
        "declared",
        pgettext_lazy("incident", "Declared"),
        ("declared_at",),
        lambda row: row.declared_at.isoformat(timespec="minutes"),
    ),
    Column(
        "restored",
        _("Works again since"),
        ("restored_at",),
        lambda row: row.restored_at.isoformat(timespec="minutes") if row.restored_at else "",
    ),
    Column("state", _("State"), ("state",), lambda row: row.get_state_display()),
)


@require_safe
def outlines(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    seen = Incident.objects.visible_to(user, now, Right.INCIDENT_SUMMARIES).touching_care()
    rows = queries.outline(seen.filter(establishment__isnull=False)).order_by("-declared_at", "-pk")
    if wants_csv(request):
        name = f"vigie-incidents-touching-care-{timezone.localdate(now)}"
        return csv_response(sorted_by(rows, COLUMNS, request, "-declared"), COLUMNS, name)
    standing = seen.filter(establishment__isnull=False).standing()
    context = {
        "crumbs": [Crumb(gettext("Overview"), "/"), Crumb(gettext("Incidents that touch care"))],
        "table": table(rows, COLUMNS, request, "-declared"),
        "standing": standing.count(),
        "interrupted": standing.filter(care=CareMode.INTERRUPTED).count(),
        "now": now,
    }
    return render(request, "web/pages/incident_outlines.html", context)

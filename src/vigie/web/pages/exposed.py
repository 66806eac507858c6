"""Who is exposed to the versions that an analyst types, before any record of the vulnerability exists?"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.observatory import exposed as observatory
from vigie.apps.observatory.exposed_limited import seen_by
from vigie.apps.observatory.image import read
from vigie.engine.matching import BadRange, statement_of
from vigie.web.access import viewer
from vigie.web.components.page import asked
from vigie.web.components.tables import Column, csv_response, wants_csv

MOST = 200  # establishments that the page lists; the CSV holds all
COLUMNS = (
    Column("finess", "FINESS", (), lambda row: row.finess),
    Column("name", _("Establishment"), (), lambda row: row.name),
    Column("region", _("Region"), (), lambda row: row.region),
    Column("department", _("Department"), (), lambda row: row.department),
    Column("groups", _("Groups"), (), lambda row: " ".join(row.groups)),
    Column("verdict", _("Verdict"), (), lambda row: row.verdict),
    Column("remote", _("Remote access"), (), lambda row: row.remote_access),
    Column("services", _("Services"), (), lambda row: row.services),
    Column("products", _("What runs there"), (), lambda row: "; ".join(told.product for told in row.told)),
    Column("notified", _("Notified"), (), lambda row: row.notified_at.isoformat() if row.notified_at else ""),
)


@require_safe
def to_range(request: HttpRequest) -> HttpResponse:
    words, now = asked(request, "range", 500), timezone.now()
    context: dict[str, object] = {"words": words}
    if words:
        try:
            statement = statement_of(words)
        except BadRange:
            context["refused"] = True
        else:
            image = read(settings.VIGIE.home).image
            found = observatory.exposed_to_range(statement, now, past=False, image=image)
            found = seen_by(found, viewer(request), now)
            if wants_csv(request):
                return csv_response(found.establishments, COLUMNS, "vigie-exposed")
            context |= {"found": found, "listed": found.establishments[:MOST], "nation": found.nation}
    return render(request, "web/pages/exposed.html", context, status=422 if "refused" in context else 200)

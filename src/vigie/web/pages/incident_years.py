"""What the declarations of incidents of a year tell: tables with their charts, as far as the reader may count."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from vigie.apps.accounts.models import User
from vigie.apps.incidents import yearly
from vigie.apps.incidents.labels import labels_of
from vigie.apps.incidents.yearly_reading import smallest_group, tables_for
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.engine.incidents.yearly import YearTables
from vigie.exports.incident_year import Sheet, file_name, sheet, year_csv, year_pdf
from vigie.exports.pdf import PdfUnavailable
from vigie.web.access import viewer
from vigie.web.components.columns import column_chart
from vigie.web.components.dates import as_of
from vigie.web.components.page import Crumb
from vigie.web.components.tables import wants_csv
from vigie.web.components.wording import language


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """The latest year in which something was declared."""
    user, now = viewer(request), timezone.now()
    years = yearly.years(moment=now, reader=user)
    return _page(request, user, years[0] if years else timezone.localdate(now).year, now, years)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    return _page(request, user, year, now, yearly.years(moment=now, reader=user))


@require_safe
def pdf(request: HttpRequest, year: int) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    made, spoken, least = _tables(request, user, year, now), language(), smallest_group(user, now)
    try:
        written = year_pdf(made, labels_of(spoken), spoken, now=now, where=_where(user, now), least=least)
    except PdfUnavailable as error:
        return HttpResponse(str(error), status=501, content_type="text/plain; charset=utf-8")
    name = f'attachment; filename="{file_name(made)}.pdf"'
    return HttpResponse(written, content_type="application/pdf", headers={"Content-Disposition": name})


def _page(request: HttpRequest, user: User, year: int, now: datetime, years: tuple[int, ...]) -> HttpResponse:
    made, spoken, ask = _tables(request, user, year, now), language(), as_of(request, now)
    labels, least = labels_of(spoken), smallest_group(user, now)
    if wants_csv(request):
        shown = made if made.structures >= least else None
        if shown is None:
            raise Http404
        name = f'attachment; filename="{file_name(made)}.csv"'
        return HttpResponse(
            year_csv(shown, labels, spoken),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": name},
        )
    told: Sheet = sheet(made, labels, spoken, where=_where(user, now), least=least)
    context = {
        "crumbs": [Crumb(gettext("Overview"), "/"), Crumb(gettext("Figures of declared incidents"))],
        "sheet": told,
        "sections": [(part, [(block, column_chart(block)) for block in part.blocks]) for part in told.sections],
        "year": year,
        "years": sorted({*years, year}, reverse=True),
        "as_of": ask,
        "known_now": request.GET.get("known") == "now",
        "today": timezone.localdate(now),
        "is_shown": made.structures >= least,
    }
    return render(request, "web/pages/incident_year.html", context)


def _tables(request: HttpRequest, user: User, year: int, now: datetime) -> YearTables:
    made = tables_for(user, year, as_of(request, now), now, known_now=request.GET.get("known") == "now")
    if made is None:
        raise Http404
    return made


def _where(user: User, now: datetime) -> str:
    """Over what the reader counts; "" for the nation."""
    scope = user.scope(Right.INCIDENT_FIGURES, now)
    if scope.nation:
        return ""
    named = [
        *Territory.objects.filter(pk__in=scope.territories).order_by("name").values_list("name", flat=True),
        *Group.objects.filter(pk__in=scope.groups).order_by("name").values_list("name", flat=True),
        *Establishment.objects.filter(pk__in=scope.establishments).order_by("name").values_list("name", flat=True),
    ]
    return ", ".join(named)

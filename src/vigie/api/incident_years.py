"""What the declarations of incidents of a year tell, over what the caller may count."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _
from ninja import Router
from pydantic import Field

from vigie.apps.incidents.labels import labels_of
from vigie.apps.incidents.yearly import years
from vigie.apps.incidents.yearly_reading import smallest_group, tables_for
from vigie.apps.registry.enums import Right
from vigie.apps.timeline import as_of_day
from vigie.exports.incident_year import file_name, year_csv, year_facts

from .access import caller, needs
from .paging import Format
from .schemas import values
from .schemas.incident_years import YearOut, Years

router = Router(tags=[_("Figures of declared incidents")])
KnownNow = Annotated[bool, Field(description="Of a past day: by what is known today, not by what was known then.")]


@router.get("/incident-years", response=Years, summary=_("List the years in which incidents were declared"))
@needs(Right.INCIDENT_FIGURES)
def incident_years(request: HttpRequest) -> Years:
    return Years(years=list(years(moment=timezone.now(), reader=caller(request).user)))


@router.get(
    "/incident-years/{int:year}", response=YearOut, summary=_("Read the yearly tables, as of any day, as known then")
)
@needs(Right.INCIDENT_FIGURES)
def incident_year(
    request: HttpRequest,
    year: int,
    as_of: values.AsOfDay = None,
    known_now: KnownNow = False,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> dict[str, Any] | HttpResponse:
    user, now = caller(request).user, timezone.now()
    made = tables_for(user, year, as_of_day(as_of, now), now, known_now=known_now)
    if made is None or made.structures < smallest_group(user, now):
        raise Http404
    if format == "csv":
        language = "en" if (get_language() or "").startswith("en") else "fr"
        name = f'attachment; filename="{file_name(made)}.csv"'
        text = year_csv(made, labels_of(language), language)
        return HttpResponse(text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
    return year_facts(made)

"""How long weaknesses last before they are mended: an establishment, a group, a territory, the nation."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.observatory import timetofix_parts
from vigie.apps.observatory.enums import FixOrigin
from vigie.apps.observatory.timetofix_parts import Parts
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.web.access import May, viewer
from vigie.web.components import survival
from vigie.web.components.dates import AsOf, as_of
from vigie.web.components.page import Crumb, asked, establishment_crumbs, territory_crumbs
from vigie.web.components.tables import Column, csv_response, wants_csv
from vigie.web.components.wording import language

CHART_DAYS = 180  # what is low is due by then
KEPT = 3600  # seconds: the figures of many are told as of the hour
COLUMNS = (
    Column("way", _("Told apart by"), (), lambda row: row[0]),
    Column("part", _("Part"), (), lambda row: row[1].slug),
    Column("label", _("Name"), (), lambda row: row[1].label),
    Column("n", _("Findings"), (), lambda row: row[1].curve.n),
    Column("fixed", _("Mended and verified"), (), lambda row: row[1].curve.events),
    Column("median", _("Median, days"), (), lambda row: _days(row[1], "seconds")),
    Column("low", _("95 % interval, low, days"), (), lambda row: _days(row[1], "low")),
    Column("high", _("95 % interval, high, days"), (), lambda row: _days(row[1], "high")),
)


@require_safe
def establishment(request: HttpRequest, finess: str) -> HttpResponse:
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    if not May(viewer(request), timezone.now(), over=one)["counts"]:
        raise PermissionDenied
    ask = _asked(request)
    made = timetofix_parts.of_establishment(one, ask.moment, _origin(request), is_past=ask.is_past)
    return _page(request, made, ask, one.name, f"establishment-{finess}", establishment_crumbs(one, _last()))


@require_safe
def group(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    found = get_object_or_404(Group.objects.select_related("region__parent"), kind=kind, code=code)
    ask, origin = _asked(request), _origin(request)
    moment = _hour(ask)
    made = _kept(
        f"group:{found.pk}:{moment.isoformat()}:{origin}",
        lambda: timetofix_parts.of_group(found, ask.day, moment, origin, is_past=ask.is_past),
    )
    crumbs = [Crumb(gettext("Overview"), "/"), *territory_crumbs(found.region), Crumb(found.name), _last()]
    return _page(request, made, ask, found.name, f"{kind}-{code}", crumbs)


@require_safe
def territory(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    found = get_object_or_404(Territory.objects.select_related("parent__parent"), kind=kind, code=code)
    ask, origin = _asked(request), _origin(request)
    moment = _hour(ask)
    made = _kept(
        f"territory:{found.pk}:{moment.isoformat()}:{origin}",
        lambda: timetofix_parts.of_territory(found, ask.day, moment, origin, is_past=ask.is_past),
    )
    crumbs = [Crumb(gettext("Overview"), "/"), *territory_crumbs(found), _last()]
    return _page(request, made, ask, found.name, f"{kind}-{code}", crumbs)


def _last() -> Crumb:
    return Crumb(gettext("Time to fix"))


def _asked(request: HttpRequest) -> AsOf:
    return as_of(request, timezone.now())


def _hour(ask: AsOf) -> datetime:
    return ask.moment if ask.is_past else ask.moment.replace(minute=0, second=0, microsecond=0)


def _origin(request: HttpRequest) -> FixOrigin:
    return FixOrigin.NOTIFIED if asked(request, "from") == FixOrigin.NOTIFIED else FixOrigin.DETECTED


def _kept(key: str, make: Callable[[], Parts]) -> Parts:
    """Of many establishments it is counted once an hour and not at each reading."""
    made: Parts | None = cache.get(f"time-to-fix:{key}")
    if made is None:
        made = make()
        cache.set(f"time-to-fix:{key}", made, KEPT)
    return made


def _ways(made: Parts) -> "list[tuple[str, str, Any]]":
    return [
        ("severity", gettext("By severity"), made.by_severity),
        ("equipment", gettext("By kind of equipment"), made.by_equipment),
        ("region", gettext("By region"), made.by_region),
        ("size", gettext("By size of the establishment"), made.by_size),
    ]


def _page(request: HttpRequest, made: Parts, ask: AsOf, name: str, slug: str, crumbs: "list[Crumb]") -> HttpResponse:
    if wants_csv(request):
        every = [("every", made.every), ("exploited", made.exploited)]
        told = [*every, *((way, part) for way, _title, parts in _ways(made) for part in parts)]
        return csv_response(told, COLUMNS, f"vigie-time-to-fix-{slug}-{made.origin}-{ask.day}")
    spoken = language()
    context = {
        "crumbs": crumbs,
        "name": name,
        "as_of": ask,
        "today": timezone.localdate(),
        "parts": made,
        "every": survival.rows([made.every], spoken, CHART_DAYS)[0],
        "exploited": survival.rows([made.exploited], spoken, CHART_DAYS)[0],
        "ways": [(way, title, survival.rows(parts, spoken, CHART_DAYS)) for way, title, parts in _ways(made) if parts],
        "marks": [age.days for age in made.rule.marks[-survival.MARKS :]],
        "chart_days": CHART_DAYS,
        "origins": FixOrigin.choices,
    }
    return render(request, "web/pages/time_to_fix.html", context)


def _days(part: Any, name: str) -> float | None:
    seconds = getattr(part.median, name) if part.is_told else None
    return None if seconds is None else round(seconds / survival.DAY, 2)

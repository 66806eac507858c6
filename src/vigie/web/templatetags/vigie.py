"""The words of the templates: icons, dates, levels, severities, charts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django import template
from django.db.models import TextChoices
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from vigie.apps.assets.enums import Intensity
from vigie.apps.assets.windows import windows_text
from vigie.apps.findings.enums import Severity
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.observatory.exposed_timeline import Milestone
from vigie.apps.observatory.models import Level
from vigie.apps.observatory.queries import Distribution, Tile
from vigie.apps.registry.models import Territory
from vigie.apps.scans.models import Campaign
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Pair, Vulnerability
from vigie.data import texts
from vigie.web.access import May
from vigie.web.components import charts, dates, ownership, wording
from vigie.web.components.levels import GATES, INDICATORS
from vigie.web.components.tables import Table

register = template.Library()

SEVERITY_ICONS = {
    Severity.CRITICAL: "alert-octagon",
    Severity.HIGH: "alert-triangle",
    Severity.MEDIUM: "alert-circle",
    Severity.LOW: "info-circle",
}


@cache
def _icon(name: str) -> SafeString:
    drawing = files("vigie.web").joinpath(f"static/vendor/icons/{name}.svg").read_text()
    # Our own files, named in templates only, checked by their hashes: nothing here comes from a visitor.
    return mark_safe(drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308


@register.simple_tag
def icon(name: str) -> SafeString:
    return _icon(name)


@register.simple_tag(takes_context=True)
def nav_link(context: RequestContext, name: str, label: str) -> SafeString:
    url, path = reverse(name), context["request"].path
    here = path == url or (url != "/" and path.startswith(url))
    return format_html('<a href="{}"{}>{}</a>', url, mark_safe(' aria-current="page"') if here else "", label)


@register.filter
def opens_to(territory: Territory | None, may: May) -> bool:
    """Whether this reader may open its page; what is no territory is open."""
    return territory is None or may.opens(territory)


@register.filter
def day(value: date | datetime | None) -> str:
    return dates.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    return dates.moment(value)


@register.filter
def hour(value: datetime | None) -> str:
    return dates.hour(value)


@register.filter
def duration(value: timedelta) -> str:
    return dates.duration(value)


@register.filter
def time_left(deadline: datetime, now: datetime) -> str:
    return dates.time_left(deadline, now)


@register.filter
def ago(value: datetime, now: datetime) -> str:
    return dates.ago(value, now)


@register.filter
def number(value: float) -> str:
    """Thousands apart by a narrow space that does not break."""
    return f"{value:,.0f}".replace(",", "\u202f")


@register.filter
def signed(value: int) -> str:
    """A change with its sign; a true minus, and ± for none."""
    return f"+{value}" if value > 0 else f"−{abs(value)}" if value < 0 else "±0"


@register.filter
def percent(part: int, whole: int) -> str:
    """A share in whole percent, "-" of nothing; never 100 % nor 0 % by rounding alone."""
    if not whole:
        return "–"
    share = round(100 * part / whole)
    if share == 100 and part < whole:
        share = 99
    if share == 0 and part:
        return "<\u00a01\u202f%"
    return f"{share}\u202f%"


@register.filter
def finding_title(finding: Finding) -> str:
    return wording.finding_title(finding)


@register.filter
def milestone(step: str) -> str:
    return str(wording.MILESTONES[Milestone(step)])


@register.filter
def subject_title(subject: str) -> str:
    return wording.subject_title(subject)


@register.filter
def unknown_reason(reason: str) -> str:
    return wording.unknown_reason(reason)


@register.filter
def intensity_label(slug: str) -> str:
    return str(Intensity(slug).label)


@register.filter
def unknown_check(told: str) -> str:
    return wording.unknown_check(told)


@register.filter
def asset_held(why: str) -> str:
    return str(wording.HELD.get(why, ""))


@register.filter
def proof_text(token: str) -> str:
    return ownership.text_of(token)


@register.filter
def proof_met(told: str) -> str:
    return str(ownership.MET[told]) if told in ownership.MET else wording.unknown_reason(told)


@register.filter
def close_reason(reason: str) -> str:
    return wording.close_reason(reason)


@register.filter
def person(actor: str) -> str:
    return wording.person(actor)


@register.filter
def minutes(value: int) -> str:
    return dates.duration(timedelta(minutes=value))


@register.filter
def indicator_name(slug: str) -> str:
    return str(INDICATORS.get(slug, slug))


@register.filter
def gate_name(slug: str) -> str:
    return str(GATES.get(slug, slug))


@register.filter
def label_of(value: str, choices: type[TextChoices]) -> str:
    return str(choices(value).label)


@register.inclusion_tag("web/parts/level.html")
def level(value: Level | None, big: bool = False, link: bool = True) -> dict[str, Any]:
    return {"level": value, "big": big, "link": link, **_interval(value)}


@register.inclusion_tag("web/parts/level_bar.html")
def level_bar(value: Level | None) -> dict[str, Any]:
    return _interval(value)


def _interval(value: Level | None) -> dict[str, Any]:
    low, high = (value.low, value.high) if value else (0, 100)
    return {"low": low, "high": high, "unknown": high - low}


@register.inclusion_tag("web/parts/severity.html")
def severity(value: str) -> dict[str, Any]:
    return {"slug": value, "label": Severity(value).label, "icon_name": SEVERITY_ICONS[Severity(value)]}


@register.inclusion_tag("web/parts/exploited.html")
def exploited() -> dict[str, Any]:
    return {}


@register.inclusion_tag("web/parts/distribution.html")
def distribution(value: Distribution) -> dict[str, Any]:
    return {"distribution": value, "segments": charts.segments(value)}


@register.inclusion_tag("web/parts/tiles.html", takes_context=True)
def tiles(context: RequestContext, values: tuple[Tile, ...]) -> dict[str, Any]:
    return {
        "tiles": [(tile, *charts.FRANCE.get(tile.territory.code, (0, 0))) for tile in values],
        "france": charts.is_france([tile.territory.code for tile in values if tile.territory.kind == "region"]),
        "as_of": context.get("as_of"),
        "least": veil.least if (veil := context.get("veil")) else 0,
    }


@register.inclusion_tag("web/parts/history.html")
def history(levels: tuple[Level, ...], end: datetime) -> dict[str, Any]:
    return {"chart": charts.history_chart(levels, end), "levels": tuple(reversed(levels))[:30]}


@register.inclusion_tag("web/parts/heads.html")
def column_heads(value: Table) -> dict[str, Any]:
    return {"heads": value.heads}


@register.inclusion_tag("web/parts/pager.html")
def pager(value: Table) -> dict[str, Any]:
    return {"table": value}


@register.filter
def service_name(slug: str) -> str:
    return wording.service_name(slug)


@register.filter
def answer_label(slug: str) -> str:
    return wording.answer_label(slug)


@register.filter
def place(finding: Finding) -> str:
    return wording.place(finding)


@register.filter
def sighting_place(sighting: Sighting) -> str:
    return wording.sighting_place(sighting)


@register.filter
def product_name(subject: str) -> str:
    return texts.product_name(subject)


@register.filter
def pair_name(pair: Pair) -> str:
    return texts.product_name(f"{pair.vendor}:{pair.product}")


@register.inclusion_tag("web/parts/bar.html")
def points_bar(earned: int, unknown: int, possible: int) -> dict[str, Any]:
    """The points of one indicator as a bar of its own hundred."""
    low = round(100 * earned / possible) if possible else 0
    return {"low": low, "unknown": round(100 * unknown / possible) if possible else 0}


@register.inclusion_tag("web/parts/bar.html")
def interval_bar(low: int, high: int) -> dict[str, Any]:
    return {"low": low, "unknown": high - low}


@register.filter
def at(values: Sequence[Any], index: int) -> Any:
    return values[index]


@register.inclusion_tag("web/parts/bar.html")
def key_bar(part: str) -> dict[str, Any]:
    return {"low": 100 if part == "earned" else 0, "unknown": 100 if part == "unknown" else 0}


@register.simple_tag
def vulnerability_title(value: Vulnerability) -> str:
    return wording.vulnerability_title(value)


@register.filter
def probability(value: float | None) -> str:
    """An EPSS score as a percentage; no score is a dash, which is not zero."""
    if value is None:
        return "–"
    least = "<\u00a0" if value < 0.001 else ""
    return f"{least}{number_format(max(100 * value, 0.1), decimal_pos=1)}\u202f%"


@register.filter
def verdict_label(slug: str) -> str:
    return str(MatchVerdict(slug).label)


@register.simple_tag
def campaign_duration(campaign: Campaign, now: datetime) -> str:
    return dates.duration((campaign.ended_at or now) - campaign.started_at)


@register.filter
def windows(stored: list[dict[str, Any]]) -> str:
    return windows_text(stored)


@register.inclusion_tag("web/parts/pager.html")
def pager_plain(value: Table) -> dict[str, Any]:
    """For a list whose rows are taken away from another page."""
    return {"table": value, "no_csv": True}


@register.filter
def get(values: Mapping[Any, Any], key: object) -> object:
    """What a mapping holds under this key; None when it does not."""
    return values.get(key)

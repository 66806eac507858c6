"""The time to fix for the page: small curves that the server draws, and the same figures in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vigie.apps.observatory.timetofix_parts import Part
from vigie.exports.wording import Wording

DAY = 86_400
WIDTH, HEIGHT, LEFT, TOP = 220.0, 90.0, 30.0, 8.0
MARKS = 2  # the last ages of the rule; the curve shows the others
MOST_POINTS = 160  # of one curve: more cannot be seen


@dataclass(frozen=True, slots=True)
class Drawn:
    """One small chart: the share still open by age, as steps."""

    path: str
    median_x: float | None
    days: int  # of the whole width

    @property
    def half_y(self) -> float:
        return TOP + HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Row:
    """One part in words; `drawn` is None when too few were followed."""

    slug: str
    label: str
    n: int
    fixed: int
    median: str  # "14 days", "not reached yet", or "" under the least number
    interval: str
    marks: tuple[str, ...]  # the share still open at each age of the rule, "" when not known
    drawn: Drawn | None

    @property
    def is_told(self) -> bool:
        return bool(self.median)


def rows(parts: Iterable[Part], language: str, days: int) -> tuple[Row, ...]:
    words = Wording(language)
    return tuple(_row(part, words, days) for part in parts)


def _row(part: Part, words: Wording, days: int) -> Row:
    told = part.is_told
    return Row(
        slug=part.slug,
        label=part.label,
        n=part.curve.n,
        fixed=part.curve.events,
        median=_median(part, words) if told else "",
        interval=_interval(part, words) if told else "",
        marks=tuple(_left(part, age.days, words) for age in part.rule.marks[-MARKS:]),
        drawn=_drawn(part, days) if told else None,
    )


def _median(part: Part, words: Wording) -> str:
    seconds = part.median.seconds
    return _("not reached yet") if seconds is None else words.duration(seconds)


def _interval(part: Part, words: Wording) -> str:
    median = part.median
    if median.low is None:
        return _("no bound yet")
    if median.high is None:
        return _("%(low)s or more") % {"low": words.duration(median.low)}
    return _("%(low)s to %(high)s") % {"low": words.duration(median.low), "high": words.duration(median.high)}


def _left(part: Part, days: int, words: Wording) -> str:
    """The share still open at that age, where enough were followed so long."""
    at = part.curve.at(days * DAY) if part.is_told else None
    reached = next((step.at_risk for step in part.curve.steps if step.seconds >= days * DAY), 0)
    followed = part.curve.followed_seconds or 0
    is_sure = reached >= part.rule.least or part.curve.censored == 0
    return words.percent(at.share) if at is not None and is_sure and followed >= days * DAY else ""


def _drawn(part: Part, days: int) -> Drawn:
    width = WIDTH - LEFT
    followed = min((part.curve.followed_seconds or 0) / DAY, days)
    pieces, last = [f"M{LEFT} {TOP}"], -1.0
    for step in part.curve.steps:
        at = step.seconds / DAY
        if at > days:
            break
        if step.at_risk < part.rule.least and part.curve.censored:
            followed = at  # the end of a curve that rests on a few is not shown
            break
        x = LEFT + width * at / days
        if x - last < width / MOST_POINTS:
            continue
        pieces.append(f"H{x:.1f}V{TOP + HEIGHT * (1 - step.survival):.1f}")
        last = x
    pieces.append(f"H{LEFT + width * followed / days:.1f}")
    seconds = part.median.seconds
    median = None if seconds is None or seconds > followed * DAY else round(LEFT + width * seconds / DAY / days, 1)
    return Drawn("".join(pieces), median, days)

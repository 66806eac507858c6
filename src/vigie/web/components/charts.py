"""The geometry of the charts that the server draws; templates only write it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.apps.observatory.models import Level
from vigie.apps.observatory.queries import Distribution

DISTRIBUTION_WIDTH = 600.0
LEAST_LABEL = 17.0  # a letter and its count need that much


@dataclass(frozen=True, slots=True)
class Segment:
    letter: str
    count: int
    percent: float
    x: float
    width: float
    has_label: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


def segments(distribution: Distribution) -> tuple[Segment, ...]:
    """One bar, A to E then not established; a part of nobody has no segment."""
    drawn, x = [], 0.0
    for part in distribution.parts:
        if not part.count:
            continue
        width = DISTRIBUTION_WIDTH * part.count / distribution.total
        drawn.append(Segment(part.letter, part.count, part.percent, round(x, 1), round(width, 1), width >= LEAST_LABEL))
        x += width
    return tuple(drawn)


LEFT, RIGHT, TOP, HEIGHT, WIDTH = 28.0, 6.0, 8.0, 120.0, 420.0


@dataclass(frozen=True, slots=True)
class Band:
    """From one computation to the next: what was earned, and what was unknown above it."""

    x: float
    width: float
    y_high: float
    y_low: float
    letter: str
    show_letter: bool

    @property
    def near_floor(self) -> bool:
        """The letter then goes above the line: under it, it would fall on the dates."""
        return self.y_low > TOP + HEIGHT - 18

    @property
    def unknown_height(self) -> float:
        return round(self.y_low - self.y_high, 1)


@dataclass(frozen=True, slots=True)
class HistoryChart:
    bands: tuple[Band, ...]
    low_path: str
    grid: tuple[tuple[int, float], ...]
    start: datetime
    end: datetime

    @property
    def within_a_day(self) -> bool:
        return self.end - self.start < timedelta(days=1)


def history_chart(levels: Sequence[Level], end: datetime) -> HistoryChart | None:
    """The interval as steps in time; None when there is nothing to draw."""
    if not levels:
        return None
    start = levels[0].at
    span = max((end - start).total_seconds(), 1.0)
    xs = [_x((level.at - start).total_seconds() / span) for level in levels] + [WIDTH - RIGHT]
    bands, last_letter_x = [], -99.0
    for index, level in enumerate(levels):
        changed = index == 0 or level.letter != levels[index - 1].letter
        room = xs[index] - last_letter_x > 18 and xs[index + 1] - xs[index] > 12
        shown = bool(changed and room and level.letter)
        last_letter_x = xs[index] if shown else last_letter_x
        width = round(xs[index + 1] - xs[index], 1)
        bands.append(Band(xs[index], width, _y(level.high), _y(level.low), level.letter, shown))
    first = f"M{bands[0].x} {bands[0].y_low}"
    steps = "".join(f"L{band.x} {band.y_low}H{round(band.x + band.width, 1)}" for band in bands)
    return HistoryChart(tuple(bands), first + steps, tuple((v, _y(v)) for v in (0, 25, 50, 75, 100)), start, end)


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(value: int) -> float:
    return round(TOP + HEIGHT * (100 - value) / 100, 1)


# Where each region stands on a map of equal tiles: (column, row), from the north-west; overseas in the last row.
FRANCE = {
    "53": (1, 2), "28": (2, 1), "32": (3, 1), "11": (3, 2), "44": (4, 2),
    "52": (1, 3), "24": (2, 3), "27": (4, 3), "75": (2, 4), "84": (4, 4),
    "76": (3, 5), "93": (4, 5), "94": (5, 5),
    "01": (1, 6), "02": (2, 6), "03": (3, 6), "04": (4, 6), "06": (5, 6),
}  # fmt: skip


def is_france(codes: Sequence[str]) -> bool:
    """True when most tiles have their own place: a few regions are a list, not a map."""
    return sum(code in FRANCE for code in codes) >= 6

"""What changed from a year to the next, and could it be chance?

Counts: given both together, the later one is binomial when each declaration comes by itself (Przyborowski and Wilenski,
1940); the score interval of that proportion gives the interval of the ratio. A provider that fails brings many
declarations at once: the interval of declarations is then too narrow, that of incidents is not. Shares: the difference
of two proportions by the hybrid score method (Newcombe, 1998, method 10).
"""

from dataclasses import dataclass
from math import sqrt

from .share import Share, wilson


@dataclass(frozen=True, slots=True)
class CountChange:
    before: int
    after: int
    is_of_events: bool = True  # False of distinct structures: no Poisson count, so no interval is known

    @property
    def percent(self) -> float | None:
        """None when there was nothing before."""
        return 100 * (self.after / self.before - 1) if self.before else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the change in percent, 95 %; None when there was nothing before, or nothing at all after."""
        if not self.is_of_events:
            return None
        bounds = wilson(self.after, self.before + self.after)
        if bounds is None or not self.before or not self.after:
            return None
        low, high = (100 * (bound / (1 - bound) - 1) for bound in bounds)
        return low, high


@dataclass(frozen=True, slots=True)
class ShareChange:
    before: Share
    after: Share

    @property
    def points(self) -> float | None:
        """In points of percent; None when one of them is of nobody."""
        if self.before.percent is None or self.after.percent is None:
            return None
        return self.after.percent - self.before.percent

    @property
    def interval(self) -> tuple[float, float] | None:
        """In points, 95 %."""
        first, second = self.before.interval, self.after.interval
        if first is None or second is None or self.before.percent is None or self.after.percent is None:
            return None
        points = self.after.percent - self.before.percent
        below = sqrt((self.after.percent - second[0]) ** 2 + (first[1] - self.before.percent) ** 2)
        above = sqrt((second[1] - self.after.percent) ** 2 + (self.before.percent - first[0]) ** 2)
        return points - below, points + above

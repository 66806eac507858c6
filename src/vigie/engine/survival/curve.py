"""Which share is left at an age, at which age is half of it gone, and how sure is that?

The interval of the median is Brookmeyer and Crowley's (1982): every age at which the 95 % interval of the curve, on
the log(-log) scale, holds one half. The curve is known up to the longest age followed and not beyond.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

# Floats of a long product may miss an exact half by their last digits.
HALF = 0.5 + 1e-9
Z = NormalDist().inv_cdf(0.975)  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from this age to the next step."""

    seconds: int
    at_risk: int  # followed up to this age
    ended: int  # of them, at this age
    survival: float
    greenwood: float  # the sum of Greenwood's formula: the variance of the survival is its square times this

    @property
    def standard_error(self) -> float:
        return self.survival * sqrt(self.greenwood)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The 95 % interval; (None, None) once nothing is left: it is not defined there."""
        if not 0 < self.survival < 1:
            return None, None
        # Kalbfleisch and Prentice: symmetrical for log(-log S), so that both bounds stay between 0 and 1.
        spread = exp(Z * sqrt(self.greenwood) / -log(self.survival))
        return self.survival**spread, self.survival ** (1 / spread)


@dataclass(frozen=True, slots=True)
class Survival:
    """The share left at an age."""

    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Median:
    """In seconds. None when the curve, or its bound, does not come down to one half."""

    seconds: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    n: int
    events: int
    followed_seconds: int | None  # the longest age followed; None of nobody
    steps: tuple[Step, ...]  # one for each age at which something ended, in order

    @property
    def censored(self) -> int:
        return self.n - self.events

    @property
    def median(self) -> Median:
        found: list[int | None] = [None, None, None]
        for step in self.steps:
            low, high = step.bounds
            for index, share in enumerate((step.survival, low, high)):
                if found[index] is None and share is not None and share <= HALF:
                    found[index] = step.seconds
            if None not in found:
                break
        return Median(*found)

    def median_resting_on(self, least: int) -> Median:
        """The median, unless it rests on the last few that were followed so long (ADR 8)."""
        found = self.median
        at_risk = next((step.at_risk for step in self.steps if step.seconds == found.seconds), 0)
        rests_on_few = found.seconds is not None and at_risk < least and self.censored > 0
        return Median(None, None, None) if self.n < least or rests_on_few else found

    def at(self, seconds: int) -> Survival | None:
        """The share left at that age, what ends at it counted as gone; None beyond the longest age followed."""
        if self.followed_seconds is None:
            return None
        index = bisect_right(self.steps, seconds, key=lambda step: step.seconds) - 1
        if index < 0:
            return Survival(1.0, None, None) if seconds <= self.followed_seconds else None
        step = self.steps[index]
        if seconds > self.followed_seconds and step.survival > 0:
            return None
        return Survival(step.survival, *step.bounds)

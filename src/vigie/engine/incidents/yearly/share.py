"""Which part of how many, how many are not known, and how sure is that?"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Share:
    part: int
    whole: int  # of those for whom it is known
    unknown: int = 0  # apart: neither in the part nor in the whole

    @property
    def percent(self) -> float | None:
        """None of nobody, which is not nought."""
        return 100 * self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """In percent, 95 %; None of nobody."""
        bounds = wilson(self.part, self.whole)
        return None if bounds is None else (100 * bounds[0], 100 * bounds[1])


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % score interval of a proportion (Wilson, 1927), between 0 and 1; None of nobody."""
    if whole == 0:
        return None
    share = part / whole
    centre = share + Z * Z / (2 * whole)
    spread = Z * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole))
    scale = 1 + Z * Z / whole
    # Floats miss the exact ends by their last digits.
    low = 0.0 if part == 0 else (centre - spread) / scale
    high = 1.0 if part == whole else (centre + spread) / scale
    return low, high

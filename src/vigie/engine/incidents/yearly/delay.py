"""How long did it take, when some are not over yet?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vigie.engine.survival import Curve, Lifetime, Median, kaplan_meier

Span = tuple[datetime, datetime | None]  # from, to; None: not yet


@dataclass(frozen=True, slots=True)
class Delay:
    slug: str
    curve: Curve
    unknown: int  # over, but when is not known, or the dates contradict each other
    least: int  # spans under which no median is told

    @property
    def median(self) -> Median | None:
        """In seconds, with its 95 % interval; None under the least number."""
        return self.curve.median if self.curve.n >= self.least else None


def delay(slug: str, spans: Iterable[Span | None], *, moment: datetime, least: int) -> Delay:
    """What has not ended is followed up to `moment`. A span of None is unknown."""
    followed, unknown = [], 0
    for span in spans:
        end = (span[1] or moment) if span else None
        if span is None or end is None or end < span[0]:
            unknown += 1
        else:
            followed.append(Lifetime(int((end - span[0]).total_seconds()), ended=span[1] is not None))
    return Delay(slug, kaplan_meier(followed), unknown, least)

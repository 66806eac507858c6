"""With which weights, penalties, gates and bounds is the exposure judged?"""

from dataclasses import dataclass
from datetime import date

from vigie.engine.outcome import Severity


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points lost for one open finding, in time and once its deadline is past."""

    in_time: int
    past_deadline: int


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """Which findings one indicator counts. Every condition that is set must hold."""

    slug: str
    possible: int
    penalties: tuple[tuple[Severity, Penalty], ...]  # one for each severity
    kind: str | None = None  # "product" or "check"
    exploited: bool | None = None
    remote_access: bool | None = None
    subjects: frozenset[str] | None = None  # check slugs; None for any
    reference: str = ""

    def penalty(self, severity: Severity, *, past_deadline: bool) -> int:
        found = dict(self.penalties)[severity]
        return found.past_deadline if past_deadline else found.in_time


@dataclass(frozen=True, slots=True)
class GateRule:
    """Whatever the rest, the level stays at or under `cap` while one such finding is open."""

    slug: str
    cap: int
    exploited: bool | None = None
    remote_access: bool | None = None
    past_deadline: bool | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One dated edition of the exposure method: integers only, the possible points add up to 100."""

    slug: str  # "exposure-2026-11-01"
    since: date
    reference: str
    max_age_days: int  # a look older than this is unknown
    coverage_floor: int  # percent of the questions under which no letter is given
    bounds: tuple[tuple[str, int], ...]  # least `low` of each letter, best first; the last is 0
    indicators: tuple[IndicatorRule, ...]
    gates: tuple[GateRule, ...]

    def letter(self, low: int, known: int, total: int) -> str:
        """The letter of `low`, or "" (not established) under the coverage floor."""
        if total == 0 or known * 100 < self.coverage_floor * total:
            return ""
        return next(letter for letter, least in self.bounds if low >= least)

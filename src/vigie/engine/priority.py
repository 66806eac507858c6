"""How soon must this be mended, and how grave is it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from vigie.engine.outcome import Severity


class Priority(StrEnum):
    NOW = "now"
    WEEK = "week"
    MONTH = "month"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Case:
    """What the priority of one finding depends on."""

    severity: Severity
    exploited: bool  # on the KEV list
    epss: float | None  # highest of its vulnerabilities; None is "no score", which is not zero
    exposed: bool  # answers from outside the establishment
    remote_access: bool


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """A line of the published table: every condition that is set must hold."""

    priority: Priority
    exploited: bool | None = None
    exposed: bool | None = None
    remote_access: bool | None = None
    least_severity: Severity | None = None
    least_epss: float | None = None

    def holds(self, case: Case) -> bool:
        return (
            self.exploited in {None, case.exploited}
            and self.exposed in {None, case.exposed}
            and self.remote_access in {None, case.remote_access}
            and (self.least_severity is None or _RANK[case.severity] >= _RANK[self.least_severity])
            and (self.least_epss is None or (case.epss is not None and case.epss >= self.least_epss))
        )


@dataclass(frozen=True, slots=True)
class PriorityTable:
    """The first line that holds decides; the last one holds for everything."""

    slug: str
    since: date
    reference: str
    rules: tuple[PriorityRule, ...]

    def decide(self, case: Case) -> Priority:
        return next(rule.priority for rule in self.rules if rule.holds(case))


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """Days to mend, counted from the detection and written once."""

    slug: str  # kept with each deadline
    since: date
    reference: str
    exploited_and_exposed: timedelta
    by_severity: tuple[tuple[Severity, timedelta], ...]

    def deadline(self, detected: datetime, severity: Severity, *, exploited: bool, exposed: bool) -> datetime:
        usual = dict(self.by_severity)[severity]
        return detected + (min(usual, self.exploited_and_exposed) if exploited and exposed else usual)


_RANK = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}
# The bands of CVSS v3.1, section 5.
_BANDS = ((Decimal("9.0"), Severity.CRITICAL), (Decimal("7.0"), Severity.HIGH), (Decimal("4.0"), Severity.MEDIUM))


def worst_severity(scores: Iterable[Decimal | None], *, exploited: bool) -> Severity:
    """The band of the highest score; critical when exploited; medium when no score was ever published."""
    if exploited:
        return Severity.CRITICAL
    known = [score for score in scores if score is not None]
    if not known:
        return Severity.MEDIUM
    return next((severity for least, severity in _BANDS if max(known) >= least), Severity.LOW)

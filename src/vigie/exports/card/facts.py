"""What was seen of one establishment in one week, before any word is chosen."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Count:
    now: int
    before: int | None  # a week before; None when nothing was known then

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True, slots=True)
class Place:
    service: str  # slug, "" when not recognised
    where: str  # "vpn.valmorne.example:443" or "203.0.113.7:21"


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    sha256: str
    ends_at: datetime
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weakness:
    """One open finding."""

    finding: int
    kind: str
    subject: str
    version: str
    fixed_version: str
    vulnerabilities: int
    severity: str
    exploited: bool
    where: str
    since: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Action:
    """What to mend first, and what it would gain; None while the level was not computed since it was found."""

    weakness: Weakness
    points: int | None
    letter_before: str
    letter_after: str


@dataclass(frozen=True, slots=True)
class SeverityLine:
    """before + new - mended - gone = now, when there is a before."""

    severity: str
    open: Count
    new: int  # detected or reopened in the week
    mended: int  # closed by a proof in the week
    gone: int  # left otherwise: no longer observed, set aside, or no weakness after all; no proof of a cure


@dataclass(frozen=True, slots=True)
class Level:
    low: int
    high: int
    letter: str  # "" when not established
    known: int
    total: int
    method: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The time to fix of all that was ever found there, by Kaplan and Meier. Seconds; None when not reached."""

    n: int
    fixed: int
    least: int  # under it no median is told
    median_seconds: int | None
    low_seconds: int | None
    high_seconds: int | None
    marks: tuple[tuple[int, float | None], ...]  # (days, share still open)

    @property
    def is_told(self) -> bool:
        return self.n >= self.least


@dataclass(frozen=True, slots=True)
class Card:
    finess: str
    name: str
    city: str
    groups: tuple[str, ...]
    week: str  # "2026-W47"
    first_day: date
    last_day: date
    moment: datetime  # what is known by then
    is_over: bool  # False: the week is not over
    looked_at: datetime | None  # end of the last completed look; None: never looked at
    looks: int  # completed looks of the week
    level: Level | None
    level_before: Level | None
    hosts: Count
    services: Count
    unanswered: Count
    risky: Count
    risky_now: tuple[Place, ...]
    risky_new: tuple[Place, ...]
    risky_gone: tuple[Place, ...]
    certificates: int  # distinct ones that the services show
    ending: tuple[Certificate, ...]  # those that end soon, or have ended; first to end first
    ending_days: int
    severities: tuple[SeverityLine, ...]  # worst first
    open: tuple[Weakness, ...]  # first to mend first
    fix: Fix
    actions: tuple[Action, ...]

    @property
    def every_severity(self) -> SeverityLine:
        lines = self.severities
        before = [line.open.before for line in lines if line.open.before is not None]
        return SeverityLine(
            "",
            Count(sum(line.open.now for line in lines), sum(before) if len(before) == len(lines) else None),
            *(sum(getattr(line, part) for line in lines) for part in ("new", "mended", "gone")),
        )

    @property
    def exploited(self) -> tuple[Weakness, ...]:
        return tuple(one for one in self.open if one.exploited)

    @property
    def late(self) -> tuple[Weakness, ...]:
        return tuple(one for one in self.open if one.deadline < self.moment)

    @property
    def oldest_critical(self) -> Weakness | None:
        critical = [one for one in self.open if one.severity == "critical"]
        return min(critical, key=lambda one: one.since, default=None)

"""What the audit of a group saw, judged and followed, before any word is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from vigie.exports.card import Level, Weakness


@dataclass(frozen=True, slots=True)
class Audited:
    """One establishment of the perimeter."""

    finess: str
    name: str
    assets: tuple[str, ...]  # declared on the day of the first look; none before it
    had_mandate: bool | None  # on that day; None before it
    level: Level | None


@dataclass(frozen=True, slots=True)
class Run:
    began: datetime
    is_over: bool
    services: int
    not_looked: int  # establishments without a mandate


@dataclass(frozen=True, slots=True)
class Item:
    """One confirmed weakness: what it is, what mending it gains, and who does it when."""

    weakness: Weakness
    finess: str
    establishment: str
    nature: str  # "product", or the slug of the indicator that counts the check
    state: str  # slug of the finding's state today
    ended_at: datetime | None  # since when it does not stand any more
    points: int | None  # gained in its establishment; None when it was not computed
    owner: str
    on: date | None  # planned for; None when nobody planned it
    constraint: str  # slug, or ""

    @property
    def is_mended(self) -> bool:
        return self.state == "closed"

    @property
    def is_left(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Followed:
    days: int
    due_on: date
    is_missed: bool
    is_started: bool
    told: tuple[tuple[str, int], ...] | None  # (outcome, weaknesses); None before it told


@dataclass(frozen=True, slots=True)
class Report:
    number: int
    state: str
    group_kind: str
    group: str
    code: str
    region: str
    moment: datetime  # the levels are as of then
    signatory: str
    agreed_on: date | None
    agreement: str
    started_at: datetime | None
    runs: tuple[Run, ...]
    perimeter: tuple[Audited, ...]
    level: Level | None  # of the group
    items: tuple[Item, ...]  # first to mend first
    rejected: int
    to_review: int
    conclusion: str  # the analyst's words, "" to draft them
    restituted_on: date | None
    attendance: tuple[str, ...]
    follow_ups: tuple[Followed, ...]
    end_reason: str

    @property
    def looked(self) -> int:
        return sum(bool(one.had_mandate) for one in self.perimeter)

    @property
    def left(self) -> tuple[Item, ...]:
        return tuple(one for one in self.items if one.is_left)

    @property
    def exploited(self) -> tuple[Item, ...]:
        return tuple(one for one in self.left if one.weakness.exploited)

    @property
    def late(self) -> tuple[Item, ...]:
        return tuple(one for one in self.left if one.weakness.deadline < self.moment)


def establishments(items: Iterable[Item]) -> int:
    return len({one.finess for one in items})

"""Which declarations does the law ask for, to whom, by when and why? And whom must the cell tell?

Both are data: conditions by name over the facts, each of three values. What is not known is shown as such ("may
apply"), with the question that would settle it; it is never dropped.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .facts import CONDITIONS, Facts, all_of, any_of
from .gravity import Criterion, Gravity, judge, must_be_declared
from .taxonomy import Known


def _significant(facts: Facts) -> Known:
    judgement = judge(facts)
    if judgement.gravity is Gravity.SIGNIFICANT:
        return Known.YES
    open_ones = {Criterion.TERRITORY, Criterion.OTHERS} - set(judgement.met)
    return Known.UNKNOWN if open_ones <= set(judgement.unknown) else Known.NO


JUDGED: Mapping[str, Callable[[Facts], Known]] = {
    **CONDITIONS,
    "serious": must_be_declared,
    "significant": _significant,
}


class Clock(StrEnum):
    """What the delay is counted from."""

    DISCOVERY = "discovery"  # when the structure saw it
    DECLARATION = "declaration"  # when it reached the cell
    QUALIFICATION = "qualification"


@dataclass(frozen=True, slots=True)
class Delay:
    """A span of hours, or of calendar months: one month after 31 January is the last day of February."""

    hours: int = 0
    months: int = 0

    def after(self, start: datetime) -> datetime:
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + timedelta(hours=self.hours)


AT_ONCE = Delay()


@dataclass(frozen=True, slots=True)
class Trigger:
    """All of these together."""

    conditions: tuple[str, ...]

    def holds(self, facts: Facts) -> Known:
        return all_of(*(JUDGED[name](facts) for name in self.conditions))


@dataclass(frozen=True, slots=True)
class ObligationRule:
    regime: str  # "public_health_code"
    stage: str  # "declaration"
    authority: str  # "ans", "cnil", "anssi"...
    when: tuple[Trigger, ...]  # any of these
    clock: Clock
    after_stage: str  # the stage of the same regime whose submission starts the clock; "" for the clock itself
    delay: Delay | None  # None: without delay once it has happened, so no date can be written before
    reference: str
    confirmed: bool  # the text was read; otherwise an installation checks it before relying on it
    in_force_from: date
    in_force_until: date | None
    if_ongoing: bool = False  # only while the incident lasts

    def in_force(self, day: date) -> bool:
        return self.in_force_from <= day and (self.in_force_until is None or day < self.in_force_until)


@dataclass(frozen=True, slots=True)
class Duty:
    """One regime and stage that applies, or that may."""

    rule: ObligationRule
    applies: Known  # YES or UNKNOWN
    why: tuple[str, ...]  # names of the conditions that hold; those that are not known when it only may apply
    due_at: datetime | None  # None: its clock has not started


@dataclass(frozen=True, slots=True)
class Moments:
    """When each clock started; None when it has not."""

    discovery: datetime
    declaration: datetime | None = None
    qualification: datetime | None = None

    def of(self, clock: Clock) -> datetime | None:
        return {
            Clock.DISCOVERY: self.discovery,
            Clock.DECLARATION: self.declaration,
            Clock.QUALIFICATION: self.qualification,
        }[clock]


def duties(
    facts: Facts, rules: tuple[ObligationRule, ...], moments: Moments, submitted: Mapping[tuple[str, str], datetime]
) -> tuple[Duty, ...]:
    """What the law asks for, in the order of the rules.

    `submitted` is when each (regime, stage) was first submitted. The rules are those in force when it was discovered.
    """
    found = []
    for rule in rules:
        if not rule.in_force(moments.discovery.date()) or (rule.if_ongoing and facts.ongoing is Known.NO):
            continue
        applies, why = reasons(rule.when, facts)
        if applies is Known.NO:
            continue
        start = submitted.get((rule.regime, rule.after_stage)) if rule.after_stage else moments.of(rule.clock)
        due_at = None if start is None or rule.delay is None else rule.delay.after(start)
        found.append(Duty(rule, applies, why, due_at))
    return tuple(found)


def reasons(when: tuple[Trigger, ...], facts: Facts) -> tuple[Known, tuple[str, ...]]:
    """Whether any trigger holds, and the names that say why, or that would settle it."""
    held = [(trigger, trigger.holds(facts)) for trigger in when]
    applies = any_of(*(holds for _trigger, holds in held))
    if applies is Known.NO:
        return applies, ()
    names: dict[str, None] = {}
    for trigger, holds in held:
        if holds is applies:
            names |= {name: None for name in trigger.conditions if JUDGED[name](facts) is applies}
    return applies, tuple(names)


class Moment(StrEnum):
    """From when the cell must tell."""

    DECLARED = "declared"
    QUALIFIED = "qualified"


@dataclass(frozen=True, slots=True)
class RouteRule:
    authority: str  # "hfds", "corruss", "ars", "anssi"; "cnil" and "complaint" are prepared for the declarant
    when: tuple[Trigger, ...]
    moment: Moment
    delay: Delay
    sent_by_us: bool  # False: prepared for the declarant, never sent for it
    reference: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Route:
    rule: RouteRule
    applies: Known
    why: tuple[str, ...]
    due_at: datetime | None  # None: its moment has not come


def routes(facts: Facts, rules: tuple[RouteRule, ...], moments: Moments) -> tuple[Route, ...]:
    """Whom to tell, in the order of the rules."""
    found = []
    for rule in rules:
        applies, why = reasons(rule.when, facts)
        if applies is Known.NO:
            continue
        start = moments.declaration if rule.moment is Moment.DECLARED else moments.qualification
        if not rule.sent_by_us:
            start = moments.discovery
        found.append(Route(rule, applies, why, None if start is None else rule.delay.after(start)))
    return tuple(found)

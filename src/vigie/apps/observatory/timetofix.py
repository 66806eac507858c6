"""How long do weaknesses last before they are mended, with those that still last counted?

A lifetime runs from the first detection, which a finding keeps when it reopens, to the closure that a look proved.
Three things are no end, and the weakness is then only known to have lasted at least that long:
- it is open at the moment asked for: followed up to that moment;
- it is no longer observed: a port that went silent is no proof of a cure, so it is followed up to its last sighting;
- it was closed, then came back: it was not mended, and goes on with its first date.
A finding that better knowledge closed was never a weakness to mend: it is left out, and counted apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from vigie.apps.findings.enums import CloseReason, FindingState, Severity
from vigie.apps.findings.models import Finding
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.data.params import fix_rule
from vigie.engine.survival import Curve, FixRule, Lifetime, Median, Survival, kaplan_meier

from .queries import counted_in, counted_members
from .timetofix_states import Trajectory, trajectories

BATCH = 200  # establishments read at once
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Mark:
    """How much was still open at an age; `left` is None when too few were followed that long."""

    days: int
    left: Survival | None


@dataclass(frozen=True, slots=True)
class Measure:
    """The time to fix of a set of weaknesses. Under the least number of the rule, only the counts are told."""

    n: int
    fixed: int
    rule: FixRule
    median: Median
    marks: tuple[Mark, ...]
    curve: Curve

    @property
    def is_told(self) -> bool:
        return self.n >= self.rule.least


@dataclass(frozen=True, slots=True)
class TimeToFix:
    """As of a moment; severity and exploitation are those that each finding has today."""

    moment: datetime
    every: Measure
    exploited: Measure
    by_severity: tuple[tuple[Severity, Measure], ...]
    never_weak: int  # closed by better knowledge: left out


def of_establishment(establishment: Establishment, moment: datetime) -> TimeToFix:
    return measured(trajectories(Finding.objects.filter(establishment=establishment), moment), moment)


def of_group(group: Group, day: date, moment: datetime) -> TimeToFix:
    """Of the members in scope on that day."""
    return _of(counted_members(group, day, moment), moment)


def of_territory(territory: Territory, day: date, moment: datetime) -> TimeToFix:
    """Of the establishments in scope of the territory on that day."""
    return _of(counted_in(territory, day), moment)


def _of(establishments: QuerySet[Establishment], moment: datetime) -> TimeToFix:
    """By batches: the findings of a nation are not held at once."""
    ids = list(establishments.order_by("pk").values_list("pk", flat=True))
    found: list[Followed | None] = []
    for start in range(0, len(ids), BATCH):
        rows = Finding.objects.filter(establishment__in=ids[start : start + BATCH])
        found += _followed(trajectories(rows, moment), moment)
    return _told(found, moment)


def measured(found: Iterable[Trajectory], moment: datetime) -> TimeToFix:
    return _told(_followed(found, moment), moment)


@dataclass(frozen=True, slots=True)
class Followed:
    severity: Severity
    exploited: bool
    lifetime: Lifetime


def _followed(found: Iterable[Trajectory], moment: datetime) -> list[Followed | None]:
    """One for each weakness known at that moment; None for one that was none."""
    return [None if was_none(one, moment) else _life(one, moment) for one in found if one.at(moment) is not None]


def was_none(one: Trajectory, moment: datetime) -> bool:
    passage = one.at(moment)
    return passage is not None and passage.reason in {CloseReason.KNOWLEDGE, CloseReason.FALSE_POSITIVE}


def _life(one: Trajectory, moment: datetime) -> Followed:
    until, ended = followed_until(one, moment)
    start = one.finding.first_seen
    return Followed(
        severity=Severity(one.finding.severity),
        exploited=one.finding.exploited,
        lifetime=Lifetime(int((until - start).total_seconds()), ended),
    )


def _told(found: list[Followed | None], moment: datetime) -> TimeToFix:
    rule = fix_rule(moment.date())
    followed = [one for one in found if one is not None]
    severities = [(severity, [one for one in followed if one.severity == severity]) for severity in Severity]
    return TimeToFix(
        moment=moment,
        every=_measure(followed, rule),
        exploited=_measure([one for one in followed if one.exploited], rule),
        by_severity=tuple((severity, _measure(of, rule)) for severity, of in severities),
        never_weak=len(found) - len(followed),
    )


def followed_until(one: Trajectory, moment: datetime) -> tuple[datetime, bool]:
    """Until when it is known to have lasted, and whether it was mended then."""
    passage = one.at(moment)
    if passage is None or passage.state in {FindingState.OPEN, FindingState.RISK_ACCEPTED}:
        return moment, False  # a risk that is accepted is still there
    if passage.state == FindingState.CLOSED:
        return passage.at, True
    return max(min(one.last_seen(passage.at), passage.at), one.finding.first_seen), False


def _measure(followed: list[Followed], rule: FixRule) -> Measure:
    lifetimes = [one.lifetime for one in followed]
    curve = kaplan_meier(lifetimes)
    return Measure(
        n=curve.n,
        fixed=curve.events,
        rule=rule,
        median=curve.median_resting_on(rule.least),
        marks=tuple(_mark(mark.days, lifetimes, curve, rule) for mark in rule.marks),
        curve=curve,
    )


def _mark(days: int, lifetimes: list[Lifetime], curve: Curve, rule: FixRule) -> Mark:
    """At a great age the curve rests on the few that were followed so long: one of them mended would make it nought."""
    age = days * DAY
    reached = sum(life.seconds >= age for life in lifetimes)
    lost = any(not life.ended and life.seconds < age for life in lifetimes)
    enough = curve.n >= rule.least and (reached >= rule.least or not lost)
    return Mark(days, curve.at(age) if enough else None)

"""The dated numbers of the rules: which edition is in force on a day, as typed values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from vigie.engine.disclosure import DisclosureRule
from vigie.engine.group_audit import FollowUpDays
from vigie.engine.level import GateRule, IndicatorRule, Method, Penalty
from vigie.engine.lifecycle import AbsenceRule, FollowUpRule
from vigie.engine.outcome import Severity
from vigie.engine.priority import DeadlinePolicy, Priority, PriorityRule, PriorityTable
from vigie.engine.survival import FixRule

from .documents import DocumentError, names, read

Typed = TypeVar("Typed")


def exposure_method(day: date) -> Method:
    return _in_force("exposure-method", day, _method)


def method_references(day: date) -> dict[str, str]:
    """language -> where the method in force on that day comes from, for people."""
    return _in_force("exposure-method", day, _references)


def deadline_policy(day: date) -> DeadlinePolicy:
    return _in_force("deadlines", day, _deadlines)


def priority_table(day: date) -> PriorityTable:
    return _in_force("priority", day, _priorities)


def absence_rule(day: date) -> AbsenceRule:
    return _in_force("absence", day, _absence)


def follow_up_rule(day: date) -> FollowUpRule:
    return _in_force("follow-up", day, _follow_up)


@dataclass(frozen=True, slots=True)
class VanishedRule:
    """When a kind of weakness that nobody shows any more is held for a person."""

    slug: str
    since: date
    reference: str
    least_findings: int
    least_establishments: int
    before: timedelta  # in which it was seen
    within: timedelta  # in which it is not any more


def vanished_rule(day: date) -> VanishedRule:
    return _in_force("vanished", day, _vanished)


def retired_checks(day: date) -> frozenset[str]:
    """Slugs that nothing looks for any more."""
    return _in_force("retired-checks", day, lambda raw: frozenset(raw["checks"]))


def fix_rule(day: date) -> FixRule:
    return _in_force("time-to-fix", day, _fix_rule)


def group_audit_days(day: date) -> FollowUpDays:
    return _in_force("group-audit", day, _group_audit_days)


def disclosure_rule(day: date) -> DisclosureRule:
    return _in_force("disclosure", day, _disclosure)


def editions(family: str) -> tuple[tuple[date, str], ...]:
    """(first day, document) of each edition of a family, oldest first; the day is the end of the file's name."""
    found = []
    for name in names("params"):
        head, day = name[:-11], name[-10:]
        if head == family:
            found.append((date.fromisoformat(day), f"params/{name}"))
    return tuple(found)


def _in_force(family: str, day: date, build: Callable[[Any], Typed]) -> Typed:
    """The edition in force on that day; before the first one, the first one."""
    known = editions(family)
    if not known:
        raise DocumentError(f"vigie/data/params: no edition of {family}")
    path = next((path for since, path in reversed(known) if since <= day), known[0][1])
    return _built(path, build)  # type: ignore[return-value]


@cache
def _built(path: str, build: Callable[[Any], object]) -> object:
    try:
        return build(read(path))
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(f"vigie/data/{path}.yaml: {error!r}") from error


def _method(raw: Any) -> Method:
    bounds = tuple((str(letter), int(least)) for letter, least in raw["bounds"].items())
    method = Method(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        max_age_days=raw["max_age_days"],
        coverage_floor=raw["coverage_floor"],
        bounds=bounds,
        indicators=tuple(_indicator(entry) for entry in raw["indicators"]),
        gates=tuple(GateRule(**entry) for entry in raw["gates"]),
    )
    if sum(indicator.possible for indicator in method.indicators) != 100:
        raise ValueError("the possible points do not add up to 100")
    if [least for _, least in bounds] != sorted((least for _, least in bounds), reverse=True) or bounds[-1][1] != 0:
        raise ValueError("the bounds must go down to 0")
    return method


def _references(raw: Any) -> dict[str, str]:
    return {"en": raw["reference"], "fr": raw["reference_fr"]}


def _indicator(raw: Any) -> IndicatorRule:
    when = raw["when"]
    subjects = when.get("subjects")
    return IndicatorRule(
        slug=raw["slug"],
        possible=raw["possible"],
        penalties=tuple((severity, Penalty(*raw["penalties"][severity])) for severity in Severity),
        kind=when.get("kind"),
        exploited=when.get("exploited"),
        remote_access=when.get("remote_access"),
        subjects=None if subjects is None else frozenset(subjects),
        reference=raw["reference"],
    )


def _deadlines(raw: Any) -> DeadlinePolicy:
    return DeadlinePolicy(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        exploited_and_exposed=timedelta(days=raw["exploited_and_exposed_days"]),
        by_severity=tuple((severity, timedelta(days=raw["days"][severity])) for severity in Severity),
    )


def _priorities(raw: Any) -> PriorityTable:
    return PriorityTable(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        rules=tuple(_priority_rule(entry) for entry in raw["rules"]),
    )


def _priority_rule(raw: Any) -> PriorityRule:
    least = raw.get("least_severity")
    return PriorityRule(
        priority=Priority(raw["priority"]),
        exploited=raw.get("exploited"),
        exposed=raw.get("exposed"),
        remote_access=raw.get("remote_access"),
        least_severity=Severity(least) if least else None,
        least_epss=raw.get("least_epss"),
    )


def _absence(raw: Any) -> AbsenceRule:
    return AbsenceRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        between=timedelta(hours=raw["hours_between"]),
        fall_least=raw["fall"]["least"],
        fall_percent=raw["fall"]["percent"],
        rise_least=raw["rise"]["least"],
        rise_percent=raw["rise"]["percent"],
    )


def _follow_up(raw: Any) -> FollowUpRule:
    return FollowUpRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        false_positive=timedelta(days=raw["false_positive_at_most_days"]),
        risk_accepted=timedelta(days=raw["risk_accepted_at_most_days"]),
        retests=raw["retests"]["at_most"],
        retests_within=timedelta(minutes=raw["retests"]["within_minutes"]),
    )


def _disclosure(raw: Any) -> DisclosureRule:
    return DisclosureRule(raw["slug"], raw["valid_from"], raw["reference"], raw["least_establishments"])


def _vanished(raw: Any) -> VanishedRule:
    return VanishedRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        least_findings=raw["least_findings"],
        least_establishments=raw["least_establishments"],
        before=timedelta(days=raw["before_days"]),
        within=timedelta(hours=raw["within_hours"]),
    )


def _fix_rule(raw: Any) -> FixRule:
    return FixRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        least=raw["least_findings"],
        marks=tuple(timedelta(days=days) for days in raw["marks_days"]),
        beds_from=tuple(sorted(((beds, size) for size, beds in raw["beds_from"].items()), reverse=True)),
    )


def _group_audit_days(raw: Any) -> FollowUpDays:
    return FollowUpDays(
        slug=raw["slug"], since=raw["valid_from"], reference=raw["reference"], days=tuple(sorted(raw["follow_up_days"]))
    )

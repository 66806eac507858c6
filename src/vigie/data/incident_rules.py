"""Which declarations does the law ask for, whom does the cell tell, how much may be typed? Dated, as typed values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from vigie.engine.incidents.duties import AT_ONCE, JUDGED, Clock, Delay, Moment, ObligationRule, RouteRule, Trigger

from . import documents
from .params import editions

Typed = TypeVar("Typed")


@dataclass(frozen=True, slots=True)
class Obligations:
    slug: str
    since: date
    reference: str
    rules: tuple[ObligationRule, ...]


@dataclass(frozen=True, slots=True)
class Awaiting:
    """What happens between writing to an authority and its word that it was read."""

    leave_before_due: timedelta  # a message that nobody let go leaves by itself
    outbox: timedelta  # that a message has to leave, past its date
    remind_after: timedelta  # it left
    call_after: timedelta


@dataclass(frozen=True, slots=True)
class Routes:
    slug: str
    since: date
    reference: str
    rules: tuple[RouteRule, ...]
    awaiting: Awaiting


@dataclass(frozen=True, slots=True)
class IncidentLimits:
    slug: str
    since: date
    reference: str
    short_text: int  # characters
    long_text: int
    seen_at_most: timedelta  # before now
    clock_drift: timedelta  # after now
    draft_kept: timedelta
    confirmation: timedelta
    window: timedelta  # in which one address may declare and mistake so often
    declarations: int
    wrong_references: int
    mails_window: timedelta  # in which one address is written to so often about declarations
    mails: int
    attachment_bytes: int
    attachments: int
    attachment_types: tuple[str, ...]
    unpacked_bytes: int  # that an archive may hold
    archive_files: int
    attachment_megabytes: int  # the same limit as people read it
    reports_window: timedelta  # in which one address, and all of them, report so many weaknesses
    reports: int
    reports_in_all: int
    security_txt: timedelta  # how long what is published there is good for
    remind_before_percent: int  # of the delay
    remind_after: tuple[timedelta, ...]  # the due date


def obligations(day: date) -> Obligations:
    """The edition in force on that day; before the first one, the first one."""
    return _of("obligations", day, _obligations)


def routes(day: date) -> Routes:
    return _of("incident-routes", day, _routes)


def limits(day: date) -> IncidentLimits:
    return _of("incident-limits", day, _limits)


def _of(family: str, day: date, build: Callable[[Any], Typed]) -> Typed:
    return _built(_path(family, day), build)  # type: ignore[return-value]


@cache  # asked several times for each declaration, and each obligation that is swept
def _path(family: str, day: date) -> str:
    known = editions(family)
    return next((path for since, path in reversed(known) if since <= day), known[0][1])


@cache
def _built(path: str, build: Callable[[Any], object]) -> object:
    try:
        return build(documents.read(path))
    except (KeyError, TypeError, ValueError) as error:
        raise documents.DocumentError(f"vigie/data/{path}.yaml: {error!r}") from error


def _obligations(raw: Any) -> Obligations:
    rules = tuple(_obligation(entry) for entry in raw["obligations"])
    stages = {(rule.regime, rule.stage) for rule in rules}
    if len(stages) != len(rules) or any(r.after_stage and (r.regime, r.after_stage) not in stages for r in rules):
        raise ValueError("each stage once, after a stage that exists")
    return Obligations(raw["slug"], raw["valid_from"], raw["reference"], rules)


def _obligation(raw: Any) -> ObligationRule:
    after = raw.get("after", "")
    return ObligationRule(
        regime=raw["regime"],
        stage=raw["stage"],
        authority=raw["authority"],
        when=_triggers(raw["when"]),
        clock=Clock(raw["clock"]) if not after else Clock.DISCOVERY,
        after_stage=after,
        delay=None if raw["delay"] is None else _delay(raw["delay"]),
        reference=raw["reference"],
        confirmed=raw["confirmed"],
        in_force_from=raw["in_force"]["from"],
        in_force_until=raw["in_force"]["until"],
        if_ongoing=raw.get("if_ongoing", False),
    )


def _routes(raw: Any) -> Routes:
    rules = tuple(
        RouteRule(
            authority=entry["authority"],
            when=_triggers(entry["when"]),
            moment=Moment(entry["moment"]),
            delay=_delay(entry["delay"]),
            sent_by_us=entry["sent_by_us"],
            reference=entry["reference"],
            confirmed=entry["confirmed"],
        )
        for entry in raw["routes"]
    )
    told = raw["awaiting"]
    awaiting = Awaiting(
        leave_before_due=timedelta(minutes=told["leave_before_due_minutes"]),
        outbox=timedelta(minutes=told["outbox_minutes"]),
        remind_after=timedelta(minutes=told["remind_after_minutes"]),
        call_after=timedelta(minutes=told["call_after_minutes"]),
    )
    return Routes(raw["slug"], raw["valid_from"], raw["reference"], rules, awaiting)


def _triggers(raw: Any) -> tuple[Trigger, ...]:
    triggers = tuple(Trigger(tuple(names)) for names in raw)
    for trigger in triggers:
        for name in trigger.conditions:
            if name not in JUDGED:
                raise ValueError(f"no condition is called {name}")
    if not triggers or not all(trigger.conditions for trigger in triggers):
        raise ValueError("an empty condition would hold for everything")
    return triggers


def _delay(raw: Any) -> Delay:
    return Delay(**raw) if any(raw.values()) else AT_ONCE


def _limits(raw: Any) -> IncidentLimits:
    told, place, files, reminders = raw["declaration"], raw["per_address"], raw["attachments"], raw["reminders"]
    weak = raw["weakness_reports"]
    return IncidentLimits(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        short_text=told["short_text"],
        long_text=told["long_text"],
        seen_at_most=timedelta(days=told["seen_at_most_days_ago"]),
        clock_drift=timedelta(minutes=told["clock_drift_minutes"]),
        draft_kept=timedelta(days=told["draft_kept_days"]),
        confirmation=timedelta(hours=told["confirmation_hours"]),
        window=timedelta(minutes=place["minutes"]),
        declarations=place["declarations"],
        wrong_references=place["wrong_references"],
        mails_window=timedelta(hours=raw["mails_to_one_address"]["hours"]),
        mails=raw["mails_to_one_address"]["at_most"],
        attachment_bytes=files["megabytes_each"] * 1_000_000,
        attachments=files["count"],
        attachment_types=tuple(files["types"]),
        unpacked_bytes=files["unpacked_megabytes"] * 1_000_000,
        archive_files=files["archive_files"],
        attachment_megabytes=files["megabytes_each"],
        reports_window=timedelta(minutes=weak["minutes"]),
        reports=weak["per_address"],
        reports_in_all=weak["in_all"],
        security_txt=timedelta(days=weak["security_txt_days"]),
        remind_before_percent=reminders["before_due_percent"],
        remind_after=tuple(timedelta(hours=hours) for hours in reminders["after_due_hours"]),
    )

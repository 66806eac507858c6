"""Who is told, when, and how often is it tried? The dated tables of the notices, as typed values."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from . import documents
from .params import editions


class Recipient(StrEnum):
    """Whom a step of the escalation turns to."""

    OFFICER = "officer"
    DIRECTOR = "director"
    GROUP_OFFICER = "group_officer"
    REGIONAL_AGENCY = "regional_agency"
    TELEPHONE = "telephone"  # a person calls: no message leaves


@dataclass(frozen=True, slots=True)
class Step:
    recipient: Recipient
    after: timedelta  # from the sending of the step before
    reminder: bool  # the same people again


@dataclass(frozen=True, slots=True)
class Escalation:
    slug: str
    since: date
    reference: str
    urgent: tuple[Step, ...]
    digest: tuple[Step, ...]

    def steps(self, *, urgent: bool) -> tuple[Step, ...]:
        return self.urgent if urgent else self.digest


@dataclass(frozen=True, slots=True)
class NoticeRule:
    slug: str
    since: date
    reference: str
    quiet_from: time
    quiet_until: time
    quiet_weekend: bool
    digest_at: time
    leaves_alone_up_to: int  # establishments of one mailing; more wait for two persons
    retries: tuple[timedelta, ...]  # after each failed attempt; then we give up


def escalation(day: date) -> Escalation:
    """The table in force on that day; before the first one, the first one."""
    return _escalation(_path("escalation", day))


def notice_rule(day: date) -> NoticeRule:
    return _notice_rule(_path("notices", day))


def _path(family: str, day: date) -> str:
    known = editions(family)
    return next((path for since, path in reversed(known) if since <= day), known[0][1])


@cache
def _escalation(path: str) -> Escalation:
    raw = documents.read(path)
    return Escalation(raw["slug"], raw["valid_from"], raw["reference"], _steps(raw["urgent"]), _steps(raw["digest"]))


def _steps(raw: Any) -> tuple[Step, ...]:
    steps = tuple(
        Step(Recipient(one["role"]), timedelta(hours=one["after_hours"]), one.get("reminder", False)) for one in raw
    )
    if steps[0].after or any(not step.after for step in steps[1:]):
        raise documents.DocumentError("escalation: the first step is at once, each other one later")
    return steps


@cache
def _notice_rule(path: str) -> NoticeRule:
    raw = documents.read(path)
    return NoticeRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        quiet_from=time.fromisoformat(raw["quiet"]["from"]),
        quiet_until=time.fromisoformat(raw["quiet"]["until"]),
        quiet_weekend=raw["quiet"]["weekend"],
        digest_at=time.fromisoformat(raw["digest_at"]),
        leaves_alone_up_to=raw["urgent_leaves_alone_up_to"],
        retries=tuple(timedelta(minutes=minutes) for minutes in raw["retry_minutes"]),
    )

"""When is something news for the nation, and what may leave by itself? The dated rule of the alerts."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from . import documents
from .params import editions


class ByItself(StrEnum):
    """What leaves without a person."""

    NOTHING = "nothing"
    AFFECTED_AND_EXPLOITED = "affected_and_exploited"


@dataclass(frozen=True, slots=True)
class AlertRule:
    slug: str
    since: date
    reference: str
    is_news_for: timedelta  # a source's entry older than this is no news when we learn it
    followed_for: timedelta  # whom an alert concerns is counted again so long
    check_within: timedelta  # what those are given who are asked to check
    by_itself: ByItself


def alert_rule(day: date) -> AlertRule:
    """The rule in force on that day; before the first one, the first one."""
    known = editions("national-alert")
    return _rule(next((path for since, path in reversed(known) if since <= day), known[0][1]))


@cache
def _rule(path: str) -> AlertRule:
    raw = documents.read(path)
    return AlertRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        is_news_for=timedelta(days=raw["is_news_for_days"]),
        followed_for=timedelta(days=raw["followed_for_days"]),
        check_within=timedelta(days=raw["check_within_days"]),
        by_itself=ByItself(raw["leaves_by_itself"]),
    )

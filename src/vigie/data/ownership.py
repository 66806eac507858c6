"""For how long is a declared domain or address held to be proved, and when is the proof looked at again?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from . import documents
from .params import editions


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    slug: str
    since: date
    reference: str
    token: timedelta  # to publish it in
    holds: Mapping[str, timedelta]  # by method: "dns", "file", "document"
    look_again: timedelta
    misses: int  # looks in a row without the token, after which it lapses
    retry: timedelta  # after such a look
    document_bytes: int


def ownership_rule(day: date) -> OwnershipRule:
    """The edition in force on that day; before the first one, the first one."""
    known = editions("ownership")
    return _rule(next((path for since, path in reversed(known) if since <= day), known[0][1]))


@cache
def _rule(path: str) -> OwnershipRule:
    raw = documents.read(path)
    return OwnershipRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        token=timedelta(days=raw["token_days"]),
        holds={method: timedelta(days=days) for method, days in raw["holds_days"].items()},
        look_again=timedelta(days=raw["look_again_days"]),
        misses=raw["misses_at_most"],
        retry=timedelta(days=raw["retry_after_a_miss_days"]),
        document_bytes=raw["document_bytes_at_most"],
    )

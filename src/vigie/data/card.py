"""The words and the dated numbers of the weekly card."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from . import documents
from .params import editions
from .texts import spaced


@dataclass(frozen=True, slots=True)
class CardRule:
    slug: str
    since: date
    reference: str
    risky_services: frozenset[str]
    certificates_end_within: timedelta
    actions: int


def card_rule(day: date) -> CardRule:
    """The edition in force on that day; before the first one, the first one."""
    known = editions("weekly-card")
    return _rule(next((path for since, path in reversed(known) if since <= day), known[0][1]))


@cache
def _rule(path: str) -> CardRule:
    raw = documents.read(path)
    try:
        return CardRule(
            slug=raw["slug"],
            since=raw["valid_from"],
            reference=raw["reference"],
            risky_services=frozenset(raw["risky_services"]),
            certificates_end_within=timedelta(days=raw["certificate_days"]),
            actions=raw["actions"],
        )
    except (KeyError, TypeError) as error:
        raise documents.DocumentError(f"vigie/data/{path}.yaml: {error!r}") from error


@cache
def card_words(language: str) -> dict[str, str]:
    """The words of the card by their slug; those that follow a number end in _one and _many."""
    return {slug: spaced(text, language) for slug, text in documents.read("card")[language].items()}


@cache
def document_words(document: str, language: str) -> dict[str, str]:
    """Those of one document, over those of the card that every document shares: months, severities, durations."""
    own = {slug: spaced(text, language) for slug, text in documents.read(document)[language].items()}
    return card_words(language) | own

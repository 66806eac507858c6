"""What does a registry tell of a domain (RDAP, RFC 9083): until when, and in which state?"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from .faults import SourceRefused, SourceUnreadable
from .json_stream import opened

MOST_BYTES = 300_000  # 20 kB as a rule; contacts and notices make the rest
MOST_STATUSES = 20
_EXPIRATION = "expiration"  # "registrar expiration" is another one: of the contract, not of the name


@dataclass(frozen=True, slots=True)
class Registration:
    domain: str
    expires_on: date | None
    statuses: tuple[str, ...]


class _Event(msgspec.Struct, rename="camel"):
    event_action: str = ""
    event_date: str = ""


class _Domain(msgspec.Struct, rename="camel"):
    object_class_name: str
    ldh_name: str
    status: list[str] = []
    events: list[_Event] = []


def read_registration(path: Path, domain: str) -> Registration:
    """What is told of this very domain; raises SourceError. Nothing of a person is read."""
    with opened(path, limit=MOST_BYTES) as stream:
        content = stream.read()
    try:
        told = msgspec.json.decode(content, type=_Domain)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceUnreadable(f"the answer of the registry is not a domain: {error}") from error
    if told.object_class_name != "domain" or told.ldh_name.rstrip(".").lower() != domain:
        raise SourceRefused(f"the registry told of {told.ldh_name[:80]!r}, and was asked about {domain}")
    statuses = tuple(sorted({status.strip().lower()[:40] for status in told.status[:MOST_STATUSES]}))
    return Registration(domain, _expiry(told.events), statuses)


def _expiry(events: list[_Event]) -> date | None:
    """The day, in UTC, of the one expiration; None when there is none, or several that differ."""
    days = {_day(event.event_date) for event in events if event.event_action.strip().lower() == _EXPIRATION}
    return days.pop() if len(days) == 1 else None


def _day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None

"""Until when is each of many weaknesses known to have lasted? A quarter of a million at once, in few queries.

The same rules as vigie.apps.observatory.timetofix, which a test holds to it: the row of a finding tells its present
state; only those whose state changed after the moment asked for are read back from their history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from vigie.apps.findings.enums import CloseReason, FindingKind, FindingState
from vigie.apps.findings.models import STANDING, Finding, FindingEvent
from vigie.data.equipment import SETTING, equipment_of

from .timetofix import followed_until, was_none
from .timetofix_states import STATES, trajectories

CHUNK = 500
# Dates as text: Django reads a million of them in seconds, the standard library in tenths of a second.
DATES = {name: Cast(name.removesuffix("_text"), CharField()) for name in
         ("first_seen_text", "last_confirmed_text", "closed_at_text")}  # fmt: skip
STILL = {*STANDING, FindingState.RISK_ACCEPTED}
NONE_TO_MEND = {CloseReason.KNOWLEDGE, CloseReason.FALSE_POSITIVE}


@dataclass(frozen=True, slots=True)
class Life:
    finding: int
    establishment: int
    severity: str
    exploited: bool
    equipment: str
    began: datetime
    until: datetime
    ended: bool  # a look proved that it is mended
    is_none: bool  # it was no weakness to mend: counted apart


def lives(findings: QuerySet[Finding], moment: datetime, *, is_past: bool) -> Iterator[Life]:
    """One for each finding known at that moment, in no order."""
    moved = _moved_since(findings, moment) if is_past else frozenset()
    rows = findings.filter(first_seen__lte=moment).order_by().annotate(**DATES)
    names = ("pk", "establishment_id", "severity", "exploited", "remote_access", "kind", "subject", "state",
             "close_reason", *DATES)  # fmt: skip
    for row in rows.values_list(*names).iterator(chunk_size=10_000):
        if row[0] not in moved:
            yield _present(row, moment)
    yield from _read_back(sorted(moved), moment)


def _moved_since(findings: QuerySet[Finding], moment: datetime) -> frozenset[int]:
    later = FindingEvent.objects.filter(at__gt=moment, kind__in=list(STATES), finding__in=findings.order_by())
    return frozenset(later.filter(finding__first_seen__lte=moment).order_by().values_list("finding", flat=True))


def _present(row: tuple[Any, ...], moment: datetime) -> Life:
    pk, establishment, severity, exploited, remote, kind, subject, state, reason, first, last, closed = row
    began = _read(first)
    equipment = SETTING if kind == FindingKind.CHECK else equipment_of(subject, remote_access=remote)
    if state in STILL or closed is None:
        until, ended, none = moment, False, False
    elif state == FindingState.FALSE_POSITIVE or reason in NONE_TO_MEND:
        until, ended, none = moment, False, True
    elif state == FindingState.CLOSED:
        until, ended, none = max(_read(closed), began), True, False
    else:
        until, ended, none = max(min(_read(last), _read(closed)), began), False, False
    return Life(pk, establishment, severity, exploited, equipment, began, until, ended, none)


def _read_back(moved: list[int], moment: datetime) -> Iterator[Life]:
    for start in range(0, len(moved), CHUNK):
        for one in trajectories(Finding.objects.filter(pk__in=moved[start : start + CHUNK]), moment):
            row = one.finding
            until, ended = followed_until(one, moment)
            equipment = (
                SETTING if row.kind == FindingKind.CHECK else equipment_of(row.subject, remote_access=row.remote_access)
            )
            yield Life(
                row.pk, row.establishment_id, row.severity, row.exploited, equipment, row.first_seen, until, ended,
                was_none(one, moment),
            )  # fmt: skip


def _read(text: Any) -> datetime:
    """What the database wrote: SQLite without a zone, in UTC; PostgreSQL with the zone of the session."""
    value = datetime.fromisoformat(str(text))
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value

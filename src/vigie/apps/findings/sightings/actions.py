"""What is done with the reports of other tools: brought in, verified. They open no finding and close none."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from vigie.apps.audit import actions as audit
from vigie.apps.findings.enums import SightingState
from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports.report import ImportReport, Progress, Reading, Tally, begin, keep, no_progress
from vigie.apps.registry.models import Establishment
from vigie.data import registry_rules
from vigie.sources.faults import BadRow
from vigie.sources.scanners import Report, SightingRow, recognise
from vigie.sources.text_file import file_digest

from .models import Sighting
from .perimeter import Perimeter, perimeter_of
from .staging import Staging
from .storing import Target, batches, store

MOST_PLACES = 10_000  # of another perimeter, told apart
TOLD_EVERY = 1_000


class NotToVerify(Exception):
    """The sighting is confirmed or rejected already."""


class NoReason(Exception):
    """To reject what a tool says, one says why."""


def import_report(
    *,
    path: Path,
    establishment: Establishment,
    by: str,
    now: datetime,
    day: datetime | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store what the report says of the declared perimeter of this establishment; tell what it says of others.

    The file is read to its end before anything is written: one that is cut raises SourceError and leaves nothing.
    An empty one is a good one. `day` is that of a report which names none; now when it is not given.
    """
    report = recognise(path)
    records = f"{report.tool or 'empty'} {establishment.finess}"
    reading = Reading(ImportKind.SCANNER, path.name, file_digest(path), by, now, progress)
    tally = Tally()
    with Staging() as staging:
        foreign = _stage(report, perimeter_of(establishment.pk, now), staging, reading, tally)
        refusal = _refusal(staging, foreign, tally, establishment)
        foreign.leave_out(tally, establishment)
        if refusal:
            with transaction.atomic():
                return keep(reading, tally, records=records, refusal=refusal)
        run = begin(reading, records=records)
        _store(staging, Target(establishment, run, min(day or now, now), now), reading, tally)
    with transaction.atomic():
        return keep(reading, tally, records=records, begun=run)


class _Foreign:
    """What the report says of places that this establishment did not declare: each place once, and how often."""

    def __init__(self) -> None:
        self.rows = 0
        self._places: dict[str, tuple[int, int]] = {}

    def add(self, row: SightingRow) -> None:
        self.rows += 1
        place = row.address or row.name
        line, times = self._places.get(place, (row.line, 0))
        if times or len(self._places) < MOST_PLACES:
            self._places[place] = (line, times + 1)

    def leave_out(self, tally: Tally, establishment: Establishment) -> None:
        for place, (line, times) in self._places.items():
            reason = f"{place} is of another perimeter: {establishment.finess} does not declare it ({times} rows)"
            tally.leave_out(BadRow(line, reason, place))
        tally.bad += self.rows - len(self._places)


def _stage(report: Report, perimeter: Perimeter, staging: Staging, reading: Reading, tally: Tally) -> _Foreign:
    foreign = _Foreign()
    for row in report.read():
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        elif perimeter.holds(row):
            staging.add(row)
        else:
            foreign.add(row)
        if tally.lines % TOLD_EVERY == 0:
            reading.progress(tally.lines, 0)
    return foreign


def _refusal(staging: Staging, foreign: _Foreign, tally: Tally, establishment: Establishment) -> str:
    """The sentence that refuses the file whole; empty when it may be used."""
    limit = registry_rules.import_limits().bad_lines
    if limit.exceeded(tally.bad, tally.lines):
        return (
            f"{tally.bad} bad rows of {tally.lines}, more than {limit.percent} % and more than {limit.floor}: "
            "nothing was changed"
        )
    if foreign.rows and not staging.count:
        return f"it is of another perimeter: {establishment.finess} declares no place of its {foreign.rows} rows"
    return ""


def _store(staging: Staging, target: Target, reading: Reading, tally: Tally) -> None:
    done = 0
    for batch in batches(staging.rows()):
        stored = store(batch, target)
        tally.added += stored.added
        tally.changed += stored.changed
        done += len(batch)
        reading.progress(done, staging.count)


@transaction.atomic
def verify(*, sighting: Sighting, confirmed: bool, reason: str, by: str, now: datetime) -> None:
    """Note what a person found out of it, once. A weakness is found by a look of our own, never by this."""
    if not confirmed and not reason.strip():
        raise NoReason(sighting.pk)
    state = SightingState.CONFIRMED if confirmed else SightingState.REJECTED
    if not Sighting.objects.to_verify().filter(pk=sighting.pk).update(state=state):
        raise NotToVerify(sighting.pk)
    audit.record(kind=f"sighting-{state.value}", by=by, at=now, subject=sighting, reason=reason.strip()[:500])

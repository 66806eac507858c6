"""Past declarations brought in from a file: no clock of the law starts, and nobody is written to."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone, translation

from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports import runs
from vigie.apps.registry.imports.report import (
    ImportReport,
    Progress,
    Reading,
    Tally,
    begin,
    keep,
    no_progress,
)
from vigie.apps.registry.models import Establishment
from vigie.engine.incidents import reference as references
from vigie.engine.incidents.answers import Answers
from vigie.engine.incidents.taxonomy import VERSION
from vigie.sources.faults import BadRow
from vigie.sources.past_declarations import ColumnMapping, PastDeclaration, read_mapping, read_past_declarations
from vigie.sources.text_file import file_digest

from .answering import choices_of, sealed_words, words_of
from .enums import AssessedBy, IncidentEventKind, IncidentState, ReceivedBy, VersionKind
from .models import Declaration, DeclarationVersion, Incident, SupportEntry
from .queries import establishment_of
from .recording import note, put

SERIES = UUID("5b0f3a4e-6c0d-5a86-9f0e-0d1c6f7a2b10")  # the name space of the keys of imported declarations
AT_A_TIME = 50  # lines a transaction: whoever declares an incident meanwhile does not wait
WHOLE_LINE = "imported"  # the word of a version that keeps every cell of its line


@dataclass(frozen=True, slots=True)
class _Known:
    """What an earlier import of the same series left of a line."""

    declaration: Declaration
    version: DeclarationVersion


def import_incidents(
    *,
    path: Path,
    mapping: Path,
    by: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring in the declarations of a CSV or a workbook, as the mapping reads it; bad lines are left out and told.

    The same series and reference is the same declaration: nothing new adds nothing, a corrected line adds a version.
    A dry run reads and compares all of it, and records nothing. Raises SourceError.
    """
    columns = read_mapping(mapping)
    reading = Reading(ImportKind.INCIDENTS, path.name, file_digest(path), by, now, progress)
    tally = Tally()
    with translation.override("en"):  # reasons are stored
        rows = _usable(path, columns, tally, now)
        refusal = runs.too_many_bad(tally)
        if dry_run:
            return _rehearsed(rows, columns, reading, tally, refusal)
        begun = begin(reading, records="declarations")
        for done in range(0, 0 if refusal else len(rows), AT_A_TIME):
            _bring_in(rows[done : done + AT_A_TIME], columns, tally, reading)
            progress(min(done + AT_A_TIME, len(rows)), len(rows))
        with transaction.atomic():
            return keep(reading, tally, begun=begun, records="declarations", refusal=refusal)


def _usable(path: Path, columns: ColumnMapping, tally: Tally, now: datetime) -> list[PastDeclaration]:
    found = []
    for row in read_past_declarations(path, columns, now=now, zone=timezone.get_default_timezone()):
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        else:
            found.append(row)
    return found


@transaction.atomic
def _rehearsed(
    rows: list[PastDeclaration], columns: ColumnMapping, reading: Reading, tally: Tally, refusal: str
) -> ImportReport:
    """What an import would tell; taken back."""
    for done in range(0, 0 if refusal else len(rows), AT_A_TIME):
        for row, known in _beside(rows[done : done + AT_A_TIME], columns):
            tally.added += known is None
            tally.changed += known is not None and _differs(row, known)
        reading.progress(min(done + AT_A_TIME, len(rows)), len(rows))
    report = keep(reading, tally, records="declarations", refusal=refusal)
    transaction.set_rollback(True)
    return report


@transaction.atomic
def _bring_in(rows: list[PastDeclaration], columns: ColumnMapping, tally: Tally, reading: Reading) -> None:
    for row, known in _beside(rows, columns):
        if known is None:
            _add(row, _key(row, columns), reading)
            tally.added += 1
        elif _differs(row, known):
            _correct(row, known, reading)
            tally.changed += 1


def _key(row: PastDeclaration, columns: ColumnMapping) -> UUID:
    return uuid5(SERIES, f"{columns.source}\n{row.reference}")


def _beside(rows: list[PastDeclaration], columns: ColumnMapping) -> Iterator[tuple[PastDeclaration, _Known | None]]:
    keys = {_key(row, columns): row for row in rows}
    last = {
        version.declaration.key: _Known(version.declaration, version)
        for version in DeclarationVersion.objects.filter(declaration__key__in=list(keys))
        .select_related("declaration__incident")
        .order_by("number")
    }
    return ((row, last.get(key)) for key, row in keys.items())


def _differs(row: PastDeclaration, known: _Known) -> bool:
    return choices_of(_answers(row)) != known.version.choices or _words(row) != words_of(known.version)


def _answers(row: PastDeclaration) -> Answers:
    return Answers(row.facts, _words(row), row.wants_help, people=None)


def _words(row: PastDeclaration) -> dict[str, str]:
    """What the form would hold, and the whole line beside it: nothing of the file is lost."""
    told = {"finess": row.finess, "structure": row.structure, "provider": row.provider, "seen": row.seen}
    whole = json.dumps(dict(sorted(row.cells.items())), ensure_ascii=False)
    return {name: text for name, text in told.items() if text} | {WHOLE_LINE: whole}


def _establishment(row: PastDeclaration) -> Establishment | None:
    """As open on the day of the declaration; None when the registry does not know it: it is then named in words."""
    return establishment_of(row.finess, row.declared_at.date()) if row.finess else None


def _add(row: PastDeclaration, key: UUID, reading: Reading) -> None:
    """An incident that is over, and its declaration: no obligation, no route, no message."""
    now = reading.now
    incident = Incident(
        establishment=_establishment(row),
        state=IncidentState.CLOSED,
        state_since=now,
        taxonomy=VERSION,
        provider=row.provider,
        declared_at=row.declared_at,
        confirmed_at=now,
        ended_at=now,
    )
    _tell(incident, row)
    incident.save()
    declaration = Declaration.objects.create(
        incident=incident,
        reference=references.drawn(secrets.randbelow),
        key=key,
        establishment=incident.establishment,
        received_by=ReceivedBy.IMPORTED,
        started_at=row.declared_at,
        saved_at=now,
        received_at=row.declared_at,
        submitted_at=now,
        recorded_by=reading.by[:200],
        confirmed_at=now,
        resolved_at=row.restored_at,
    )
    _add_version(declaration, row, 1, reading)
    note(incident, IncidentEventKind.DECLARED, by=reading.by, now=now, declaration=declaration.reference,
         received_by=ReceivedBy.IMPORTED.value, received_at=row.declared_at.isoformat())  # fmt: skip
    if row.help_minutes:
        SupportEntry.objects.create(
            incident=incident,
            at=row.declared_at,
            recorded_at=now,
            by=reading.by[:200],
            words=reading.file_name,
            minutes=row.help_minutes,
        )


def _tell(incident: Incident, row: PastDeclaration) -> None:
    put(
        incident,
        row.facts,
        assessed_by=AssessedBy.CELL,
        wants_help=row.wants_help,
        rsit_class=row.rsit_class,
    )
    incident.acknowledged_at, incident.restored_at = row.acknowledged_at, row.restored_at


def _add_version(declaration: Declaration, row: PastDeclaration, number: int, reading: Reading) -> None:
    DeclarationVersion.objects.create(
        declaration=declaration,
        number=number,
        kind=VersionKind.FIRST if number == 1 else VersionKind.FOLLOW_UP,
        at=row.declared_at if number == 1 else reading.now,
        recorded_at=reading.now,
        by=reading.by[:200],
        choices=choices_of(_answers(row)),
        words=sealed_words(_words(row), declaration_id=declaration.pk),
    )


def _correct(row: PastDeclaration, known: _Known, reading: Reading) -> None:
    """The line says otherwise than before: a version more; what the cell has judged since stays as it judged it."""
    declaration, incident = known.declaration, known.declaration.incident
    _add_version(declaration, row, known.version.number + 1, reading)
    if not incident.events.filter(kind=IncidentEventKind.ASSESSED).exists() and not incident.is_shared:
        _tell(incident, row)
        incident.save()
    note(incident, IncidentEventKind.COMPLETED, by=reading.by, now=reading.now, declaration=declaration.reference,
         version=known.version.number + 1)  # fmt: skip

"""What one import did, as a value; and the counters that it is made from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from vigie.apps.audit import actions as audit
from vigie.apps.registry.enums import ImportKind, ImportState
from vigie.apps.registry.models import ImportRun
from vigie.sources.faults import BadRow

KEPT_BAD_ROWS = 200

# Told now and then: lines done, lines in all (0 when not known yet).
Progress = Callable[[int, int], None]


def no_progress(done: int, whole: int) -> None:
    """For callers that show nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One call of an import: which file, by whom, when; what every step of it needs."""

    kind: ImportKind
    file_name: str
    sha256: str
    by: str
    now: datetime
    progress: Progress = no_progress


@dataclass(slots=True)
class Tally:
    lines: int = 0
    added: int = 0
    changed: int = 0
    closed: int = 0
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)  # the first KEPT_BAD_ROWS

    def leave_out(self, row: BadRow) -> None:
        self.bad += 1
        if len(self.bad_rows) < KEPT_BAD_ROWS:
            self.bad_rows.append(row)


@dataclass(frozen=True, slots=True)
class ImportReport:
    run_id: int
    kind: str
    state: str  # ImportState
    file_name: str
    sha256: str
    edition: str
    edition_date: date | None
    lines: int
    added: int
    changed: int
    closed: int
    bad: int
    bad_rows: tuple[BadRow, ...]  # the first 200, by line
    reason: str  # why it was refused; empty otherwise

    @property
    def refused(self) -> bool:
        return self.state == ImportState.REFUSED


def begin(reading: Reading, *, records: str) -> ImportRun:
    """A run that what it writes can point to; it reads as refused until `keep` says how it ended."""
    return ImportRun.objects.create(
        kind=reading.kind,
        state=ImportState.REFUSED,
        records=records,
        reason="it was interrupted: import the file again",
        file_name=reading.file_name[:200],
        sha256=reading.sha256,
        at=reading.now,
        by=reading.by,
    )


def keep(
    reading: Reading,
    tally: Tally,
    *,
    begun: ImportRun | None = None,
    records: str = "",
    invented: bool = False,
    edition: str = "",
    day: date | None = None,
    refusal: str = "",
) -> ImportReport:
    """Record the run and its event, in the caller's transaction; a refusal keeps its reason."""
    moved = tally.added or tally.changed or tally.closed
    state = ImportState.REFUSED if refusal else ImportState.APPLIED if moved else ImportState.UNCHANGED
    bad_rows = sorted(tally.bad_rows, key=lambda row: row.line)
    run = ImportRun(
        pk=begun.pk if begun else None,
        kind=reading.kind,
        state=state,
        records=records,
        invented=invented,
        reason=refusal[:300],
        file_name=reading.file_name[:200],
        sha256=reading.sha256,
        edition=edition,
        edition_date=day,
        at=reading.now,
        by=reading.by,
        lines=tally.lines,
        added=tally.added,
        changed=tally.changed,
        closed=tally.closed,
        bad=tally.bad,
        bad_rows=[{"line": row.line, "reason": row.reason} for row in bad_rows],
    )
    run.save()
    audit.record(
        kind="import-refused" if refusal else "import-done",
        by=reading.by,
        at=reading.now,
        subject=run,
        file=reading.file_name,
        sha256=reading.sha256,
        state=str(state),
    )
    return report_of(run, tuple(bad_rows))


def report_of(run: ImportRun, bad_rows: tuple[BadRow, ...] = ()) -> ImportReport:
    return ImportReport(
        run_id=run.pk,
        kind=str(run.kind),
        state=str(run.state),
        file_name=run.file_name,
        sha256=run.sha256,
        edition=run.edition,
        edition_date=run.edition_date,
        lines=run.lines,
        added=run.added,
        changed=run.changed,
        closed=run.closed,
        bad=run.bad,
        bad_rows=bad_rows,
        reason=run.reason,
    )

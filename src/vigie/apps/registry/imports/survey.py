"""First reading of a FINESS extract: what it holds and what is wrong with it, before anything is written."""

from dataclasses import dataclass, field

from vigie.apps.registry.models import Site
from vigie.sources.faults import BadRow
from vigie.sources.finess import EntityRow, PositionRow, SiteRow, read_finess
from vigie.sources.text_file import TextFile

from .places import Places
from .report import Reading, Tally

RECORDS = {EntityRow: "structureej", SiteRow: "structureet", PositionRow: "geolocalisation"}
EVERY = 2_000  # lines between two signs of progress


@dataclass(slots=True)
class Survey:
    records: set[str] = field(default_factory=set)
    invented: set[bool] = field(default_factory=set)  # which of the two worlds the file speaks of
    entities: dict[str, int] = field(default_factory=dict)  # FINESS -> line
    sites: dict[str, int] = field(default_factory=dict)
    positions: dict[str, PositionRow] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)  # named by a bad line: not vanished
    skipped: set[int] = field(default_factory=set)  # lines


def survey(text: TextFile, places: Places, reading: Reading, tally: Tally) -> Survey:
    """Read the extract through; count its lines and its bad lines in `tally`."""
    found = Survey()
    for row in read_finess(text):
        tally.lines += 1
        if tally.lines % EVERY == 0:
            reading.progress(tally.lines // 2, text.lines)
        bad = row if isinstance(row, BadRow) else _fault(row, found, places)
        if bad is None:
            found.records.add(RECORDS[type(row)])
        else:
            _leave_out(bad, found, tally)
    _positions_of_nothing(found, tally)
    return found


def _fault(row: EntityRow | SiteRow | PositionRow, found: Survey, places: Places) -> BadRow | None:
    """Note the row; return why it cannot be used, when it cannot."""
    if isinstance(row, PositionRow):
        if row.finess in found.positions:
            return _twice(row.line, row.finess, found.positions[row.finess].line)
        found.positions[row.finess] = row
        return None
    if places.department_id(row.department) is None:
        return BadRow(row.line, f"unknown department {row.department!r}", row.finess)
    seen = found.entities if isinstance(row, EntityRow) else found.sites
    if row.finess in seen:
        return _twice(row.line, row.finess, seen[row.finess])
    seen[row.finess] = row.line
    found.invented.add(places.is_invented(row.department))
    return None


def _twice(line: int, finess: str, first: int) -> BadRow:
    return BadRow(line, f"{finess} is already on line {first}", finess)


def _positions_of_nothing(found: Survey, tally: Tally) -> None:
    """A position needs its site: in this file, or already known."""
    elsewhere = [finess for finess in found.positions if finess not in found.sites]
    known: set[str] = set()
    for start in range(0, len(elsewhere), 5_000):
        part = elsewhere[start : start + 5_000]
        known.update(Site.objects.filter(finess__in=part).values_list("finess", flat=True))
    for finess in elsewhere:
        if finess not in known:
            line = found.positions.pop(finess).line
            _leave_out(
                BadRow(line, f"position of {finess}, a site that is not known: import the sites first"), found, tally
            )


def _leave_out(bad: BadRow, found: Survey, tally: Tally) -> None:
    tally.leave_out(bad)
    found.skipped.add(bad.line)
    if bad.subject:
        found.unreadable.add(bad.subject)

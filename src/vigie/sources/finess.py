"""What does a FINESS extract say of legal entities, of their sites and of where these are?"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from . import finess_number
from .faults import BadRow, SourceUnreadable
from .text_file import Line, TextFile, cells, read_lines

STAMP = ("finess", "etalab")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The first line of an extract: which edition, of which day."""

    edition: str
    day: date


@dataclass(frozen=True, slots=True)
class EntityRow:
    """A legal entity (EJ)."""

    line: int
    finess: str
    name: str
    category: str
    category_label: str
    legal_status: str
    siren: str
    department: str
    city: str
    postal_code: str
    opened_on: date | None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """An establishment in the FINESS sense (ET), and the legal entity that it hangs from."""

    line: int
    finess: str
    entity: str
    name: str
    category: str
    category_label: str
    department: str
    city: str
    postal_code: str
    siret: str
    opened_on: date | None


@dataclass(frozen=True, slots=True)
class PositionRow:
    line: int
    finess: str
    easting: float | None  # metres, in the projection `epsg`
    northing: float | None
    epsg: int | None


FinessRow = EntityRow | SiteRow | PositionRow


class _Bad(Exception):
    """Why the line at hand is left out; never leaves this module."""


def read_stamp(text: TextFile) -> Stamp:
    """The edition of the extract; raise SourceUnreadable when the first line is no FINESS stamp."""
    first = next(read_lines(text), None)
    row = cells(first, ";") if isinstance(first, Line) and first.number == 1 else None
    if not isinstance(row, list) or len(row) < 4 or tuple(row[:2]) != STAMP:
        raise SourceUnreadable(
            f"{text.path.name} does not begin with the FINESS stamp (finess;etalab;<edition>;YYYY-MM-DD)."
        )
    try:
        return Stamp(row[2][:40], date.fromisoformat(row[3]))
    except ValueError:
        raise SourceUnreadable(
            f"{text.path.name}: its stamp has no date of the form YYYY-MM-DD ({row[3][:20]!r})."
        ) from None


def read_finess(text: TextFile, only: str = "") -> Iterator[FinessRow | BadRow]:
    """Yield one item per data line of the extract, in file order; `only` one record type when it is given."""
    for line in read_lines(text):
        if isinstance(line, BadRow):
            yield line
        elif line.number > 1 and (not only or line.text.startswith((only, f'"{only}'))):
            yield _row(line)


def _row(line: Line) -> FinessRow | BadRow:
    row = cells(line, ";")
    if isinstance(row, BadRow):
        return row
    subject = row[1] if len(row) > 1 and len(row[1]) == 9 else ""
    reader = _READERS.get(row[0])
    if reader is None:
        return BadRow(line.number, f"unknown record type {row[0][:30]!r}", subject)
    counts, build = reader
    if len(row) not in counts:
        expected = " or ".join(str(count) for count in counts)
        return BadRow(line.number, f"{row[0]}: {len(row)} cells instead of {expected}", subject)
    try:
        return build(line.number, row)
    except _Bad as reason:
        return BadRow(line.number, str(reason), subject)


def _site(line: int, row: list[str]) -> SiteRow:
    postal_code, city = _address(row[15])
    return SiteRow(
        line=line,
        finess=_number(row[1]),
        entity=_number(row[2]),
        name=_name(row[4] or row[3]),
        category=_code(row[18], "category"),
        category_label=row[19][:80],
        department=_department(row[13]),
        city=city,
        postal_code=postal_code,
        siret=_digits(row[22], 14, "SIRET"),
        opened_on=_day(row[28]),
    )


def _entity(line: int, row: list[str]) -> EntityRow:
    postal_code, city = _address(row[12])
    return EntityRow(
        line=line,
        finess=_number(row[1]),
        name=_name(row[3] or row[2]),
        category=_code(row[18], "category") if row[18] else "",
        category_label=row[19][:80],
        legal_status=_code(row[16], "legal status"),
        siren=_digits(row[20], 9, "SIREN"),
        department=_department(row[13]),
        city=city,
        postal_code=postal_code,
        opened_on=_day(row[22]),
    )


def _position(line: int, row: list[str]) -> PositionRow:
    epsg = re.search(r"EPSG:(\d{4,6})\b", row[4])
    easting, northing = _metres(row[2]), _metres(row[3])
    if (easting is None) != (northing is None):
        raise _Bad("one coordinate without the other")
    # A pair of metres means nothing without its projection: better no position than one off by an ocean.
    if easting is not None and epsg is None:
        raise _Bad("coordinates without their reference system (EPSG)")
    return PositionRow(line, _number(row[1]), easting, northing, int(epsg[1]) if epsg and easting is not None else None)


_READERS: dict[str, tuple[tuple[int, ...], Callable[[int, list[str]], FinessRow]]] = {
    # The published XSD ends at cell 30; files of 2026 have one more (numuai).
    "structureet": ((31, 32), _site),
    "structureej": ((23,), _entity),
    "geolocalisation": ((6,), _position),
}


def _number(text: str) -> str:
    if problem := finess_number.problem(text):
        raise _Bad(problem)
    return text


def _name(text: str) -> str:
    if not text:
        raise _Bad("no name")
    if len(text) > 120:
        raise _Bad("the name is longer than 120 characters")
    return text


def _code(text: str, what: str) -> str:
    if not (text.isascii() and text.isalnum() and 1 <= len(text) <= 4):
        raise _Bad(f"{text[:20]!r} is not a {what} code")
    return text


def _department(text: str) -> str:
    if not (text.isascii() and text.isalnum() and len(text) == 2):
        raise _Bad(f"{text[:20]!r} is not a department code")
    return text


def _digits(text: str, count: int, what: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) == count):
        raise _Bad(f"{text[:20]!r} is not a {what} ({count} digits)")
    return text


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Bad(f"{text[:20]!r} is not a date (YYYY-MM-DD)") from None


def _metres(text: str) -> float | None:
    if not text:
        return None
    try:
        metres = float(text)
    except ValueError:
        raise _Bad(f"{text[:20]!r} is not a coordinate in metres") from None
    # float() also reads "nan" and "inf".
    if not abs(metres) < 2e7:
        raise _Bad(f"{text[:20]!r} is not a coordinate on this planet")
    return metres


def _address(text: str) -> tuple[str, str]:
    """("01999", "VALFICTIF") from "01999 VALFICTIF"; the code is empty when the line does not begin with one."""
    code, _, city = text.partition(" ")
    if len(code) == 5 and code.isascii() and code.isdigit():
        return code, city.strip()[:60]
    return "", text[:60]

"""Which incidents were declared in the past, as told by a table whose columns a mapping names?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from vigie.engine.incidents.answers import CHOICES
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.taxonomy import Known, Nature, RsitClass

from . import finess_number
from .faults import BadRow, SourceUnreadable
from .sheet_or_csv import read_rows
from .tables import TableRow, folded

REQUIRED = ("reference", "declared_at")
MOMENTS = ("declared_at", "discovered_at", "started_at", "acknowledged_at", "restored_at")
NUMBERS = ("care_hours", "help_minutes")
WORDS = ("reference", "finess", "structure", "provider", "seen")
SLUGS: Mapping[str, type[StrEnum]] = {**CHOICES, "rsit_class": RsitClass, "natures": Nature}
FIELDS = frozenset({*MOMENTS, *NUMBERS, *WORDS, *SLUGS})
PARTS = frozenset({"source", "columns", "dates", "values"})
EARLIEST = 2000  # a year before is a slip of the hand
MOST_MAPPING_BYTES = 200_000
#   what people write for the answers of every yes-or-no question, folded
PLAIN = {"OUI": "yes", "YES": "yes", "NON": "no", "NO": "no", "INCONNU": "unknown", "NE SAIT PAS": "unknown"}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column is which answer, how days are written, what each word stands for."""

    source: str  # names the series: the same source and reference is the same declaration
    columns: Mapping[str, str]  # our field -> folded column
    dates: tuple[str, ...]  # as strptime reads them
    values: Mapping[str, Mapping[str, str]]  # field -> folded word -> slug


@dataclass(frozen=True, slots=True)
class PastDeclaration:
    line: int
    reference: str  # of the source
    declared_at: datetime
    acknowledged_at: datetime | None
    restored_at: datetime | None
    finess: str  # "" when none is told
    structure: str
    provider: str
    seen: str
    facts: Facts  # discovered when it was declared, where the table does not say when
    rsit_class: RsitClass | None
    wants_help: Known
    help_minutes: int
    cells: Mapping[str, str]  # the whole line, read or not: column -> cell


def read_mapping(path: Path) -> ColumnMapping:
    """Raise SourceUnreadable with one sentence: what is wrong, and where."""
    raw = _document(path)
    for part in set(raw) - PARTS:
        raise SourceUnreadable(f"{path.name}: “{part}” is no part of a mapping; they are {', '.join(sorted(PARTS))}.")
    columns, values = _texts(path, raw, "columns"), raw.get("values") or {}
    _refuse_unknown(path, "columns", columns)
    if missing := [name for name in REQUIRED if name not in columns]:
        raise SourceUnreadable(f"{path.name}: columns must name {' and '.join(missing)}.")
    if not str(raw.get("source") or "").strip():
        raise SourceUnreadable(f"{path.name}: give the series a name (source), so that it is never brought in twice.")
    if not isinstance(values, dict) or not all(isinstance(words, dict) for words in values.values()):
        raise SourceUnreadable(f"{path.name}: values holds, for a field, what each word stands for.")
    _refuse_unknown(path, "values", values)
    return ColumnMapping(
        source=str(raw["source"]).strip(),
        columns={name: folded(column) for name, column in columns.items()},
        dates=tuple(str(one) for one in raw.get("dates") or ()),
        values={name: _slugs(path, name, words) for name, words in values.items()},
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_MAPPING_BYTES:
            raise SourceUnreadable(f"{path.name} is too large for a mapping.")
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourceUnreadable(f"{path.name} is not YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(raw, dict):
        raise SourceUnreadable(f"{path.name} is not a mapping: it begins with source, columns, dates, values.")
    return raw


def _texts(path: Path, raw: Mapping[str, Any], part: str) -> dict[str, str]:
    found = raw.get(part)
    if not isinstance(found, dict):
        raise SourceUnreadable(f"{path.name}: {part} names, for each of our fields, a column of the table.")
    return {str(name): str(text) for name, text in found.items()}


def _refuse_unknown(path: Path, part: str, found: Mapping[str, Any]) -> None:
    for name in found:
        if name not in FIELDS:
            raise SourceUnreadable(f"{path.name}: {part} names “{name}”; the fields are {', '.join(sorted(FIELDS))}.")


def _slugs(path: Path, name: str, words: Mapping[Any, Any]) -> dict[str, str]:
    allowed = {member.value for member in SLUGS[name]} if name in SLUGS else set()
    # YAML reads a bare `yes` or `no` as a boolean, on either side.
    told = {folded(_word(word)): _word(slug) for word, slug in words.items()}
    for slug in told.values():
        if slug not in allowed:
            choices = ", ".join(sorted(allowed)) or "none: it is not chosen from a list"
            raise SourceUnreadable(f"{path.name}: values of {name}: “{slug}” is none of its answers ({choices}).")
    return told


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).strip()


class _Refused(Exception):
    """One cell cannot be read; the message is the reason."""


def read_past_declarations(
    path: Path, mapping: ColumnMapping, *, now: datetime, zone: tzinfo
) -> Iterator[PastDeclaration | BadRow]:
    """Yield one item per line of a CSV or a workbook, in its order; raise SourceUnreadable.

    `zone` is that of moments written without one. A line is whole or left out: no cell is guessed.
    """
    seen: dict[str, int] = {}
    for row in read_rows(path, sorted(set(mapping.columns.values()))):
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            told = _Line(row, mapping, zone).read(now)
        except _Refused as refused:
            yield BadRow(row.line, str(refused), row[mapping.columns["reference"]][:40])
            continue
        first = seen.setdefault(told.reference, row.line)
        if first != row.line:
            yield BadRow(row.line, f"reference {told.reference[:40]} is on line {first} already", told.reference[:40])
        else:
            yield told


@dataclass(frozen=True, slots=True)
class _Line:
    row: TableRow
    mapping: ColumnMapping
    zone: tzinfo

    def read(self, now: datetime) -> PastDeclaration:
        moments = {name: self._moment(name, now) for name in MOMENTS}
        declared, reference = moments["declared_at"], self._cell("reference")
        if declared is None or not reference:
            raise _Refused("no date of declaration" if reference else "no reference")
        discovered = moments["discovered_at"] or declared
        if discovered > declared:
            raise _Refused("declared before it was discovered")
        slugs = {name: self._slug(name) for name in CHOICES}
        wants_help = slugs.pop("wants_help")
        return PastDeclaration(
            line=self.row.line,
            reference=reference[:200],
            declared_at=declared,
            acknowledged_at=moments["acknowledged_at"],
            restored_at=moments["restored_at"],
            finess=self._finess(),
            structure=self._cell("structure"),
            provider=self._cell("provider")[:200],
            seen=self._cell("seen"),
            facts=Facts(
                discovered_at=discovered,
                started_at=moments["started_at"],
                natures=self._natures(),
                care_hours=self._number("care_hours"),
                **slugs,  # type: ignore[arg-type]  # each of the type that CHOICES says
            ),
            rsit_class=RsitClass(self._slug("rsit_class")) if self._cell("rsit_class") else None,
            wants_help=Known(wants_help),
            help_minutes=self._number("help_minutes") or 0,
            cells={name: self.row[name] for name in self.row.columns if self.row[name]},
        )

    def _cell(self, name: str) -> str:
        column = self.mapping.columns.get(name)
        return self.row[column] if column else ""

    def _moment(self, name: str, now: datetime) -> datetime | None:
        text = self._cell(name)
        if not text:
            return None
        read = _parsed(text, self.mapping.dates)
        if read is None:
            raise _Refused(f"{name}: “{text[:40]}” is not a date that the mapping describes")
        moment = read.replace(tzinfo=self.zone) if read.tzinfo is None else read
        if moment.year < EARLIEST or moment > now:
            raise _Refused(f"{name}: {text[:40]} is {'in the future' if moment > now else 'too long ago'}")
        return moment

    def _number(self, name: str) -> int | None:
        text = self._cell(name).replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise _Refused(f"{name}: “{text[:40]}” is not a whole number")
        return int(text)

    def _slug(self, name: str) -> StrEnum:
        return self._answer(name, self._cell(name))

    def _answer(self, name: str, text: str) -> StrEnum:
        kind = SLUGS[name]
        word = folded(text)
        slug = self.mapping.values.get(name, {}).get(word) or text or "unknown"
        if kind is Known:
            slug = PLAIN.get(folded(slug), slug)
        if slug not in {member.value for member in kind}:
            raise _Refused(f"{name}: “{text[:40]}” is no answer; say what it stands for under values in the mapping")
        return kind(slug)

    def _natures(self) -> frozenset[Nature]:
        words = [word.strip() for word in self._cell("natures").replace(";", ",").split(",") if word.strip()]
        return frozenset(Nature(self._answer("natures", word)) for word in words) or frozenset({Nature.UNKNOWN})

    def _finess(self) -> str:
        text = self._cell("finess")
        if not text:
            return ""
        number = finess_number.restored(text)
        if number is None:
            raise _Refused(f"finess: {finess_number.problem(text) or 'not a FINESS number'}")
        return number


def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    """ISO 8601, which workbooks give, or the first form of the mapping that fits."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 -- the zone is the caller's
        except ValueError:
            continue
    return None

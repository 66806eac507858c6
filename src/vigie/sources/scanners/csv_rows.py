"""What are the rows of a CSV report, whose cells may hold many lines?"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vigie.sources.faults import BadRow, SourceRefused, SourceUnreadable
from vigie.sources.json_stream import Limited, opened
from vigie.sources.tables import DELIMITERS, TableRow, folded

from .limits import BEGINNING, MOST_BYTES, MOST_OF_A_RECORD

HEADER_WITHIN = 20  # some tools write the name of the company, of the user and of the day first


@dataclass(frozen=True, slots=True)
class RawRow:
    line: int  # the first of its lines
    cells: tuple[str, ...]


class _Lines:
    """The lines of the file as text; it knows whether the file ended inside a row."""

    def __init__(self, stream: Limited, name: str) -> None:
        self._file, self._name = io.BufferedReader(stream, 1 << 16), name
        self.number, self.of_this_row, self._held = 0, 0, 0
        self.ended_inside, self.whole = False, True

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MOST_OF_A_RECORD + 1)
        if not raw:
            self.ended_inside = self.of_this_row > 0
            raise StopIteration
        self._held = len(raw) + (self._held if self.of_this_row else 0)
        if self._held > MOST_OF_A_RECORD:
            raise SourceRefused(f"{self._name}: one row holds more than {MOST_OF_A_RECORD // 1_000_000} MB.")
        self.number += 1
        self.of_this_row += 1
        self.whole = raw.endswith(b"\n")
        return _text(raw, first=self.number == 1)


def _text(raw: bytes, *, first: bool) -> str:
    try:
        return raw.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def rows(path: Path, delimiter: str, *, limit: int = MOST_BYTES) -> Iterator[RawRow]:
    """Yield the rows that hold something; raise SourceError when the file breaks off inside one."""
    # The limit is the module's, not the reader's: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), MOST_OF_A_RECORD))
    with opened(path, limit=limit) as stream:
        lines = _Lines(stream, path.name)
        widest = last = 0
        try:
            for cells in csv.reader(lines, delimiter=delimiter):
                first, lines.of_this_row = lines.number - lines.of_this_row + 1, 0
                if lines.ended_inside:
                    break
                if not any(cells):
                    continue
                widest, last = max(widest, len(cells)), len(cells)
                yield RawRow(first, tuple(cell.strip() for cell in cells))
        except csv.Error as error:
            raise SourceUnreadable(f"{path.name} is not whole CSV after line {lines.number}: {error}.") from error
        if lines.ended_inside or (not lines.whole and last < widest):
            raise SourceUnreadable(f"{path.name} is cut: it ends in the middle of a row, line {lines.number}.")


def delimiter_of(text: str, required: Sequence[frozenset[str]]) -> str | None:
    """The sign that splits one of the first lines into one of these sets of columns; None when none does."""
    lines = text.splitlines()[:HEADER_WITHIN]
    for delimiter in DELIMITERS:
        if any(_is_header(cells, required) for cells in csv.reader(lines, delimiter=delimiter)):
            return delimiter
    return None


def _is_header(cells: Sequence[str], required: Sequence[frozenset[str]]) -> bool:
    header = {folded(cell) for cell in cells}
    return any(wanted <= header for wanted in required)


def table(
    path: Path,
    required: Sequence[frozenset[str]],
    *,
    limit: int = MOST_BYTES,
    before: Callable[[RawRow], None] | None = None,
) -> Iterator[TableRow | BadRow]:
    """Yield the rows under the header, which holds one of the sets of columns; `before` is told what stands above."""
    with opened(path, limit=limit) as stream:
        delimiter = delimiter_of(stream.read(BEGINNING).decode("utf-8-sig", "replace"), required)
    if delimiter is None:
        raise SourceUnreadable(f"{path.name}: its first lines hold no header that Vigie knows.")
    columns: dict[str, int] = {}
    for row in rows(path, delimiter, limit=limit):
        if columns:
            yield _under(row, columns)
        elif _is_header(row.cells, required):
            for index, cell in enumerate(row.cells):
                columns.setdefault(folded(cell), index)
        elif before is not None:
            before(row)


def _under(row: RawRow, columns: dict[str, int]) -> TableRow | BadRow:
    width = max(columns.values()) + 1
    if len(row.cells) < width:
        return BadRow(row.line, f"{len(row.cells)} cells instead of {width}", row.cells[0][:20])
    return TableRow(row.line, row.cells, columns)


def first_of(row: TableRow, *names: str) -> str:
    """The first of these columns that is there and not empty."""
    return next((cell for name in names if (cell := row[name])), "")

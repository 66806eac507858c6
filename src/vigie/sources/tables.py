"""Which column of this table is which, whatever its case, its accents and its order?"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .faults import BadRow, SourceUnreadable
from .text_file import Line, TextFile, cells, read_lines

DELIMITERS = (";", ",", "\t")
NO_SYNONYMS: Mapping[str, str] = MappingProxyType({})


def folded(text: str) -> str:
    """Upper case, no accents, single blanks: "Dénomination  GHT" is "DENOMINATION GHT"."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^A-Z0-9]+", " ", plain.upper()).strip()


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table, whose cells are asked for by their folded column name."""

    line: int
    cells: tuple[str, ...]
    columns: Mapping[str, int]

    def __getitem__(self, name: str) -> str:
        """The cell; empty when this table has no such column."""
        index = self.columns.get(name)
        return self.cells[index] if index is not None else ""


def header_of(text: TextFile) -> frozenset[str]:
    """The folded names on the first line, split at the sign that splits it most."""
    first = next(read_lines(text), None)
    if not isinstance(first, Line):
        return frozenset()
    row = cells(first, _delimiter(first.text))
    return frozenset(folded(cell) for cell in row) if isinstance(row, list) else frozenset()


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def read_table(
    text: TextFile, required: Sequence[str], synonyms: Mapping[str, str] = NO_SYNONYMS
) -> Iterator[TableRow | BadRow]:
    """Yield one item per line under the header; raise SourceUnreadable when a required column is missing.

    `synonyms` are other folded names of columns, each with the one that it stands for.
    """
    lines = iter(read_lines(text))
    first = next(lines, None)
    if not isinstance(first, Line):
        raise SourceUnreadable(f"{text.path.name}: its first line is not a readable header.")
    delimiter = _delimiter(first.text)
    header = cells(first, delimiter)
    columns = columns_of([] if isinstance(header, BadRow) else header, required, text.path.name, synonyms)
    width = len(header) if isinstance(header, list) else 0
    for line in lines:
        row = line if isinstance(line, BadRow) else cells(line, delimiter)
        if isinstance(row, BadRow):
            yield row
        elif not any(row):
            continue
        elif len(row) != width:
            yield BadRow(_number(line), f"{len(row)} cells instead of {width}", row[0][:20])
        else:
            yield TableRow(_number(line), tuple(row), columns)


def _number(line: Line | BadRow) -> int:
    return line.number if isinstance(line, Line) else line.line


def columns_of(
    header: Sequence[str], required: Sequence[str], name: str, synonyms: Mapping[str, str] = NO_SYNONYMS
) -> dict[str, int]:
    """Where each folded column is; the first of two that bear the same name."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(header):
        columns.setdefault(synonyms.get(folded(cell), folded(cell)), index)
    if missing := [column for column in required if column not in columns]:
        raise SourceUnreadable(f"{name}: no column {', '.join(missing)} in its header.")
    return columns

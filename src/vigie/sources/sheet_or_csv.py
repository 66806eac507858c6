"""What are the rows of this table, be it CSV or a workbook?"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .faults import BadRow, SourceUnreadable
from .spreadsheet import read_sheet
from .tables import NO_SYNONYMS, TableRow, columns_of, folded, read_table
from .text_file import examine

HEADER_WITHIN_ROWS = 10  # a title may stand above the header of a spreadsheet


def read_rows(
    path: Path, required: Sequence[str], synonyms: Mapping[str, str] = NO_SYNONYMS
) -> Iterator[TableRow | BadRow]:
    """Yield one item per line under the header; raise SourceUnreadable when a required column is missing."""
    return _workbook(path, required, synonyms) if is_workbook(path) else read_table(examine(path), required, synonyms)


def is_workbook(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error


def _workbook(path: Path, required: Sequence[str], synonyms: Mapping[str, str]) -> Iterator[TableRow]:
    rows = iter(read_sheet(path))
    for number, cells in rows:
        if number > HEADER_WITHIN_ROWS:
            break
        header = {synonyms.get(folded(cell), folded(cell)) for cell in cells}
        if set(required) <= header:
            columns = columns_of(cells, required, path.name, synonyms)
            for line, found in rows:
                # A read-only sheet stops a row at its last filled cell.
                yield TableRow(line, (*found, *("",) * (len(cells) - len(found))), columns)
            return
    raise SourceUnreadable(f"{path.name}: no header with {', '.join(required)} in its first rows.")

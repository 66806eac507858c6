"""Which legal entity belongs to which hospital group, by the ministry's list (XLSX or CSV)?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import finess_number
from .faults import BadRow, SourceUnreadable
from .spreadsheet import read_sheet
from .tables import TableRow, columns_of, folded, read_table
from .text_file import TextFile

REQUIRED = ("REGION", "DENOMINATION GHT", "CODE GHT", "FINESS", "DENOMINATION ETABLISSEMENT")
HEADER_WITHIN_ROWS = 10  # a title may stand above the header of a spreadsheet
# The ministry's list holds GHT only; the column TYPE is ours, for private and other groups.
KINDS = {"": "ght", "GHT": "ght", "PRIVE": "private", "PRIVATE": "private", "AUTRE": "other", "OTHER": "other"}


@dataclass(frozen=True, slots=True)
class MemberRow:
    line: int
    region: str  # its name, as written
    kind: str  # "ght", "private", "other"
    code: str  # "NA-04"
    group: str
    finess: str  # legal entity (EJ)
    name: str
    city: str
    postal_code: str


def read_groups(path: Path, text: TextFile | None) -> Iterator[MemberRow | BadRow]:
    """Yield one item per line of the list, in file order; `text` is None for a workbook."""
    for row in read_table(text, REQUIRED) if text is not None else _workbook(path):
        yield row if isinstance(row, BadRow) else _member(row)


def _workbook(path: Path) -> Iterator[TableRow]:
    rows = iter(read_sheet(path))
    header: tuple[str, ...] = ()
    for number, cells in rows:
        if number > HEADER_WITHIN_ROWS:
            break
        if {"FINESS", "CODE GHT"} <= {folded(cell) for cell in cells}:
            header = cells
            break
    if not header:
        raise SourceUnreadable(f"{path.name}: no header with {', '.join(REQUIRED)} in its first rows.")
    columns = columns_of(header, REQUIRED, path.name)
    for number, cells in rows:
        # A read-only sheet stops a row at its last filled cell.
        yield TableRow(number, (*cells, *("",) * (len(header) - len(cells))), columns)


def _member(row: TableRow) -> MemberRow | BadRow:
    finess = finess_number.restored(row["FINESS"])
    if finess is None:
        return BadRow(row.line, finess_number.problem(row["FINESS"]) or "no FINESS number", row["FINESS"][:20])
    kind = KINDS.get(folded(row["TYPE"]))
    code, group, name = row["CODE GHT"], row["DENOMINATION GHT"], row["DENOMINATION ETABLISSEMENT"]
    if kind is None:
        return BadRow(row.line, f"{row['TYPE'][:20]!r} is not a type of group (GHT, PRIVE, AUTRE)", finess)
    if not (code and len(code) <= 16 and group and len(group) <= 120):
        return BadRow(row.line, "no code or no name of the group", finess)
    if not (name and len(name) <= 120):
        return BadRow(row.line, "no name of the establishment, or one longer than 120 characters", finess)
    return MemberRow(
        line=row.line,
        region=row["REGION"],
        kind=kind,
        code=code,
        group=group,
        finess=finess,
        name=name,
        city=row["COMMUNE"][:60],
        postal_code=_postal_code(row["CODE POSTAL"]),
    )


def _postal_code(text: str) -> str:
    code = text.zfill(5) if text.isascii() and text.isdigit() else ""
    return code if len(code) == 5 else ""

"""Whom to tell for each establishment, as told by a CSV or a workbook?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import finess_number
from .faults import BadRow
from .sheet_or_csv import read_rows
from .tables import TableRow, folded

REQUIRED = ("FINESS", "ROLE", "NAME")
#   what people write -> the slug of the role
ROLES = {
    "OFFICER": "officer",
    "RSSI": "officer",
    "REFERENT SSI": "officer",
    "DIRECTOR": "director",
    "DIRECTEUR": "director",
    "DIRECTRICE": "director",
}
FRENCH = {"NOM": "NAME", "COURRIEL": "EMAIL", "E MAIL": "EMAIL", "LANGUE": "LANGUAGE", "FONCTION": "ROLE"}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line, cells as written; whether they make a contact is judged by apps.notices."""

    line: int
    finess: str
    role: str
    name: str
    email: str
    telephone: str
    language: str


def read_contacts(path: Path) -> Iterator[ContactRow | BadRow]:
    """Yield one item per line of `finess;role;name;email;telephone;language`; raise SourceUnreadable."""
    for row in read_rows(path, REQUIRED, FRENCH):
        yield row if isinstance(row, BadRow) else _contact(row)


def _contact(row: TableRow) -> ContactRow | BadRow:
    finess = finess_number.restored(row["FINESS"])
    if finess is None:
        return BadRow(row.line, finess_number.problem(row["FINESS"]) or "no FINESS number", row["FINESS"][:20])
    role = ROLES.get(folded(row["ROLE"]))
    if role is None:
        return BadRow(row.line, f"{row['ROLE'][:20]!r} is not a role: officer (RSSI) or director (directeur)", finess)
    return ContactRow(
        row.line, finess, role, row["NAME"], row["EMAIL"], row["TELEPHONE"], row["LANGUAGE"].strip().lower()[:2]
    )

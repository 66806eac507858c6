"""What does an establishment show, and who allows that it be looked at, as told by a CSV?"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import finess_number
from .faults import BadRow
from .tables import TableRow, read_table
from .text_file import TextFile

ASSETS = ("FINESS", "KIND", "VALUE")
MANDATES = ("FINESS", "KIND", "SIGNATORY", "BASIS", "FROM", "UNTIL")
_YES = {"1", "YES", "TRUE", "OUI", "VRAI", "O", "Y", "X"}
_NO = {"", "0", "NO", "FALSE", "NON", "FAUX", "N"}


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One line of an asset file, cells as written; whether the value may be declared is judged by apps.assets."""

    line: int
    finess: str
    kind: str
    value: str
    label: str
    exchanges_care_data: bool
    hosted_by: str


@dataclass(frozen=True, slots=True)
class MandateRow:
    """One line of a mandate file; lists are split, dates and windows are as written."""

    line: int
    finess: str
    kind: str
    host: str
    signatory: str
    basis: str
    valid_from: str
    valid_until: str
    intensity: str
    windows: str
    exclusions: tuple[str, ...]
    excluded_ports: tuple[str, ...]
    allow_mllp_frame: bool


def read_assets(text: TextFile) -> Iterator[AssetRow | BadRow]:
    """Yield one item per line of `finess;kind;value;label;exchanges_care_data;hosted_by`, in file order."""
    for row in read_table(text, ASSETS):
        yield row if isinstance(row, BadRow) else _asset(row)


def read_mandates(text: TextFile) -> Iterator[MandateRow | BadRow]:
    """Yield one item per line of `finess;kind;signatory;basis;from;until;...`, in file order."""
    for row in read_table(text, MANDATES):
        yield row if isinstance(row, BadRow) else _mandate(row)


def _asset(row: TableRow) -> AssetRow | BadRow:
    care = _flag(row["EXCHANGES CARE DATA"])
    finess = finess_number.restored(row["FINESS"])
    if finess is None:
        return _no_finess(row)
    if care is None:
        return BadRow(
            row.line, f"exchanges_care_data: {row['EXCHANGES CARE DATA'][:20]!r} is neither yes nor no", finess
        )
    return AssetRow(row.line, finess, row["KIND"].lower(), row["VALUE"], row["LABEL"], care, row["HOSTED BY"])


def _mandate(row: TableRow) -> MandateRow | BadRow:
    frame = _flag(row["ALLOW MLLP FRAME"])
    finess = finess_number.restored(row["FINESS"])
    if finess is None:
        return _no_finess(row)
    if frame is None:
        return BadRow(row.line, f"allow_mllp_frame: {row['ALLOW MLLP FRAME'][:20]!r} is neither yes nor no", finess)
    return MandateRow(
        line=row.line,
        finess=finess,
        kind=row["KIND"].lower(),
        host=row["HOST"],
        signatory=row["SIGNATORY"],
        basis=row["BASIS"],
        valid_from=row["FROM"],
        valid_until=row["UNTIL"],
        intensity=row["INTENSITY"].lower(),
        windows=row["WINDOWS"],
        exclusions=_listed(row["EXCLUSIONS"]),
        excluded_ports=_listed(row["EXCLUDED PORTS"]),
        allow_mllp_frame=frame,
    )


def _no_finess(row: TableRow) -> BadRow:
    return BadRow(row.line, finess_number.problem(row["FINESS"]) or "no FINESS number", row["FINESS"][:20])


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _flag(text: str) -> bool | None:
    """True, False, or None when the cell says neither; an empty cell is no."""
    word = text.strip().upper()
    return True if word in _YES else False if word in _NO else None

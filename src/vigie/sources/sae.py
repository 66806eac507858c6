"""Which hospitals, and which hospital groups, answered the yearly SAE survey, and how large are they?"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import finess_number
from .faults import BadRow
from .tables import TableRow, header_of, read_table
from .text_file import TextFile

IDENTIFICATION = ("AN", "FI", "RS", "FI EJ", "CAT", "DEP", "CPO", "LIBCOM")
CAPACITY = ("AN", "FI", "LIT MCO")  # of its form for medicine, surgery and obstetrics
MOST_BEDS = 5_000  # of one site; the largest of France has 1,700
# The survey's own file, and the shorter one that circulates.
GROUP_NAMES = (("NOM COURT GHT", "CODE GHT", "NOM COMPLET GHT"), ("CODE COURT", "CODE GHT", "NOM COMPLET"))


@dataclass(frozen=True, slots=True)
class SaeSiteRow:
    """An establishment (ET) as it named itself in the survey of that year."""

    line: int
    year: int
    finess: str
    entity: str
    name: str
    category: str
    department: str
    city: str
    postal_code: str
    siret: str  # empty when the survey has only a SIREN


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """What an establishment (ET) could take on the last day of that year, in medicine, surgery and obstetrics."""

    line: int
    year: int
    finess: str
    beds: int  # for whole days
    places: int  # for stays without a night


@dataclass(frozen=True, slots=True)
class GroupNameRow:
    line: int
    code: str  # "ARA-01"
    name: str
    region: str  # INSEE code, the first two digits of the survey's own group code


def read_sae_sites(text: TextFile) -> Iterator[SaeSiteRow | BadRow]:
    """Yield one item per line of the identification file (sae_id), in file order."""
    for row in read_table(text, IDENTIFICATION):
        yield row if isinstance(row, BadRow) else _site(row)


def _site(row: TableRow) -> SaeSiteRow | BadRow:
    finess, entity = row["FI"], row["FI EJ"]
    name = " ".join(part for part in (row["RS"], row["RSCOM"]) if part)
    reason = finess_number.problem(finess) or finess_number.problem(entity)
    if reason is None and not _is_year(row["AN"]):
        reason = f"{row['AN'][:20]!r} is not a year"
    if reason is None and not (name and len(name) <= 120):
        reason = "no name, or one longer than 120 characters"
    if reason is None and not (row["CAT"].isascii() and row["CAT"].isalnum() and len(row["CAT"]) <= 4):
        reason = f"{row['CAT'][:20]!r} is not a category code"
    if reason is not None:
        return BadRow(row.line, reason, finess)
    siret, postal_code = row["SIR"], row["CPO"]
    return SaeSiteRow(
        line=row.line,
        year=int(row["AN"]),
        finess=finess,
        entity=entity,
        name=name,
        category=row["CAT"],
        department=row["DEP"],
        city=row["LIBCOM"][:60],
        postal_code=postal_code if len(postal_code) == 5 and postal_code.isdigit() else "",
        siret=siret if len(siret) == 14 and siret.isdigit() else "",
    )


def read_sae_capacity(text: TextFile) -> Iterator[CapacityRow | BadRow]:
    """Yield one item per line of the form MCO that tells something, in file order.

    A line whose two cells are blank tells nothing, which is not zero: it is passed over.
    """
    for row in read_table(text, CAPACITY):
        if isinstance(row, BadRow):
            yield row
        elif row["LIT MCO"] or row["PLA MCO"]:
            yield _capacity(row)


def _capacity(row: TableRow) -> CapacityRow | BadRow:
    finess = row["FI"]
    reason = finess_number.problem(finess)
    if reason is None and not _is_year(row["AN"]):
        reason = f"{row['AN'][:20]!r} is not a year"
    beds, places = _count(row["LIT MCO"]), _count(row["PLA MCO"])
    if reason is not None or beds is None or places is None:
        told = f"{row['LIT MCO'][:20]!r} and {row['PLA MCO'][:20]!r} are not numbers of beds and places"
        return BadRow(row.line, reason or told, finess)
    return CapacityRow(row.line, int(row["AN"]), finess, beds, places)


def _count(text: str) -> int | None:
    """A whole number, blank being none beside one that is told; None when it is not one, or too large to be true."""
    whole = text.partition(".")[0].partition(",")[0] or "0"
    decimals = text[len(whole) + 1 :] if text else ""
    if not (whole.isascii() and whole.isdigit() and len(whole) < 6 and not decimals.strip("0")):
        return None
    return int(whole) if int(whole) <= MOST_BEDS else None


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == 4 and "1990" <= text <= "2100"


def read_sae_groups(text: TextFile) -> Iterator[GroupNameRow | BadRow]:
    """Yield one item per hospital group (GHT) of the survey, in file order."""
    names = next((columns for columns in GROUP_NAMES if columns[0] in header_of(text)), GROUP_NAMES[0])
    for row in read_table(text, names):
        if isinstance(row, BadRow):
            yield row
            continue
        short, code, name = (row[column] for column in names)
        if not (short and len(short) <= 16 and name and len(name) <= 120):
            yield BadRow(row.line, "no short code or no name of the group", short[:20])
        elif not (4 <= len(code) <= 5 and code.isascii() and code.isdigit()):
            yield BadRow(row.line, f"{code[:20]!r} is not a group code of the survey (five digits)", short)
        else:
            # Five overseas codes lost their leading zero in the published file ("1101" for Guadeloupe's 01101).
            yield GroupNameRow(row.line, short.upper(), name, code.zfill(5)[:2])

"""What does a report of testssl (CSV) tell of the TLS of a service?"""

from collections.abc import Iterator
from pathlib import Path

from vigie.sources.faults import BadRow
from vigie.sources.tables import TableRow

from .csv_rows import table
from .limits import MOST_BYTES
from .row import SightingRow, Told, Tool, cves_in, severity_of, sighting

CSV_HEADERS = (frozenset({"ID", "FQDN IP", "PORT", "SEVERITY", "FINDING"}),)
# What it could not find out is a fact about the look, whatever its severity.
_ABOUT_THE_LOOK = ("engine_problem", "scanProblem", "scanTime", "optimal_proto")


def read_csv(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per row. The file does not tell its day."""
    for row in table(path, CSV_HEADERS, limit=limit):
        yield row if isinstance(row, BadRow) else _row(row)


def _row(row: TableRow) -> SightingRow | BadRow:
    name, _, address = row["FQDN IP"].rpartition("/")
    identifier, severity = row["ID"], severity_of(row["SEVERITY"])
    about_the_look = identifier.startswith(_ABOUT_THE_LOOK)
    return sighting(
        line=row.line,
        tool=Tool.TESTSSL,
        identifier=identifier,
        title=f"{identifier}: {row['FINDING']}" if row["FINDING"] else identifier,
        told=Told.FACT if about_the_look else Told.SOUND if row["SEVERITY"].upper() == "OK" else None,
        severity=severity,
        host=address,
        name=name,
        port=row["PORT"],
        transport="tcp",
        cves=cves_in(row["CVE"]),
        evidence=row["FINDING"],
    )

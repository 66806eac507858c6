"""What does a report of Qualys (asset data or scan XML, VMDR or report CSV) tell?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from vigie.engine.outcome import Severity
from vigie.sources.faults import BadRow
from vigie.sources.tables import TableRow

from .csv_rows import RawRow, first_of, table
from .limits import MOST_BYTES
from .moments import moment, zone_of
from .row import SightingRow, Told, Tool, cves_in, sighting
from .xml_records import Record, records, text_of

CSV_HEADERS = (frozenset({"QID", "TITLE", "SEVERITY"}),)
# Qualys counts from 1 (minimal) to 5 (urgent).
_SEVERITIES = {
    "1": Severity.LOW,
    "2": Severity.LOW,
    "3": Severity.MEDIUM,
    "4": Severity.HIGH,
    "5": Severity.CRITICAL,
}
_GATHERED = {"ig", "information gathered", "info"}


@dataclass(frozen=True, slots=True)
class _Detail:
    title: str
    severity: Severity | None
    cves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Host:
    address: str = ""
    learnt: tuple[str, ...] = ()
    seen_at: datetime | None = None


def read_asset_data(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per VULN_INFO. What each QID is called stands after the hosts: the file is read twice."""
    details = dict(_details(path, limit))
    host = _Host()
    for record in records(
        path, whole=frozenset({"IP", "DNS", "NETBIOS", "VULN_INFO"}), marks=frozenset({"HOST"}), limit=limit
    ):
        element = record.element
        if element.tag == "HOST":
            host = _Host()
        elif record.path[-1:] != ("HOST",) and element.tag != "VULN_INFO":
            continue
        elif element.tag == "IP":
            host = _Host((element.text or "").strip(), host.learnt)
        elif element.tag == "VULN_INFO":
            yield _information(record, host, details)
        else:
            host = _Host(host.address, (*host.learnt, (element.text or "").strip()))


def _details(path: Path, limit: int) -> Iterator[tuple[str, _Detail]]:
    for record in records(path, whole=frozenset({"VULN_DETAILS"}), limit=limit):
        detail = record.element
        cves = cves_in(*(text_of(one, "ID") for one in detail.iter("CVE_ID")))
        severity = _SEVERITIES.get(text_of(detail, "SEVERITY"))
        yield text_of(detail, "QID"), _Detail(text_of(detail, "TITLE"), severity, cves)


def _information(record: Record, host: _Host, details: dict[str, _Detail]) -> SightingRow | BadRow:
    vulnerability = record.element
    number = text_of(vulnerability, "QID")
    detail = details.get(number, _Detail("", None, ()))
    gathered = text_of(vulnerability, "TYPE").lower() in _GATHERED
    return sighting(
        line=record.position,
        tool=Tool.QUALYS,
        identifier=number,
        title=detail.title or (f"QID {number}" if number else ""),
        told=_told(gathered, text_of(vulnerability, "VULN_STATUS")),
        severity=None if gathered else detail.severity,
        host=host.address,
        learnt=(*host.learnt, text_of(vulnerability, "FQDN")),
        port=text_of(vulnerability, "PORT"),
        transport=text_of(vulnerability, "PROTOCOL"),
        cves=() if gathered else detail.cves,
        seen_at=moment(text_of(vulnerability, "LAST_FOUND")),
        first_seen_at=moment(text_of(vulnerability, "FIRST_FOUND")),
        evidence=text_of(vulnerability, "RESULT"),
    )


def _told(gathered: bool, status: str) -> Told:
    if gathered:
        return Told.FACT
    return Told.SOUND if status.strip().lower() == "fixed" else Told.WEAKNESS


def read_scan(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per VULN, PRACTICE, SERVICE and INFO of the older form."""
    host, place = _Host(), ("", "")
    seen_at: datetime | None = None
    for record in records(
        path,
        whole=frozenset({"KEY", "VULN", "PRACTICE", "SERVICE", "INFO"}),
        marks=frozenset({"IP", "CAT"}),
        limit=limit,
    ):
        element = record.element
        if element.tag == "KEY":
            seen_at = moment(element.text or "") if element.get("value") == "DATE" else seen_at
        elif element.tag == "IP":
            host, place = _Host(element.get("value", ""), (element.get("name", ""),), seen_at), ("", "")
        elif element.tag == "CAT":
            place = (element.get("port", ""), element.get("protocol", ""))
        elif element.get("number"):
            yield _scanned(record, host, place)


def _scanned(record: Record, host: _Host, place: tuple[str, str]) -> SightingRow | BadRow:
    element = record.element
    gathered = element.tag in {"SERVICE", "INFO"}
    return sighting(
        line=record.position,
        tool=Tool.QUALYS,
        identifier=element.get("number", ""),
        title=text_of(element, "TITLE"),
        told=Told.FACT if gathered else Told.WEAKNESS,
        severity=None if gathered else _SEVERITIES.get(element.get("severity", "")),
        host=host.address,
        learnt=host.learnt,
        port=place[0],
        transport=place[1],
        cves=() if gathered else cves_in(*(text_of(one, "ID") for one in element.iter("CVE_ID"))),
        seen_at=host.seen_at,
        evidence=text_of(element, "RESULT"),
    )


def read_csv(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per address of each row; the lines before the header tell the time zone."""
    zones: list[tzinfo] = []

    def above(row: RawRow) -> None:
        zones.extend(zone_of(cell) for cell in row.cells if "GMT" in cell)

    for row in table(path, CSV_HEADERS, limit=limit, before=above):
        if isinstance(row, BadRow):
            yield row
        else:
            yield from _rows(row, zones[0] if zones else UTC)


def _rows(row: TableRow, zone: tzinfo) -> Iterator[SightingRow | BadRow]:
    addresses = [part.strip() for part in first_of(row, "ASSET IPV4", "ASSET IPV6", "IP").split(",") if part.strip()]
    names = [row[column] for column in ("ASSET NAME", "FQDN", "DNS", "NETBIOS")]
    gathered = first_of(row, "TYPE", "TYPE DETECTED").lower() in _GATHERED
    for address in addresses or [""]:
        yield sighting(
            line=row.line,
            tool=Tool.QUALYS,
            identifier=row["QID"],
            title=row["TITLE"],
            told=_told(gathered, first_of(row, "STATUS", "VULN STATUS")),
            severity=None if gathered else _SEVERITIES.get(row["SEVERITY"]),
            host=address,
            learnt=names,
            port=row["PORT"],
            transport=row["PROTOCOL"].strip("'-"),
            cves=() if gathered else cves_in(first_of(row, "CVE", "CVE ID")),
            seen_at=moment(first_of(row, "LAST DETECTED", "DATE LAST DETECTED"), zone),
            first_seen_at=moment(row["FIRST DETECTED"], zone),
            evidence=row["RESULTS"],
        )

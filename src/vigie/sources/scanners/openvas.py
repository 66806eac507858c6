"""What does a report of OpenVAS / Greenbone (XML, or one of its CSV forms) tell?"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from vigie.engine.outcome import Severity
from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.tables import TableRow

from .csv_rows import first_of, table
from .limits import MOST_BYTES
from .moments import moment
from .row import SightingRow, Told, Tool, cves_in, severity_from_score, severity_of, sighting
from .xml_records import Record, records, text_of

CSV_HEADERS = (frozenset({"IP", "NVT NAME", "NVT OID"}), frozenset({"IP", "NVT NAME", "CVSS"}))
_RECORDS = frozenset({"result"})
_MARKS = frozenset({"results", "scan_run_status", "gmp", "omp"})  # no report of another tool has them
_FALSE_POSITIVE = "false positive"
# "443/tcp", "general/tcp", and of old "https (443/tcp)".
_PORT = re.compile(r"(?:.*\()?(?P<port>[\w-]+)/(?P<transport>[\w-]+)\)?")


def read_xml(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per result; raise SourceUnreadable when it is the report of something else."""
    ours = False
    for record in records(path, whole=_RECORDS, marks=_MARKS, limit=limit):
        ours = ours or not record.whole
        if record.whole and record.element.find("nvt") is not None:
            yield _result(record)
    if not ours:
        raise SourceUnreadable(f"{path.name} is not a report of OpenVAS: it has neither results nor a state.")


def _result(record: Record) -> SightingRow | BadRow:
    result, nvt = record.element, record.element.find("nvt")
    if nvt is None:
        return BadRow(record.position, "a result without its test")
    port, transport = _place(text_of(result, "port"))
    title = text_of(nvt, "name") or text_of(result, "name")
    threat = text_of(result, "threat") or text_of(result, "original_threat")
    return sighting(
        line=record.position,
        tool=Tool.OPENVAS,
        # An old report has no identifier for what is no test of its own.
        identifier=_known(nvt.get("oid", "")) or title,
        title=title,
        told=Told.SOUND if threat.lower() == _FALSE_POSITIVE else None,
        severity=_severity(threat, text_of(result, "severity")),
        host=text_of(result, "host"),
        learnt=[text_of(result, "host/hostname")],
        port=port,
        transport=transport,
        cves=_cves(nvt),
        seen_at=moment(text_of(result, "creation_time")) or moment(text_of(result, "modification_time")),
        evidence=text_of(result, "description"),
    )


def _known(oid: str) -> str:
    return "" if oid.strip() in {"", "0"} else oid


def _place(text: str) -> tuple[str, str]:
    found = _PORT.fullmatch(text)
    if found is None:
        return text, ""
    # "general" and "package" are the host as a whole.
    return (found["port"] if found["port"].isdigit() else "", found["transport"] if found["port"].isdigit() else "")


def _cves(nvt: Element) -> tuple[str, ...]:
    named = [ref.get("id", "") for ref in nvt.iter("ref") if ref.get("type", "").startswith("cve")]
    return cves_in(*named, *(cve.text or "" for cve in nvt.iter("cve")))


def _severity(threat: str, score: str) -> Severity | None:
    """The word that the tool gave, else the band of its number."""
    word = threat.lower()
    if word in {"log", "debug", "none", "info", _FALSE_POSITIVE}:
        return None
    return severity_of(word) or severity_from_score(score)


def read_csv(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per row."""
    for row in table(path, CSV_HEADERS, limit=limit):
        yield row if isinstance(row, BadRow) else _row(row)


def _row(row: TableRow) -> SightingRow | BadRow:
    title = first_of(row, "NVT NAME", "NAME")
    threat = first_of(row, "SEVERITY", "THREAT")
    return sighting(
        line=row.line,
        tool=Tool.OPENVAS,
        identifier=_known(row["NVT OID"]) or title,
        title=title,
        told=Told.SOUND if threat.lower() == _FALSE_POSITIVE else None,
        severity=_severity(threat, row["CVSS"]),
        host=row["IP"],
        learnt=[row["HOSTNAME"]],
        port=row["PORT"],
        transport=row["PORT PROTOCOL"],
        cves=cves_in(row["CVES"]),
        seen_at=moment(row["TIMESTAMP"]),
        evidence=first_of(row, "SPECIFIC RESULT", "SUMMARY"),
    )

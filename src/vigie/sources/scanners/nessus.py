"""What does a report of Nessus (XML version 2, or one of its CSV forms) tell?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vigie.engine.outcome import Severity
from vigie.sources.faults import BadRow
from vigie.sources.tables import TableRow

from .csv_rows import first_of, table
from .limits import MOST_BYTES
from .moments import moment
from .row import SightingRow, Told, Tool, cves_in, severity_of, sighting
from .xml_records import Record, records, text_of

# Nessus, the security centre, and the cloud each name the same columns their own way.
CSV_HEADERS = (
    frozenset({"PLUGIN ID", "HOST", "NAME"}),
    frozenset({"PLUGIN", "PLUGIN NAME", "IP ADDRESS"}),
    frozenset({"PLUGIN ID", "IP ADDRESS", "NAME"}),
    frozenset({"PLUGIN ID", "PLUGIN NAME", "HOST"}),
    frozenset({"DEFINITION ID", "DEFINITION NAME"}),
)
_RECORDS = frozenset({"HostProperties", "ReportItem"})
_MARKS = frozenset({"ReportHost"})
_SEVERITIES = {"1": Severity.LOW, "2": Severity.MEDIUM, "3": Severity.HIGH, "4": Severity.CRITICAL}


@dataclass(slots=True)
class _Host:
    name: str = ""  # as the scan was asked: an address or a host name
    address: str = ""
    learnt: tuple[str, ...] = ()
    seen_at: datetime | None = None


def read_xml(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per ReportItem. The policy, which may hold passwords, is passed over."""
    host = _Host()
    for record in records(path, whole=_RECORDS, marks=_MARKS, limit=limit):
        if record.element.tag == "ReportHost":
            host = _Host(name=record.element.get("name", ""))
        elif record.element.tag == "HostProperties":
            host = _described(host.name, record)
        else:
            yield _item(record, host)


def _described(name: str, record: Record) -> _Host:
    tags = {tag.get("name", ""): (tag.text or "").strip() for tag in record.element.iter("tag")}
    seen = (tags.get(key, "") for key in ("HOST_END_TIMESTAMP", "HOST_END", "HOST_START_TIMESTAMP", "HOST_START"))
    learnt = tuple(tags[key] for key in ("host-fqdn", "host-rdns", "netbios-name") if tags.get(key))
    return _Host(name, tags.get("host-ip", ""), learnt, next((at for text in seen if (at := moment(text))), None))


def _item(record: Record, host: _Host) -> SightingRow | BadRow:
    item = record.element
    output = text_of(item, "plugin_output")
    return sighting(
        line=record.position,
        tool=Tool.NESSUS,
        identifier=item.get("pluginID", ""),
        title=item.get("pluginName", "") or text_of(item, "plugin_name"),
        severity=_SEVERITIES.get(item.get("severity", "")),
        host=host.address or host.name,
        name=host.name,
        learnt=host.learnt,
        port=item.get("port"),
        transport=item.get("protocol", ""),
        cves=cves_in(*(cve.text or "" for cve in item.iter("cve"))),
        seen_at=host.seen_at,
        evidence=output or text_of(item, "synopsis"),
    )


def read_csv(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per row; Nessus writes one row per CVE of a plug-in, which the import joins again."""
    for row in table(path, CSV_HEADERS, limit=limit):
        yield row if isinstance(row, BadRow) else _row(row)


def _row(row: TableRow) -> SightingRow | BadRow:
    # The scores of some exports have lost their decimal sign; the word has not.
    word = first_of(row, "RISK", "SEVERITY", "RISK FACTOR", "DEFINITION SEVERITY")
    state = first_of(row, "VULNERABILITY STATE", "STATE").lower()
    severity = _SEVERITIES.get(word) or severity_of(word)
    host = first_of(row, "HOST", "ASSET HOST NAME", "ASSET NAME")
    return sighting(
        line=row.line,
        tool=Tool.NESSUS,
        identifier=first_of(row, "PLUGIN ID", "PLUGIN", "DEFINITION ID"),
        title=first_of(row, "NAME", "PLUGIN NAME", "DEFINITION NAME"),
        told=Told.SOUND if state == "fixed" else None,
        severity=severity,
        host=first_of(row, "IP ADDRESS", "ASSET DISPLAY IPV4 ADDRESS", "ASSET IPV4 ADDRESSES") or host,
        name=host,
        learnt=[row[column] for column in ("DNS NAME", "FQDN", "NETBIOS NAME", "NETBIOS", "ASSET DISPLAY FQDN")],
        port=first_of(row, "PORT", "ASSET PORT"),
        transport=row["PROTOCOL"],
        cves=cves_in(first_of(row, "CVE", "DEFINITION CVE")),
        seen_at=moment(first_of(row, "LAST OBSERVED", "LAST SEEN", "LAST FOUND", "HOST END")),
        first_seen_at=moment(first_of(row, "FIRST DISCOVERED", "FIRST SEEN", "FIRST FOUND")),
        evidence=first_of(row, "PLUGIN OUTPUT", "PLUGIN TEXT", "OUTPUT", "SYNOPSIS", "DEFINITION SYNOPSIS"),
    )

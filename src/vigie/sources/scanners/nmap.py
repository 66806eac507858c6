"""What does a report of nmap (XML) tell: open ports, and what its scripts found?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from vigie.engine.outcome import Severity
from vigie.sources.faults import BadRow

from .limits import MOST_BYTES
from .moments import moment
from .row import SightingRow, Told, Tool, cves_in, severity_from_score, sighting
from .xml_records import Record, records

OPEN_PORT = "open-port"

_RECORDS = frozenset({"port", "hostscript"})
_MARKS = frozenset({"host", "address", "hostname"})
# vulners writes "CVE-2018-15473  5.3  https://..." where it gives no table.
_SCORED = re.compile(r"CVE-\d{4}-\d{4,}\s+(\d{1,2}\.\d)")


@dataclass(slots=True)
class _Host:
    seen_at: datetime | None = None
    address: str = ""
    name: str = ""
    learnt: list[str] = field(default_factory=list)


def read_xml(path: Path, *, limit: int = MOST_BYTES, tool: Tool = Tool.NMAP) -> Iterator[SightingRow | BadRow]:
    """Yield the open ports and the outputs of scripts; masscan writes the same form."""
    host = _Host()
    for record in records(path, whole=_RECORDS, marks=_MARKS, limit=limit):
        if not record.whole:
            host = _known(host, record)
        elif record.element.tag == "hostscript":
            for script in record.element.iter("script"):
                yield _script(record, host, script, None, "", tool)
        else:
            yield from _port(record, host, tool)


def _known(host: _Host, record: Record) -> _Host:
    mark = record.element
    if mark.tag == "host":
        return _Host(moment(mark.get("endtime", "")) or moment(mark.get("starttime", "")))
    if "host" not in record.path:
        return host
    if mark.tag == "address":
        if mark.get("addrtype", "ipv4") in {"ipv4", "ipv6"}:
            host.address = host.address or mark.get("addr", "")
    elif mark.get("type") == "user":
        host.name = mark.get("name", "")
    else:
        host.learnt.append(mark.get("name", ""))
    return host


def _port(record: Record, host: _Host, tool: Tool) -> Iterator[SightingRow | BadRow]:
    port = record.element
    state = port.find("state")
    # Filtered, and open|filtered, are what could not be seen; closed is the absence of a service.
    if state is None or state.get("state") != "open":
        return
    number, transport = port.get("portid", ""), port.get("protocol", "")
    yield sighting(
        line=record.position,
        tool=tool,
        identifier=OPEN_PORT,
        title=_service(port.find("service")) or "open port",
        host=host.address,
        name=host.name,
        learnt=host.learnt,
        port=number,
        transport=transport,
        seen_at=host.seen_at,
        evidence=", ".join(cpe.text or "" for cpe in port.iter("cpe")),
    )
    for script in port.findall("script"):
        yield _script(record, host, script, number, transport, tool)


def _service(service: Element | None) -> str:
    """What nmap says that it is; a name that comes from the number of the port alone is not worth more than it."""
    if service is None:
        return ""
    told = (service.get(key, "") for key in ("name", "product", "version", "extrainfo"))
    return " ".join(part for part in told if part)


def _script(
    record: Record, host: _Host, script: Element, port: str | None, transport: str, tool: Tool
) -> SightingRow | BadRow:
    identifier, output = script.get("id", ""), script.get("output", "")
    elements = [(element.get("key", ""), (element.text or "").strip()) for element in script.iter("elem")]
    cves = cves_in(output, *(text for _, text in elements))
    states = [text.upper() for key, text in elements if key == "state"]
    told = _told(states, output, named=bool(cves))
    return sighting(
        line=record.position,
        tool=tool,
        identifier=identifier,
        title=next((text for key, text in elements if key == "title" and text), identifier),
        told=told,
        severity=_severity(elements, output) if told is Told.WEAKNESS else None,
        host=host.address,
        name=host.name,
        learnt=host.learnt,
        port=port,
        transport=transport,
        cves=cves,
        seen_at=host.seen_at,
        evidence=output,
    )


def _told(states: list[str], output: str, *, named: bool) -> Told:
    if any(state.startswith(("VULNERABLE", "LIKELY VULNERABLE")) for state in states):
        return Told.WEAKNESS
    if any(state.startswith("NOT VULNERABLE") for state in states) or "NOT VULNERABLE" in output:
        return Told.SOUND
    return Told.WEAKNESS if named else Told.FACT


def _severity(elements: list[tuple[str, str]], output: str) -> Severity | None:
    """That of the highest score which the script gives."""
    scores = [text for key, text in elements if key == "cvss"] or _SCORED.findall(output)
    return severity_from_score(*scores)

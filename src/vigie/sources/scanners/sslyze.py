"""What does a report of sslyze (JSON of 3.0 and of 5.0) tell of the TLS of a service?"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from vigie.sources.faults import BadRow

from .json_values import values_at
from .limits import MOST_BYTES
from .moments import moment
from .row import SightingRow, Told, Tool, sighting
from .tls_answers import Answer, answers

COULD_NOT_LOOK = "could-not-look"

_SERVERS, _UNREACHED = "server_scan_results.item", "server_connectivity_errors.item"


def read_json(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per thing that was asked of each server; sslyze gives no severity, neither do we."""
    seen_at = _day(path, limit)
    for where, position, server in values_at(path, _SERVERS, _UNREACHED, limit=limit):
        if not isinstance(server, dict):
            yield BadRow(position, "not a server")
            continue
        place = _place(server)
        for answer in _unreached(server) if where == _UNREACHED else _answers(server):
            yield _row(position, place, answer, seen_at)


def _day(path: Path, limit: int) -> datetime | None:
    """When the scan was completed; version 3 does not tell."""
    for _, _, value in values_at(path, "date_scans_completed", limit=limit):
        return moment(str(value))
    return None


def _answers(server: dict[str, Any]) -> Iterator[Answer]:
    result = server.get("scan_result", server.get("scan_commands_results"))
    if isinstance(result, dict):
        yield from answers(result)
    else:
        # The status alone: the trace of the error names files of the machine that looked.
        why = str(server.get("connectivity_status") or server.get("scan_status") or "")
        yield Answer(COULD_NOT_LOOK, "sslyze could not look", Told.FACT, why)


def _unreached(server: dict[str, Any]) -> Iterator[Answer]:
    yield Answer(COULD_NOT_LOOK, "sslyze could not look", Told.FACT, str(server.get("error_message", "")))


def _place(server: dict[str, Any]) -> dict[str, Any]:
    for where in (server, server.get("server_info")):
        if isinstance(where, dict) and isinstance(where.get("server_location"), dict):
            return dict(where["server_location"])
    return {}


def _row(position: int, place: dict[str, Any], answer: Answer, seen_at: datetime | None) -> SightingRow | BadRow:
    port = place.get("port")
    return sighting(
        line=position,
        tool=Tool.SSLYZE,
        identifier=answer.identifier,
        title=answer.title,
        told=answer.told,
        host=str(place.get("ip_address") or place.get("hostname") or ""),
        name=str(place.get("hostname") or ""),
        port=port if isinstance(port, int) else None,
        transport="tcp",
        cves=answer.cves,
        seen_at=seen_at,
        evidence=answer.evidence,
    )

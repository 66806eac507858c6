"""Which ports did masscan see open (its JSON; its XML is that of nmap)?"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from vigie.sources.faults import BadRow, SourceUnreadable

from . import nmap
from .json_values import lines
from .limits import MOST_BYTES
from .moments import moment
from .row import SightingRow, Tool, sighting

_END = re.compile(rb"\{\s*finished\s*:\s*1\s*\}\s*\]?")  # older versions end with a word that is not JSON


def read_xml(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield the open ports."""
    return nmap.read_xml(path, limit=limit, tool=Tool.MASSCAN)


def read_json(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield the open ports and the banners, line by line: the array that masscan writes is seldom right JSON."""
    is_array = closed = False
    bad: BadRow | None = None
    for item in lines(path, limit=limit):
        if bad is not None:
            yield bad
            bad = None
        if isinstance(item, BadRow):
            yield item
            continue
        number, line = item
        is_array = is_array or line.startswith(b"[")
        text = line.removeprefix(b"[").strip(b", \t")
        closed = closed or text.endswith(b"]") or _END.fullmatch(text) is not None
        read = _values(text)
        if read is None:
            bad = BadRow(number, "not JSON")
            continue
        for value in read:
            yield from _host(number, value)
    if bad is not None or (is_array and not closed):
        raise SourceUnreadable(f"{path.name} is cut: its last line, or the end of its array, is not there.")


def _values(text: bytes) -> list[Any] | None:
    """The values of one line, with or without the end of the array; None when it is not JSON."""
    if not text or text == b"]" or _END.fullmatch(text):
        return []
    try:
        value = msgspec.json.decode(b"[" + text.removesuffix(b"]") + b"]" if text.startswith(b"{") else text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, list) else [value]


def _host(line: int, value: Any) -> Iterator[SightingRow | BadRow]:
    ports = value.get("ports") if isinstance(value, dict) else None
    if not isinstance(ports, list):
        yield BadRow(line, "not a host with its ports")
        return
    for port in ports:
        if not isinstance(port, dict):
            yield BadRow(line, "not a port", str(value.get("ip", ""))[:60])
        elif port.get("status", "open") == "open":
            yield _port(line, value, port)


def _port(line: int, host: dict[str, Any], port: dict[str, Any]) -> SightingRow | BadRow:
    service = port.get("service")
    told = service if isinstance(service, dict) else {}
    name = str(told.get("name", ""))
    return sighting(
        line=line,
        tool=Tool.MASSCAN,
        identifier=f"banner:{name}" if name else nmap.OPEN_PORT,
        title=f"banner of {name}" if name else "open port",
        host=str(host.get("ip", "")),
        port=port.get("port") if isinstance(port.get("port"), int) else str(port.get("port", "")),
        transport=str(port.get("proto", "")),
        seen_at=moment(str(host.get("timestamp", ""))),
        evidence=str(told.get("banner", "")),
    )

"""What does a report of nuclei tell: one JSON object a line, or an array, with its old or its new keys?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vigie.sources.faults import BadRow

from .evidence import place_of
from .json_values import values_at, values_of_lines
from .limits import MOST_BYTES
from .moments import moment
from .row import SightingRow, Tool, cves_in, severity_of, sighting

# What these templates extract is the secret itself.
_SECRET_TAGS = {
    "token",
    "tokens",
    "keys",
    "secret",
    "secrets",
    "credential",
    "credentials",
    "default-login",
    "exposure",
}
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ssh": 22}
_WITHOUT_PORT = {"dns", "whois", "file", "code"}
_DATAGRAMS = {"udp", "snmp"}


def read_lines(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per line."""
    for item in values_of_lines(path, limit=limit):
        yield item if isinstance(item, BadRow) else _match(*item)


def read_array(path: Path, *, limit: int = MOST_BYTES) -> Iterator[SightingRow | BadRow]:
    """Yield one item per value of the array."""
    for _, position, value in values_at(path, "item", limit=limit):
        yield _match(position, value)


def _match(line: int, value: Any) -> SightingRow | BadRow:
    if not isinstance(value, dict):
        return BadRow(line, "not an object")
    info = value.get("info")
    info = info if isinstance(info, dict) else {}
    template = _text(value, "template-id", "templateID", "template")
    matcher = _text(value, "matcher-name", "matcher_name")
    matched = _text(value, "matched-at", "matched")
    scheme, name, port = _place(value, matched)
    kind = _text(value, "type")
    return sighting(
        line=line,
        tool=Tool.NUCLEI,
        # One template tells several things apart by the matcher: they are several sightings.
        identifier=f"{template}:{matcher}" if template and matcher else template,
        title=_text(info, "name") or template,
        severity=severity_of(_text(info, "severity")),
        host=_text(value, "ip") or name,
        name=name,
        port=None if kind in _WITHOUT_PORT else port,
        transport="" if kind in _WITHOUT_PORT or port is None else "udp" if scheme in _DATAGRAMS else "tcp",
        cves=_cves(info, template),
        seen_at=moment(_text(value, "timestamp")),
        evidence=_evidence(value, info, matched),
    )


def _text(value: dict[str, Any], *keys: str) -> str:
    """The first of these that is a text or a number."""
    return next((str(found) for key in keys if isinstance(found := value.get(key), str | int) and found != ""), "")


def _place(value: dict[str, Any], matched: str) -> tuple[str, str, str | int | None]:
    """The scheme, the name and the port that were asked, from where it matched, else from what was given."""
    for text in (matched, _text(value, "url"), _text(value, "host")):
        try:
            parts = urlsplit(text if "://" in text else f"//{text}")
            name, port = parts.hostname or "", parts.port
        except ValueError:
            continue
        if name:
            told = _text(value, "port") or port or _PORTS.get(parts.scheme)
            return parts.scheme, name, told
    return "", "", _text(value, "port") or None


def _cves(info: dict[str, Any], template: str) -> tuple[str, ...]:
    classification = info.get("classification")
    named = classification.get("cve-id") if isinstance(classification, dict) else None
    listed = named if isinstance(named, list) else [named]
    return cves_in(template, *(text for text in listed if isinstance(text, str)))


def _evidence(value: dict[str, Any], info: dict[str, Any], matched: str) -> str:
    """Where it matched and what was extracted; never the request, the answer or the command, which hold sessions."""
    tags = info.get("tags")
    words = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    extracted = value.get("extracted-results", value.get("extracted_results"))
    kept = [place_of(matched)]
    if isinstance(extracted, list) and not _SECRET_TAGS & {str(word).strip().lower() for word in words}:
        kept += [str(text) for text in extracted[:100]]
    return "\n".join(part for part in kept if part)

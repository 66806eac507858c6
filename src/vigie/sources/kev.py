"""Which vulnerabilities does CISA know to be exploited, and since when?"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from .faults import SourceRefused, SourceUnreadable
from .json_stream import opened

MOST_BYTES = 50_000_000  # 1.2 MB in 2025


@dataclass(frozen=True, slots=True)
class KevEntry:
    cve: str
    added_on: date
    title: str
    description: str
    ransomware: bool | None  # True when known; CISA writes "Unknown", never "no"


@dataclass(frozen=True, slots=True)
class KevList:
    released_on: date
    entries: tuple[KevEntry, ...]


class _Entry(msgspec.Struct, rename="camel"):
    cve_id: str = msgspec.field(name="cveID")
    date_added: date
    vulnerability_name: str = ""
    short_description: str = ""
    known_ransomware_campaign_use: str = "Unknown"


class _Document(msgspec.Struct, rename="camel"):
    date_released: str
    count: int
    vulnerabilities: list[_Entry]


def read_kev(path: Path, *, limit: int = MOST_BYTES) -> KevList:
    """Read the whole list or raise SourceError: an entry that vanishes by accident must not look withdrawn."""
    with opened(path, limit=limit) as stream:
        content = stream.read()
    try:
        document = msgspec.json.decode(content, type=_Document)
        released_on = date.fromisoformat(document.date_released[:10])
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise SourceUnreadable(f"{path.name} is not a KEV list: {error}") from error
    if document.count != len(document.vulnerabilities):
        raise SourceRefused(f"{path.name} announces {document.count} entries and holds {len(document.vulnerabilities)}")
    return KevList(released_on, tuple(_entry(entry) for entry in document.vulnerabilities))


def _entry(entry: _Entry) -> KevEntry:
    return KevEntry(
        entry.cve_id.strip(),
        entry.date_added,
        entry.vulnerability_name.strip(),
        entry.short_description.strip(),
        True if entry.known_ransomware_campaign_use == "Known" else None,
    )

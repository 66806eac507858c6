"""What people have published in the invented zone while the laboratory runs: a proof, a mail policy."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .plan import ZONE

KINDS = ("TXT", "MX", "CAA")
FILE = "records"  # in the folder of the laboratory


class RecordRefused(ValueError):
    """The record cannot be published here; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    kind: str
    text: str  # as a zone file writes it


def record(name: str, kind: str, text: str) -> Record:
    """Raise RecordRefused for what this zone does not hold, or what no zone file says."""
    import dns.exception
    import dns.rrset

    made = Record(name.strip().rstrip(".").lower(), kind.upper(), text)
    if not f".{made.name}".endswith(f".{ZONE}"):
        raise RecordRefused(f"{name}: only names that end in .{ZONE} are published here.")
    if made.kind not in KINDS:
        raise RecordRefused(f"{kind}: choose among {', '.join(KINDS)}.")
    if made.kind == "TXT" and not text.startswith(chr(34)):
        quoted = text.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))
        made = Record(made.name, made.kind, f"{chr(34)}{quoted}{chr(34)}")
    try:
        dns.rrset.from_text(f"{made.name}.", 5, "IN", made.kind, made.text)
    except (dns.exception.DNSException, ValueError) as error:
        raise RecordRefused(f"{text}: not what a {made.kind} record says ({error}).") from error
    return made


def read_records(home: Path) -> tuple[Record, ...]:
    """Those that were published; none when nothing readable is there."""
    try:
        return tuple(record(**one) for one in json.loads((home / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return ()


def write_records(home: Path, records: Iterable[Record]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    beside = home / f"{FILE}.new"
    beside.write_text(json.dumps([asdict(one) for one in records]))
    beside.replace(home / FILE)

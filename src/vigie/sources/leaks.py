"""How much of which domain is in a collection of leaked credentials, or in code left in public? Counts and days only.

What a line says of a person (an address, a password, a name, a piece of code) does not leave this module, and is not
hashed: the hash of an address is that address to whoever has a list of them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .faults import BadRow, SourceUnreadable
from .tables import folded, header_of, read_table
from .text_file import examine

MOST_BYTES = 256 * 1024 * 1024
# What a column may be called, by what it holds; the first one that the file has counts.
DOMAIN, DAY, COUNT = "domain", "day", "count"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    DOMAIN: ("DOMAIN", "EMAIL DOMAIN", "EMAIL", "MAIL", "USERNAME", "LOGIN", "USER"),
    DAY: ("DATE", "DAY", "BREACH DATE", "LEAKED AT", "FOUND AT", "PUBLISHED", "DISCOVERED"),
    COUNT: ("COUNT", "NUMBER", "RECORDS"),
}
MOST_OF_A_LINE = 100_000_000
UNREADABLE = "not a line that can be read"


@dataclass(frozen=True, slots=True)
class Leaked:
    """One line of the file."""

    line: int
    domain: str  # lower case, without the part before "@"
    day: date | None
    count: int


def read_leaks(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Leaked | BadRow]:
    """Yield one item per line of a CSV, or per object of a JSON list; `columns` names those that are called otherwise.

    Raise SourceUnreadable for what is neither, or has no column that tells a domain. A BadRow quotes nothing.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        if path.stat().st_size > MOST_BYTES:
            raise SourceUnreadable(f"{path.name} is larger than {MOST_BYTES >> 20} MB: cut it in parts.")
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    named = {what: folded(column) for what, column in (columns or {}).items()}
    return _json(path, named) if start.startswith(b"[") else _csv(path, named)


def _json(path: Path, named: Mapping[str, str]) -> Iterator[Leaked | BadRow]:
    try:
        entries = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"{path.name} is not whole JSON: ask for it again.") from error
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            yield BadRow(number, UNREADABLE, "")
            continue
        values = {folded(key): value for key, value in entry.items()}
        yield _leaked(number, {what: _plain(values, _names(what, named)) for what in COLUMNS})


def _csv(path: Path, named: Mapping[str, str]) -> Iterator[Leaked | BadRow]:
    text = examine(path)
    header = header_of(text)
    used = {what: next((one for one in _names(what, named) if one in header), "") for what in COLUMNS}
    if not used[DOMAIN]:
        raise SourceUnreadable(
            f"{path.name}: no column tells a domain or an address of mail; name it with --column domain=NAME."
        )
    for row in read_table(text, (used[DOMAIN],)):
        if isinstance(row, BadRow):
            yield BadRow(row.line, UNREADABLE, "")
        else:
            yield _leaked(row.line, {what: row[column] if column else "" for what, column in used.items()})


def _names(what: str, named: Mapping[str, str]) -> tuple[str, ...]:
    return (named[what],) if what in named else COLUMNS[what]


def _plain(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(values[name]) for name in names if isinstance(values.get(name), str | int)), "")


def _leaked(number: int, told: Mapping[str, str]) -> Leaked | BadRow:
    domain = told[DOMAIN].strip().rpartition("@")[2].rstrip(".").lower()
    if not _is_domain(domain):
        return BadRow(number, "tells no domain", "")
    count = told[COUNT].strip() or "1"
    if not (count.isascii() and count.isdigit() and 0 <= int(count[:10]) <= MOST_OF_A_LINE):
        return BadRow(number, "its count is not a number", "")
    day = told[DAY].strip()
    try:
        return Leaked(number, domain, date.fromisoformat(day[:10]) if day else None, int(count))
    except ValueError:
        return BadRow(number, "its date is not written as 2026-11-23", "")


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    if len(text) > 253 or len(labels) < 2 or not text.isascii():
        return False
    return all(label and len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() for label in labels)

"""Which names did certificate authorities publish, as exported from a search of the certificate transparency logs?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .faults import BadRow, SourceUnreadable
from .tables import read_table
from .text_file import examine

MOST_BYTES = 64 * 1024 * 1024
# The columns of crt.sh, in its JSON and in what people save of it as CSV: names are separated by line ends.
COLUMNS = ("name_value", "common_name", "dns_names")


@dataclass(frozen=True, slots=True)
class LoggedNames:
    """One certificate: the names that it was issued for, as written, wildcards included."""

    row: int
    names: tuple[str, ...]


def read_certificate_log(path: Path) -> Iterator[LoggedNames | BadRow]:
    """Yield one item per certificate, in file order; raise SourceUnreadable for what is neither JSON nor CSV of it."""
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    return _json(path) if start.startswith(b"[") else _csv(path)


def _json(path: Path) -> Iterator[LoggedNames | BadRow]:
    if path.stat().st_size > MOST_BYTES:
        raise SourceUnreadable(f"{path.name} is larger than {MOST_BYTES >> 20} MB: export one domain at a time.")
    try:
        entries = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"{path.name} is not whole JSON: download it again ({error}).") from error
    for number, entry in enumerate(entries, start=1):
        yield _certificate(number, entry if isinstance(entry, dict) else {})


def _certificate(number: int, entry: dict[str, Any]) -> LoggedNames | BadRow:
    parts: list[str] = []
    for column in COLUMNS:
        value = entry.get(column)
        several = value if isinstance(value, list) else [value]
        parts += [one for one in several if isinstance(one, str)]
    return _names(number, " ".join(parts))


def _csv(path: Path) -> Iterator[LoggedNames | BadRow]:
    text = examine(path)
    try:
        rows = list(read_table(text, ("NAME VALUE",)))
    except SourceUnreadable:
        rows = list(read_table(text, ("DNS NAMES",)))
    for row in rows:
        if isinstance(row, BadRow):
            yield row
        else:
            yield _names(row.line, " ".join(row[name] for name in ("NAME VALUE", "COMMON NAME", "DNS NAMES")))


def _names(number: int, text: str) -> LoggedNames | BadRow:
    names = tuple(dict.fromkeys(text.replace(",", " ").lower().split()))
    return LoggedNames(number, names) if names else BadRow(number, "names no host", "")

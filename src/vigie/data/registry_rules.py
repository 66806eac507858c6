"""Which categories count as health establishments on that day, and when is a registry file refused?"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from . import documents


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `floor`, or `percent` of the whole when that is more."""

    floor: int
    percent: int

    def exceeded(self, part: int, whole: int) -> bool:
        # Integers only: part > whole * percent / 100, without rounding.
        return part > self.floor and part * 100 > whole * self.percent


@dataclass(frozen=True, slots=True)
class Scope:
    name: str  # "scope-2026-01-01", printed with every figure that rests on it
    valid_from: date
    categories: frozenset[str]


@dataclass(frozen=True, slots=True)
class ImportLimits:
    bad_lines: Limit
    closures: Limit


def scope(day: date) -> Scope:
    """The scope in force on that day; before the first one, the first one."""
    known = _scopes()
    return next((one for one in reversed(known) if one.valid_from <= day), known[0])


@cache
def _scopes() -> tuple[Scope, ...]:
    """Every dated scope, oldest first."""
    found = []
    for name in documents.names("params"):
        if name.startswith("scope-"):
            document = documents.read(f"params/{name}")
            codes = frozenset(entry["code"] for entry in document["categories"])
            found.append(Scope(name, document["valid_from"], codes))
    return tuple(sorted(found, key=lambda one: one.valid_from))


@cache
def import_limits() -> ImportLimits:
    """The limits of the latest document."""
    latest = max(name for name in documents.names("params") if name.startswith("registry-import-"))
    document = documents.read(f"params/{latest}")
    return ImportLimits(_limit(document["bad_lines"]), _limit(document["closures"]))


def _limit(entry: dict[str, Any]) -> Limit:
    return Limit(entry["floor"], entry["percent"])

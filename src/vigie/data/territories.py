"""Which regions and departments are there, under which codes?"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from . import documents


@dataclass(frozen=True, slots=True)
class Department:
    code: str  # FINESS: "01", "2A", "9D"
    name: str


@dataclass(frozen=True, slots=True)
class Region:
    code: str  # INSEE: "84"
    name: str
    departments: tuple[Department, ...]


@dataclass(frozen=True, slots=True)
class Nation:
    code: str
    name: str
    regions: tuple[Region, ...]
    departments: tuple[Department, ...]  # those that belong to no region


@cache
def nation() -> Nation:
    document = documents.read("territories")
    return Nation(
        code=document["nation"]["code"],
        name=document["nation"]["name"],
        regions=tuple(
            Region(entry["code"], entry["name"], _departments(entry["departments"])) for entry in document["regions"]
        ),
        departments=_departments(document["outside_regions"]),
    )


def _departments(entries: list[dict[str, Any]]) -> tuple[Department, ...]:
    return tuple(Department(entry["code"], entry["name"]) for entry in entries)

"""Structures that never declared an incident, where most of those that resemble them did: a list to call from."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from .csv_text import csv_text

HEADS = ("finess", "name", "category", "department", "likeness", "declared", "comparable", "low", "high")


@dataclass(frozen=True, slots=True)
class SilentLine:
    """One structure; `low` and `high` bound, in percent, the share of the others that declared."""

    finess: str
    name: str
    category: str
    department: str
    likeness: str  # what the others share with it: region, size, category
    declared: int  # of the others
    comparable: int  # the others
    low: float
    high: float


def never_declared_csv(lines: Iterable[SilentLine]) -> str:
    """One structure a line, the surest first."""
    return csv_text(HEADS, ((*astuple(one)[:-2], round(one.low, 1), round(one.high, 1)) for one in lines))

"""What does the yearly report tell, and when is help offered to who never declared? Dated, as typed values."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, TypeVar

from vigie.engine.incidents.never_declared import NeverDeclaredRule
from vigie.engine.incidents.yearly import ReportRule

from . import documents
from .params import editions

Typed = TypeVar("Typed")


def report_rule(day: date) -> ReportRule:
    """The edition in force on that day; before the first one, the first one."""
    return _of("incident-report", day, _report)


def never_declared_rule(day: date) -> NeverDeclaredRule:
    return _of("never-declared", day, _never_declared)


def _of(family: str, day: date, build: Callable[[Any], Typed]) -> Typed:
    known = editions(family)
    path = next((path for since, path in reversed(known) if since <= day), known[0][1])
    return _built(path, build)  # type: ignore[return-value]


@cache
def _built(path: str, build: Callable[[Any], object]) -> object:
    try:
        return build(documents.read(path))
    except (KeyError, TypeError, ValueError) as error:
        raise documents.DocumentError(f"vigie/data/{path}.yaml: {error!r}") from error


def _report(raw: Any) -> ReportRule:
    return ReportRule(
        raw["slug"], raw["valid_from"], raw["reference"], raw["least_for_median"], _ascending(raw["care_bands_hours"])
    )


def _never_declared(raw: Any) -> NeverDeclaredRule:
    return NeverDeclaredRule(
        slug=raw["slug"],
        since=raw["valid_from"],
        reference=raw["reference"],
        window_months=raw["window_months"],
        least_comparable=raw["least_comparable"],
        least_percent=raw["least_percent"],
        beds=_ascending(raw["beds"]),
    )


def _ascending(bounds: list[int]) -> tuple[int, ...]:
    if bounds != sorted(set(bounds)) or any(bound <= 0 for bound in bounds):
        raise ValueError("bounds must be positive and go up")
    return tuple(bounds)

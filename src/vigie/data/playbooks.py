"""What to do first, then next, in an incident of one kind? Playbooks in French and English, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from vigie.engine.incidents.taxonomy import Kind

from . import documents

LANGUAGES = ("fr", "en")


class Phase(StrEnum):
    """When a step is done."""

    FIRST_HOUR = "first_hour"
    FIRST_DAY = "first_day"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Step:
    slug: str
    phase: Phase
    do: Mapping[str, str]  # language -> what to do, as one order
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Playbook:
    slug: str
    since: date
    reference: str
    kinds: frozenset[Kind]
    title: Mapping[str, str]
    first: Mapping[str, str]  # the sentence to read before anything is touched
    steps: tuple[Step, ...]


@cache
def playbooks() -> Mapping[str, Playbook]:
    """slug -> playbook. Raises DocumentError for one that is not of its form."""
    found = {slug: _playbook(slug) for slug in documents.names("playbooks")}
    taken: dict[Kind, str] = {}
    for one in found.values():
        for kind in one.kinds:
            if kind in taken:
                raise documents.DocumentError(f"two playbooks for {kind.value}: {taken[kind]}, {one.slug}")
            taken[kind] = one.slug
    return MappingProxyType(found)


def playbook_for(kind: str) -> Playbook | None:
    """The playbook of a kind of incident; None when none was written for it."""
    return next((one for one in playbooks().values() if kind in one.kinds), None)


def _playbook(slug: str) -> Playbook:
    path = f"playbooks/{slug}"
    try:
        raw = documents.read(path)
        steps = tuple(_step(one) for one in raw["steps"])
        if len({step.slug for step in steps}) != len(steps):
            raise ValueError("each step once")
        kinds = frozenset(Kind(one) for one in raw["kinds"])
        return Playbook(
            slug, raw["valid_from"], raw["reference"], kinds, _both(raw["title"]), _both(raw["first"]), steps
        )
    except (KeyError, TypeError, ValueError) as error:
        raise documents.DocumentError(f"vigie/data/{path}.yaml: {error!r}") from error


def _step(raw: Any) -> Step:
    return Step(raw["slug"], Phase(raw["phase"]), _both(raw["do"]), _both(raw["why"]))


def _both(raw: Any) -> Mapping[str, str]:
    return MappingProxyType({language: str(raw[language]).strip() for language in LANGUAGES})

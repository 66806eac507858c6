"""Of who is exposed nationwide, what one reader may see."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer
from vigie.apps.vulns.enums import MatchVerdict

from .exposed import Exposure
from .exposed_counting import ExposedEstablishment, Place


def seen_by(found: Exposure, user: Viewer, now: datetime) -> Exposure:
    """The same answer about those establishments whose evidence the reader may see; `found` must list them all."""
    if user.scope(Right.EVIDENCE, now).nation:
        return found
    seen = set(Establishment.objects.visible_to(user, now, Right.EVIDENCE).values_list("finess", flat=True))
    rows = tuple(row for row in found.establishments if row.finess in seen)
    regions: defaultdict[str, list[ExposedEstablishment]] = defaultdict(list)
    groups: defaultdict[str, list[ExposedEstablishment]] = defaultdict(list)
    for row in rows:
        regions[row.region].append(row)
        for code in row.groups:
            groups[code].append(row)
    return replace(
        found, nation=_place("nation", rows), regions=_places(regions), groups=_places(groups), establishments=rows
    )


def _places(parts: dict[str, list[ExposedEstablishment]]) -> tuple[Place, ...]:
    found = (_place(name, rows) for name, rows in parts.items())
    return tuple(sorted(found, key=lambda one: (-one.affected, -one.total, one.name)))


def _place(name: str, rows: Iterable[ExposedEstablishment]) -> Place:
    every = list(rows)
    affected = [row for row in every if row.verdict == MatchVerdict.AFFECTED]
    return Place(
        name=name,
        affected=len(affected),
        conditional=sum(row.verdict == MatchVerdict.CONDITIONAL for row in every),
        unknown=sum(row.verdict == MatchVerdict.UNKNOWN for row in every),
        remote_access=sum(row.remote_access for row in affected),
        notified=sum(row.notified_at is not None for row in every),
    )

"""Compute levels and keep them: a new row when the inputs changed, a new date of confirmation when not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import transaction

from vigie.apps.registry.enums import TerritoryKind
from vigie.apps.registry.models import Establishment, EstablishmentQuerySet, Group, Membership, Territory
from vigie.apps.registry.queries import in_scope, members_of, within
from vigie.apps.scans.models import Shard
from vigie.data.params import exposure_method
from vigie.engine.level import Member, Result, exposure, grouped

from .enums import SubjectKind
from .models import Level
from .reading import inputs_of

BATCH = 200  # subjects of one short write transaction


@dataclass(frozen=True, slots=True)
class Subject:
    kind: SubjectKind
    id: int


def compute(*, subjects: Iterable[Subject], now: datetime) -> int:
    """Compute and keep the level of each subject; return how many changed.

    Establishments come first, whatever the order given: groups and territories are read from their levels.
    """
    by_kind: dict[SubjectKind, list[int]] = {kind: [] for kind in SubjectKind}
    for subject in subjects:
        by_kind[subject.kind].append(subject.id)
    changed = sum(
        _keep(SubjectKind.ESTABLISHMENT, _establishments(batch, now), now)
        for batch in _batches(by_kind[SubjectKind.ESTABLISHMENT])
    )
    for kind in (SubjectKind.GROUP, SubjectKind.TERRITORY):
        for pk in by_kind[kind]:
            changed += _keep(kind, {pk: _grouped(kind, pk, now)}, now)
    return changed


def compute_around(*, establishment_ids: Sequence[int], now: datetime) -> int:
    """The levels of these establishments, then of every group and territory that counts one of them."""
    return compute(subjects=[*establishments(establishment_ids), *groupings(establishment_ids, now)], now=now)


def compute_all(*, now: datetime) -> int:
    """Every establishment that was ever looked at, then every group and territory."""
    looked_at = list(Shard.objects.order_by("establishment").values_list("establishment", flat=True).distinct())
    groups = [Subject(SubjectKind.GROUP, pk) for pk in Group.objects.order_by("pk").values_list("pk", flat=True)]
    territories = Territory.objects.order_by("pk").values_list("pk", flat=True)
    every = [*establishments(looked_at), *groups, *(Subject(SubjectKind.TERRITORY, pk) for pk in territories)]
    return compute(subjects=every, now=now)


def establishments(ids: Iterable[int]) -> list[Subject]:
    return [Subject(SubjectKind.ESTABLISHMENT, pk) for pk in ids]


def groupings(establishment_ids: Sequence[int], now: datetime) -> list[Subject]:
    """The groups of today that hold one of them; their departments, regions and nation."""
    ids = list(establishment_ids)
    memberships = Membership.objects.current().in_force(now.date()).filter(establishment__in=ids)
    groups = sorted(set(memberships.values_list("group", flat=True)))
    territories: dict[int, None] = {}
    for one in Territory.objects.filter(establishments__in=ids).select_related("parent__parent").distinct():
        place: Territory | None = one
        while place is not None:
            territories[place.pk] = None
            place = place.parent
    nations = Territory.objects.filter(kind=TerritoryKind.NATION, invented=False).order_by("pk")
    if Establishment.objects.filter(pk__in=ids, department__invented=False).exists():
        territories.update(dict.fromkeys(nations.values_list("pk", flat=True)))
    return [
        *(Subject(SubjectKind.GROUP, pk) for pk in groups),
        *(Subject(SubjectKind.TERRITORY, pk) for pk in territories),
    ]


def _establishments(ids: Sequence[int], now: datetime) -> dict[int, Result]:
    """An establishment with nothing declared and nothing seen has no level, not a level of nothing."""
    method = exposure_method(now.date())
    found = inputs_of(ids, method=method, now=now)
    return {pk: exposure(inputs, method) for pk, inputs in found.items() if inputs.total or inputs.findings}


def _grouped(kind: SubjectKind, pk: int, now: datetime) -> Result:
    return grouped(members(kind, pk, now), exposure_method(now.date()))


def members(kind: SubjectKind, pk: int, now: datetime) -> tuple[Member, ...]:
    """Every establishment in scope of a group or territory, with its level of today or none."""
    day = now.date()
    found: EstablishmentQuerySet = (
        members_of(pk, day) if kind == SubjectKind.GROUP else within(Territory.objects.get(pk=pk))
    )
    ids = list(found.filter(pk__in=in_scope(day).values("pk")).order_by("pk").values_list("pk", flat=True))
    rows = Level.objects.of(SubjectKind.ESTABLISHMENT, None if len(ids) > BATCH else ids).current()
    levels = {row.subject_id: row for row in rows.defer("trace")}
    return tuple(_member(one, levels.get(one)) for one in ids)


def _member(pk: int, level: Level | None) -> Member:
    return Member(pk, level.low, level.high, level.letter) if level else Member(pk, 0, 100, "", looked_at=False)


@transaction.atomic
def _keep(kind: SubjectKind, results: dict[int, Result], now: datetime) -> int:
    before = {row.subject_id: row for row in Level.objects.of(kind, list(results)).current().defer("trace")}
    same = [before[pk].pk for pk, result in results.items() if pk in before and _is_same(before[pk], result)]
    Level.objects.filter(pk__in=same, confirmed_at__lt=now).update(confirmed_at=now)
    fresh = [
        _row(kind, pk, result, now)
        for pk, result in results.items()
        if pk not in before or not _is_same(before[pk], result)
    ]
    Level.objects.bulk_create(fresh)
    return len(fresh)


def _is_same(level: Level, result: Result) -> bool:
    return (level.method, level.inputs_sha256) == (result.method, result.inputs_sha256)


def _row(kind: SubjectKind, pk: int, result: Result, now: datetime) -> Level:
    return Level(
        subject_kind=kind,
        subject_id=pk,
        at=now,
        confirmed_at=now,
        low=result.low,
        high=result.high,
        letter=result.letter,
        known=result.known,
        total=result.total,
        method=result.method,
        inputs_sha256=result.inputs_sha256,
        trace=msgspec.to_builtins(result.trace),
    )


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]

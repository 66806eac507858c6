"""Which establishment shows what, read from the database: as it stands now, or as it stood at a moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, F, Q, QuerySet, Sum

from vigie.apps.packed import Numbers, Packed, unpacked
from vigie.apps.registry.models import Establishment, Membership, Territory
from vigie.apps.scans.models import Presence, Service

from .exposed_counting import Ground, Known

AT_ONCE = 500  # pairs or establishments named in one query
_FEW = 1_000  # establishments that are asked by their number; more are met sooner by walking along FINESS numbers
_STEP = 2_000
_KNOWN = ("pk", "finess", "name", "department__name", "department__parent__name")


@dataclass(frozen=True, slots=True)
class Database:
    """What the database holds; `moment` None is its present state, counted beside the services."""

    moment: datetime | None = None

    def showing(self, pairs: Sequence[int]) -> list[tuple[int, Numbers]]:
        return [
            (pair, unpacked(packed))
            for some in _chunks(pairs)
            for place, rows in self._rows(some)
            for pair, packed in rows.order_by().values_list("pair").annotate(packed=Packed(place))
        ]

    def _rows(self, pairs: Sequence[int]) -> tuple[tuple[str, QuerySet[Any]], ...]:
        """What tells who shows these pairs, and its column of the establishment."""
        if self.moment is None:
            return (("establishment", Presence.objects.filter(pair__in=pairs)),)
        standing = Q(first_seen__lte=self.moment) & (Q(ended_at=None) | Q(ended_at__gt=self.moment))
        services = Service.objects.filter(standing)
        # A service that tells a product twice, in first place and beside, is one service.
        beside = Service.other_pairs.through.objects.filter(pair__in=pairs, service__in=services)
        beside = beside.exclude(service__pair__isnull=False, service__pair=F("pair"))
        return ("establishment", services.filter(pair__in=pairs)), ("service__establishment", beside)

    def ground(self, moment: datetime) -> Ground:
        regions = {row.pk: row.parent.name if row.parent else "" for row in Territory.objects.select_related("parent")}
        rows = Establishment.objects.order_by().values_list("department").annotate(packed=Packed("pk"))
        places, numbers = _stacked((regions.get(department, ""), packed) for department, packed in rows)
        members = Membership.objects.as_of(moment.date(), moment).order_by().values_list("group__code")
        groups, inside = _stacked(members.annotate(packed=Packed("establishment")))
        return Ground(numbers.values, numbers.which, places, inside.values, inside.which, groups)

    def first(self, establishments: Numbers, most: int | None) -> list[Known]:
        if most is None or len(establishments) <= _FEW:
            rows = Establishment.objects.order_by()
            found = [
                row
                for some in _chunks(establishments.tolist())
                for row in rows.filter(pk__in=some).values_list(*_KNOWN)
            ]
            return sorted((Known(*row) for row in found), key=lambda one: one.finess)[:most]
        return _walked(frozenset(establishments.tolist()), most)

    def services(self, establishments: Sequence[int], pairs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        for some in _chunks(establishments):
            for named in _chunks(pairs):
                yield from self._services(some, named)

    def _services(self, establishments: Sequence[int], pairs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        number = Sum("services") if self.moment is None else Count("pk")
        for place, rows in self._rows(pairs):
            mine = rows.filter(**{f"{place}__in": establishments}).order_by()
            yield from mine.values_list(place, "pair").annotate(number=number)


def _walked(wanted: frozenset[int], most: int) -> list[Known]:
    found: list[Known] = []
    rows = Establishment.objects.order_by("finess")
    last = ""
    while some := list(rows.filter(finess__gt=last).values_list(*_KNOWN)[:_STEP]):
        found += [Known(*row) for row in some if row[0] in wanted]
        if len(found) >= most:
            break
        last = some[-1][1]
    return found[:most]


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


@dataclass(frozen=True, slots=True)
class _Stack:
    values: Numbers
    which: Numbers


def _stacked(rows: Any) -> tuple[tuple[str, ...], _Stack]:
    """Names, and every number beside the place of its name among them."""
    found = [(name, unpacked(packed)) for name, packed in rows]
    names = tuple(sorted({name for name, _ in found}))
    if not found:
        return names, _Stack(unpacked(None), unpacked(None))
    which = np.array([names.index(name) for name, _ in found], np.int64)
    counts = [len(numbers) for _, numbers in found]
    return names, _Stack(np.concatenate([numbers for _, numbers in found]), np.repeat(which, counts))

"""The time to fix of many, from detection or from notification, by severity, equipment, region and size."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db.models import QuerySet

from vigie.apps.findings.enums import Severity
from vigie.apps.findings.models import Finding
from vigie.apps.notices.queries import first_told
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.registry.queries import beds_and_places
from vigie.data.params import fix_rule
from vigie.engine.survival import Curve, FixRule, Median, of_counts

from .enums import EquipmentKind, FixOrigin, SizeClass
from .queries import counted_in, counted_members
from .timetofix_lives import Life, lives

HOUR = 3600  # ages are counted in whole hours: a day is not over before it is, and a nation has few distinct ages
WAYS = ("every", "severity", "equipment", "region", "size", "exploited")  # in the order of a cell
FEW = 500  # establishments that a question names; beyond, all findings are read once


@dataclass(frozen=True, slots=True)
class Part:
    """The weaknesses of one severity, one kind of equipment, one region or one size."""

    slug: str
    label: str
    curve: Curve
    rule: FixRule

    @property
    def is_told(self) -> bool:
        return self.curve.n >= self.rule.least

    @property
    def median(self) -> Median:
        return self.curve.median_resting_on(self.rule.least)


@dataclass(frozen=True, slots=True)
class Parts:
    """As of a moment. Severity, exploitation and equipment are those that each finding has today."""

    moment: datetime
    origin: FixOrigin
    rule: FixRule
    every: Part
    exploited: Part
    by_severity: tuple[Part, ...]
    by_equipment: tuple[Part, ...]
    by_region: tuple[Part, ...]  # of a nation only
    by_size: tuple[Part, ...]  # of more than one establishment only
    establishments: int  # whose findings are counted, those without any included
    never_weak: int  # closed by better knowledge, or judged false: left out
    not_told: int  # from notification: nobody was reached about it
    over_before: int  # from notification: over before anybody was reached


@dataclass(frozen=True, slots=True)
class _Place:
    region: str
    region_name: str
    size: SizeClass


def of_establishment(one: Establishment, moment: datetime, origin: FixOrigin, *, is_past: bool) -> Parts:
    return _parts(Establishment.objects.filter(pk=one.pk), moment, origin, is_past, frozenset())


def of_group(group: Group, day: date, moment: datetime, origin: FixOrigin, *, is_past: bool) -> Parts:
    """Of the members in scope on that day."""
    return _parts(counted_members(group, day, moment), moment, origin, is_past, frozenset({"size"}))


def of_territory(territory: Territory, day: date, moment: datetime, origin: FixOrigin, *, is_past: bool) -> Parts:
    """Of the establishments in scope of the territory on that day."""
    wanted = {"size", "region"} if territory.kind == "nation" else {"size"}
    return _parts(counted_in(territory, day), moment, origin, is_past, frozenset(wanted))


def _parts(
    establishments: QuerySet[Establishment], moment: datetime, origin: FixOrigin, is_past: bool, wanted: frozenset[str]
) -> Parts:
    places = _places(establishments, fix_rule(moment.date()), moment)
    few = len(places) <= FEW
    findings = Finding.objects.filter(establishment__in=list(places)) if few else Finding.objects.all()
    told = first_told(moment, establishments=places if few else None) if origin == FixOrigin.NOTIFIED else None
    return _Counting(places, told).over(lives(findings, moment, is_past=is_past), moment, origin, wanted)


def _places(establishments: QuerySet[Establishment], rule: FixRule, moment: datetime) -> dict[int, _Place]:
    beds = beds_and_places(moment.date(), moment)
    rows = establishments.order_by().values_list("pk", "department__parent__code", "department__parent__name")
    return {pk: _Place(code or "", name or "", _size(beds.get(pk), rule)) for pk, code, name in rows}


def _size(beds: int | None, rule: FixRule) -> SizeClass:
    if beds is None:
        return SizeClass.UNKNOWN
    return SizeClass(next(size for least, size in rule.beds_from if beds >= least))


class _Counting:
    """One pass over the lives, whatever the number of ways in which they are told apart."""

    def __init__(self, places: dict[int, _Place], told: dict[int, datetime] | None) -> None:
        self.places, self.told = places, told
        # One list for each cell of all the ways together; a life is one number, its age twice, plus one when it ended.
        self.cells: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        self.never_weak = self.not_told = self.over_before = 0

    def over(self, found: Iterable[Life], moment: datetime, origin: FixOrigin, wanted: frozenset[str]) -> Parts:
        for life in found:
            place = self.places.get(life.establishment)
            if place is not None:
                self._count(life, place)
        rule = fix_rule(moment.date())
        regions = {place.region: place.region_name for place in self.places.values()}
        return Parts(
            moment=moment,
            origin=origin,
            rule=rule,
            every=self._part("every", "", "", rule),
            exploited=self._part("exploited", "yes", "", rule),
            by_severity=tuple(self._part("severity", one.value, str(one.label), rule) for one in Severity),
            by_equipment=self._known("equipment", [(one.value, str(one.label)) for one in EquipmentKind], rule),
            by_region=self._known("region", sorted(regions.items(), key=lambda one: one[1]), rule)
            if "region" in wanted
            else (),
            by_size=self._known("size", [(one.value, str(one.label)) for one in SizeClass], rule)
            if "size" in wanted
            else (),
            establishments=len(self.places),
            never_weak=self.never_weak,
            not_told=self.not_told,
            over_before=self.over_before,
        )

    def _count(self, life: Life, place: _Place) -> None:
        if life.is_none:
            self.never_weak += 1
            return
        began = life.began
        if self.told is not None:
            reached = self.told.get(life.finding)
            if reached is None:
                self.not_told += 1
                return
            if reached > life.until:
                self.over_before += 1
                return
            began = max(began, reached)
        age = int((life.until - began).total_seconds()) // HOUR * HOUR
        cell = ("", life.severity, life.equipment, place.region, place.size, "yes" if life.exploited else "")
        self.cells[cell].append(2 * age + life.ended)

    def _part(self, by: str, slug: str, label: str, rule: FixRule) -> Part:
        at = WAYS.index(by)
        lists = (lives for cell, lives in self.cells.items() if cell[at] == slug)
        gone: Counter[int] = Counter()
        ended: dict[int, int] = {}
        for number, n in Counter(chain.from_iterable(lists)).items():
            gone[number // 2] += n
            if number % 2:
                ended[number // 2] = n
        return Part(slug, label, of_counts(gone, ended), rule)

    def _known(self, by: str, slugs: list[tuple[str, str]], rule: FixRule) -> tuple[Part, ...]:
        """Those that hold at least one weakness."""
        parts = (self._part(by, slug, label, rule) for slug, label in slugs)
        return tuple(part for part in parts if part.curve.n)

"""Who is exposed to a vulnerability, nationwide, at any date, answered from what is stored?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet

from vigie.apps.registry.models import Establishment, Membership
from vigie.apps.scans.models import Service
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Pair, PairMatch, Vulnerability
from vigie.apps.vulns.pairing import identity_of
from vigie.apps.vulns.queries import EXPOSED
from vigie.data.aliases import aliases
from vigie.data.rules import remote_access_products
from vigie.engine.matching import Statement, match

ANALYST = "analyst"  # the layer of a range that a person typed
AT_ONCE = 500  # pairs or establishments named in one query

# The worst of what an establishment runs is its verdict; all but the first read "please check".
_WORST = {verdict.value: rank for rank, verdict in enumerate(EXPOSED)}


@dataclass(frozen=True, slots=True)
class Told:
    """What the vulnerability means for one product that was seen."""

    product: str  # "fortinet:fortios 7.0.5"
    verdict: str
    evidence: str
    source: str
    remote_access: bool


@dataclass(frozen=True, slots=True)
class ExposedEstablishment:
    finess: str
    name: str
    region: str  # "" when its department is not known
    department: str
    groups: tuple[str, ...]  # their codes, on that day
    verdict: str  # the worst of its services
    services: int
    remote_access: bool  # one of these products lets people in from outside
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How many establishments of a region or a group, by verdict."""

    name: str
    affected: int
    conditional: int
    unknown: int
    remote_access: int  # affected, on equipment that lets people in

    @property
    def total(self) -> int:
        return self.affected + self.conditional + self.unknown


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether they were told is not known yet, and not said."""

    moment: datetime
    nation: Place
    regions: tuple[Place, ...]
    groups: tuple[Place, ...]
    establishments: tuple[ExposedEstablishment, ...]  # affected first, remote access first among them


def exposed_to(vulnerability: Vulnerability, moment: datetime, *, past: bool) -> Exposure:
    """Who runs what it touches, as it was known at that moment; `past` False reads the present state alone."""
    rows = PairMatch.objects.filter(vulnerability=vulnerability, verdict__in=EXPOSED)
    rows = _standing(rows, "since", moment) if past else rows.filter(ended_at=None)
    told = {row.pair_id: _told(row.pair, row.verdict, row.evidence, row.source) for row in rows.select_related("pair")}
    return _exposure(told, moment, past=past)


def exposed_to_range(statement: Statement, moment: datetime, *, past: bool) -> Exposure:
    """The same for ranges that an analyst types, before any record of the vulnerability exists."""
    names = sorted(aliases().closure(statement.products))
    named = reduce(or_, (Q(vendor=vendor, product=product) for vendor, product in names))
    told: dict[int, Told] = {}
    for pair in Pair.objects.filter(named).order_by("pk").iterator():
        answer = match(identity_of(pair), statement, source=ANALYST, aliases=aliases())
        if answer is not None and answer.verdict.value in _WORST:
            told[pair.pk] = _told(pair, answer.verdict.value, answer.evidence, answer.source)
    return _exposure(told, moment, past=past)


def _told(pair: Pair, verdict: str, evidence: str, source: str) -> Told:
    product = f"{pair.vendor}:{pair.product} {pair.version or 'no version'}"
    return Told(product, verdict, evidence, source, (pair.vendor, pair.product) in remote_access_products())


def _standing(rows: QuerySet[PairMatch], begun: str, moment: datetime) -> QuerySet[PairMatch]:
    return rows.filter(**{f"{begun}__lte": moment}).exclude(ended_at__lte=moment)


def _exposure(told: Mapping[int, Told], moment: datetime, *, past: bool) -> Exposure:
    seen: defaultdict[int, Counter[int]] = defaultdict(Counter)  # establishment -> pair -> services
    for establishment, pair, number in _counted(sorted(told), moment, past=past):
        seen[establishment][pair] += number
    groups = _groups(seen, moment)
    rows = [_row(known, seen[known.number], told, groups.get(known.number, ())) for known in _establishments(seen)]
    rows.sort(key=lambda row: (_WORST[row.verdict], not row.remote_access, row.name, row.finess))
    return Exposure(
        moment=moment,
        nation=_place("nation", rows),
        regions=_places((row.region, row) for row in rows),
        groups=_places((group, row) for row in rows for group in row.groups),
        establishments=tuple(rows),
    )


def _counted(pairs: list[int], moment: datetime, *, past: bool) -> Iterator[tuple[int, int, int]]:
    """Establishment, pair and number of services, in first place or beside another product."""
    services = Service.objects.order_by()
    standing = services.filter(first_seen__lte=moment).exclude(ended_at__lte=moment) if past else services.current()
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        first = standing.filter(pair__in=some).values_list("establishment", "pair").annotate(number=Count("pk"))
        yield from first
        beside = standing.filter(other_pairs__in=some).annotate(beside=F("other_pairs"))
        yield from beside.values_list("establishment", "beside").annotate(number=Count("pk"))


class _Known(NamedTuple):
    number: int
    finess: str
    name: str
    department: str | None
    region: str | None


def _establishments(seen: Mapping[int, object]) -> Iterator[_Known]:
    wanted = sorted(seen)
    rows = Establishment.objects.order_by("pk")
    for start in range(0, len(wanted), AT_ONCE):
        some = rows.filter(pk__in=wanted[start : start + AT_ONCE])
        for row in some.values_list("pk", "finess", "name", "department__name", "department__parent__name"):
            yield _Known(*row)


def _groups(seen: Mapping[int, object], moment: datetime) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    wanted = sorted(seen)
    members = Membership.objects.as_of(moment.date(), moment).order_by("group__code")
    for start in range(0, len(wanted), AT_ONCE):
        some = members.filter(establishment__in=wanted[start : start + AT_ONCE])
        for establishment, code in some.values_list("establishment", "group__code"):
            found[establishment].append(code)
    return {establishment: tuple(codes) for establishment, codes in found.items()}


def _row(known: _Known, pairs: Counter[int], told: Mapping[int, Told], groups: tuple[str, ...]) -> ExposedEstablishment:
    mine = sorted((told[pair] for pair in pairs), key=lambda one: (_WORST[one.verdict], one.product))
    verdict = mine[0].verdict
    return ExposedEstablishment(
        finess=known.finess,
        name=known.name,
        region=known.region or "",
        department=known.department or "",
        groups=groups,
        verdict=verdict,
        services=sum(pairs.values()),
        remote_access=any(one.remote_access for one in mine if one.verdict == verdict),
        told=tuple(mine),
    )


def _places(rows: Iterable[tuple[str, ExposedEstablishment]]) -> tuple[Place, ...]:
    """Most affected first."""
    by_name: defaultdict[str, list[ExposedEstablishment]] = defaultdict(list)
    for name, row in rows:
        by_name[name].append(row)
    found = (_place(name, members) for name, members in by_name.items())
    return tuple(sorted(found, key=lambda place: (-place.affected, -place.total, place.name)))


def _place(name: str, rows: Iterable[ExposedEstablishment]) -> Place:
    members = list(rows)
    counted = Counter(row.verdict for row in members)
    return Place(
        name=name,
        affected=counted[MatchVerdict.AFFECTED],
        conditional=counted[MatchVerdict.CONDITIONAL],
        unknown=counted[MatchVerdict.UNKNOWN],
        remote_access=sum(row.remote_access and row.verdict == MatchVerdict.AFFECTED for row in members),
    )

"""A product nationwide: which versions are seen, how weak each is, and what an upgrade would close."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cmp_to_key, reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Presence
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Pair, PairMatch, SupportLine
from vigie.apps.vulns.queries import support_lines
from vigie.data.aliases import aliases
from vigie.engine.disclosure import DisclosureRule
from vigie.engine.versions import compare, scheme_of

from .upgrades import Upgrade, upgrades_of


@dataclass(frozen=True, slots=True)
class Version:
    """What is seen of one version; "" when the product does not tell it."""

    version: str
    establishments: int
    services: int
    vulnerabilities: int  # that hold for it today
    exploited: int


@dataclass(frozen=True, slots=True)
class Product:
    name: str  # "fortinet:fortios"
    establishments: int  # that show it, in any version
    looked_at: int  # establishments that show anything: the denominator
    versions: tuple[Version, ...]  # newest first; the one that is not told apart
    unknown: Version | None
    upgrades: tuple[Upgrade, ...]  # the one that closes most first
    support: tuple[SupportLine, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown to who may not read establishments one by one: small versions together, or not at all."""

    versions: tuple[Version, ...]
    others: int | None  # establishments of the versions that are too rare to be shown; None: too few even together
    establishments: int | None


def named(vendor: str, product: str) -> Q:
    """The product under all the names that it has."""
    return reduce(or_, (Q(vendor=one, product=other) for one, other in sorted(aliases().names(vendor, product))))


def product_of(name: str, among: QuerySet[Establishment], *, now: datetime, upgrades: bool) -> Product | None:
    """What these establishments show of it; None when nothing of that name was ever seen."""
    vendor, _colon, product = name.partition(":")
    pairs = {row.pk: row for row in Pair.objects.filter(named(vendor, product))}
    if not pairs:
        return None
    shown = Presence.objects.filter(pair__in=list(pairs), establishment__in=among.order_by().values("pk"))
    rows = _versions(vendor, product, pairs, shown)
    return Product(
        name=name,
        establishments=shown.order_by().values("establishment").distinct().count(),
        looked_at=among.filter(presences__isnull=False).order_by().distinct().count(),
        versions=tuple(row for row in rows if row.version),
        unknown=next((row for row in rows if not row.version), None),
        upgrades=upgrades_of(vendor, product, among, now) if upgrades else (),
        support=tuple(support_lines(vendor, product)),
    )


def _versions(vendor: str, product: str, pairs: Mapping[int, Pair], shown: QuerySet[Presence]) -> list[Version]:
    version_of = {pk: pair.version for pk, pair in pairs.items()}
    establishments: defaultdict[str, set[int]] = defaultdict(set)
    services: defaultdict[str, int] = defaultdict(int)
    for pk, establishment, number in shown.order_by().values_list("pair", "establishment", "services"):
        establishments[version_of[pk]].add(establishment)
        services[version_of[pk]] += number
    weak = _weak(pairs, version_of)
    found = [
        Version(version, len(members), services[version], len(weak[version][0]), len(weak[version][1]))
        for version, members in establishments.items()
    ]
    scheme = scheme_of(vendor, product)
    found.sort(key=lambda row: row.version)
    return sorted(found, key=cmp_to_key(_newest_first(scheme)))


def _newest_first(scheme: str) -> Callable[[Version, Version], int]:
    order = {"<": -1, "=": 0, ">": 1, "?": 0}
    return lambda a, b: order[compare(scheme, b.version, a.version)]


def _weak(pairs: Iterable[int], version_of: Mapping[int, str]) -> defaultdict[str, tuple[set[int], set[int]]]:
    """version -> the vulnerabilities that hold for it, and those of them that are exploited."""
    found: defaultdict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    rows = PairMatch.objects.filter(pair__in=list(pairs), ended_at=None, verdict=MatchVerdict.AFFECTED)
    for pair, vulnerability, kev_on in rows.values_list("pair", "vulnerability", "vulnerability__kev_on"):
        every, exploited = found[version_of[pair]]
        every.add(vulnerability)
        if kev_on is not None:
            exploited.add(vulnerability)
    return found


def veiled(told: Product, rule: DisclosureRule) -> Shown:
    """Versions of few establishments are put together; when they are few even so, no total gives them back."""
    every = [*told.versions, *([told.unknown] if told.unknown else [])]
    shown = tuple(replace(row, services=0) for row in every if not rule.hides(row.establishments))
    rest = sum(row.establishments for row in every if rule.hides(row.establishments))
    small = 0 < rest < rule.least or rule.hides(told.establishments)
    return Shown(shown, None if small else rest, None if small else told.establishments)


def ends(line: SupportLine, day: date) -> bool:
    """Whether the maker no longer looks after it."""
    return bool(line.ended) if line.ended_on is None else line.ended_on <= day


def products_seen(words: str) -> QuerySet[Pair, Any]:
    """Distinct products, with how many versions of each were ever seen."""
    rows = Pair.objects.all()
    for word in words.replace(":", " ").split():
        rows = rows.filter(Q(vendor__icontains=word) | Q(product__icontains=word))
    return rows.order_by().values("vendor", "product").annotate(versions=Count("version", distinct=True))

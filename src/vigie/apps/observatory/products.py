"""A product nationwide: which versions are seen, how weak each is, and what an upgrade would close."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cmp_to_key, reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from vigie.apps.findings.enums import FindingKind
from vigie.apps.findings.models import Finding
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Presence
from vigie.apps.vulns import pairing
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Pair, PairMatch, SupportLine
from vigie.apps.vulns.queries import support_lines
from vigie.data.aliases import aliases
from vigie.engine.disclosure import DisclosureRule
from vigie.engine.facts import Identity
from vigie.engine.versions import compare, scheme_of

MOST_TARGETS = 8


@dataclass(frozen=True, slots=True)
class Version:
    """What is seen of one version; "" when the product does not tell it."""

    version: str
    establishments: int
    services: int
    vulnerabilities: int  # that hold for it today
    exploited: int


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What would be gained if everything older were brought to this version."""

    version: str
    closed: int  # findings
    exploited: int  # of them, used by attackers
    left: int  # vulnerabilities that are known to hold for this version too


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


def product_of(name: str, among: QuerySet[Establishment], *, upgrades: bool) -> Product | None:
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
        upgrades=_upgrades(vendor, product, among) if upgrades else (),
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


def _upgrades(vendor: str, product: str, among: QuerySet[Establishment]) -> tuple[Upgrade, ...]:
    """Judged by the engine, as if each finding's product told the target: what nobody can tell closes nothing."""
    subjects = [f"{one}:{other}" for one, other in aliases().names(vendor, product)]
    rows = Finding.objects.standing().filter(
        kind=FindingKind.PRODUCT, subject__in=subjects, establishment__in=among.order_by().values("pk")
    )
    linked: defaultdict[int, set[int]] = defaultdict(set)
    for finding, vulnerability in rows.filter(links__ended_at=None).values_list("pk", "links__vulnerability"):
        linked[finding].add(vulnerability)
    told = {row.pk: row for row in rows.only("pk", "seen_version", "fixed_version", "exploited")}
    candidates = pairing.candidates_of(aliases().canonical(vendor, product))
    scheme = scheme_of(vendor, product)
    found = []
    for target in _targets(told.values()):
        judged = pairing.verdicts(Identity(vendor, product, target), candidates)
        holds = {pk for pk, answer in judged.items() if answer.verdict.value != MatchVerdict.FIXED}
        closed = [
            row
            for row in told.values()
            if compare(scheme, row.seen_version, target) == "<" and linked[row.pk] and not linked[row.pk] & holds
        ]
        affected = sum(answer.verdict.value == MatchVerdict.AFFECTED for answer in judged.values())
        found.append(Upgrade(target, len(closed), sum(row.exploited for row in closed), affected))
    return tuple(sorted(found, key=lambda one: (-one.closed, one.left, one.version)))


def _targets(findings: Iterable[Finding]) -> list[str]:
    """The versions that the findings ask for, the most wanted first."""
    wanted: defaultdict[str, int] = defaultdict(int)
    for row in findings:
        if row.fixed_version:
            wanted[row.fixed_version] += 1
    return sorted(wanted, key=lambda version: (-wanted[version], version))[:MOST_TARGETS]


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

"""What is new of what a person follows: six questions, however many things they follow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q

from vigie.apps.accounts.models import User
from vigie.apps.findings.models import FindingVulnerability
from vigie.apps.registry.enums import Right
from vigie.apps.registry.scopes import of_establishments
from vigie.apps.vulns.changing import NEWS
from vigie.apps.vulns.models import PairMatch, VulnerabilityChange
from vigie.apps.vulns.queries import EXPOSED
from vigie.data.aliases import aliases

from .enums import WatchedKind
from .models import Watched

MOST = 20_000  # lines of one answer: past it, counts are of the latest ones


class Sort(StrEnum):
    CHANGE = "change"  # of what a source says
    VERDICT = "verdict"  # about a product that was seen
    EXPOSURE = "exposure"  # a finding, at an establishment that the person follows


@dataclass(frozen=True, slots=True)
class _News:
    sort: Sort
    at: datetime
    presses: bool  # attackers use it, or somebody shows it now


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that a person follows, and what came since they last looked."""

    watched: Watched
    changes: int  # of the records that name it
    verdicts: int  # that began among the products seen
    exposures: int  # findings that began, where the person may see them
    latest: datetime | None

    @property
    def is_new(self) -> bool:
        return bool(self.changes or self.verdicts or self.exposures)


def followed_by(user: User, now: datetime) -> list[Followed]:
    rows = list(Watched.objects.filter(user=user).order_by("name", "pk"))
    found = _news(rows, user, min((row.looked_at for row in rows), default=now), now)
    return [_followed(row, found[row.name]) for row in rows]


def _followed(row: Watched, news: Iterable[_News]) -> Followed:
    fresh = [one for one in news if one.at > row.looked_at]
    changes, verdicts, exposures = (sum(one.sort is sort for one in fresh) for sort in Sort)
    return Followed(row, changes, verdicts, exposures, max((one.at for one in fresh), default=None))


def is_news(user: User, since: datetime, now: datetime, *, pressing: bool) -> bool:
    """Whether something came since then that they have not looked at; `pressing` leaves the rest for the day's end."""
    rows = list(Watched.objects.filter(user=user))
    found = _news(rows, user, since, now)
    return any(
        one.at > max(since, row.looked_at) and (one.presses or not pressing) for row in rows for one in found[row.name]
    )


def _news(rows: Sequence[Watched], user: User, since: datetime, now: datetime) -> defaultdict[str, list[_News]]:
    found: defaultdict[str, list[_News]] = defaultdict(list)
    cves = {row.name for row in rows if row.kind == WatchedKind.VULNERABILITY}
    products = {name: row.name for row in rows if row.kind == WatchedKind.PRODUCT for name in _names(row.name)}
    for name, one in [*_of_vulnerabilities(cves, user, since, now), *_of_products(products, user, since, now)]:
        found[name].append(one)
    return found


def _names(name: str) -> Iterator[tuple[str, str]]:
    """The product under all the names that it has."""
    vendor, _colon, product = name.partition(":")
    yield from aliases().names(vendor, product)


def _of_vulnerabilities(cves: set[str], user: User, since: datetime, now: datetime) -> Iterator[tuple[str, _News]]:
    if not cves:
        return
    known = Q(vulnerability__cve__in=cves)
    for cve, at, kind in _lines(
        VulnerabilityChange.objects.filter(known, at__gt=since), "vulnerability__cve", "at", "kind"
    ):
        yield cve, _News(Sort.CHANGE, at, kind in NEWS)
    matches = PairMatch.objects.filter(known, since__gt=since, ended_at=None)
    for cve, at, verdict in _lines(matches, "vulnerability__cve", "since", "verdict"):
        yield cve, _News(Sort.VERDICT, at, verdict in EXPOSED)
    for cve, at in _lines(_exposures(user, since, now).filter(known), "vulnerability__cve", "since"):
        yield cve, _News(Sort.EXPOSURE, at, presses=True)


def _of_products(
    names: dict[tuple[str, str], str], user: User, since: datetime, now: datetime
) -> Iterator[tuple[str, _News]]:
    if not names:
        return
    changes = VulnerabilityChange.objects.filter(at__gt=since).annotate(
        vendor=F("vulnerability__applicabilities__products__vendor"),
        product=F("vulnerability__applicabilities__products__product"),
    )
    # Several sources name one product of one vulnerability: its change is one.
    columns = ("pk", "vendor", "product", "at", "kind")
    told = _lines(changes.filter(_named(names, "vendor", "product")).distinct(), *columns)
    for name, _pk, at, kind in {(names[vendor, product], pk, at, kind) for pk, vendor, product, at, kind in told}:
        yield name, _News(Sort.CHANGE, at, kind in NEWS)
    matches = PairMatch.objects.filter(_named(names, "pair__vendor", "pair__product"), since__gt=since, ended_at=None)
    for vendor, product, at, verdict in _lines(matches, "pair__vendor", "pair__product", "since", "verdict"):
        yield names[vendor, product], _News(Sort.VERDICT, at, verdict in EXPOSED)
    subjects = {f"{vendor}:{product}": name for (vendor, product), name in names.items()}
    links = _exposures(user, since, now).filter(finding__subject__in=subjects)
    for subject, at in _lines(links, "finding__subject", "since"):
        yield subjects[subject], _News(Sort.EXPOSURE, at, presses=True)


def _named(names: Iterable[tuple[str, str]], vendor: str, product: str) -> Q:
    return reduce(or_, (Q(**{vendor: one, product: other}) for one, other in names))


def _exposures(user: User, since: datetime, now: datetime) -> Any:
    mine = of_establishments(user.scope(Right.FINDINGS, now), "finding__establishment")
    return FindingVulnerability.objects.filter(mine, since__gt=since, ended_at=None)


def _lines(rows: Any, *columns: str) -> Any:
    return rows.order_by("-pk").values_list(*columns)[:MOST]

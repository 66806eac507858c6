"""Who is exposed to a vulnerability, nationwide, at any date, answered from what is stored?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

import numpy as np
from django.db.models import Q

from vigie.apps.vulns.models import Pair, PairMatch, Vulnerability
from vigie.apps.vulns.pairing import identity_of
from vigie.apps.vulns.queries import EXPOSED
from vigie.data.aliases import aliases
from vigie.data.rules import remote_access_products
from vigie.engine.matching import Statement, match

from .exposed_counting import (
    NOWHERE,
    WORST,
    ExposedEstablishment,
    Place,
    Source,
    Told,
    codes_of,
    groups_of,
    listed,
    place,
    regions_of,
    those,
)
from .exposed_database import Database
from .exposed_notified import notified

__all__ = ["ANALYST", "ExposedEstablishment", "Exposure", "Place", "Told", "exposed_to", "exposed_to_range"]

ANALYST = "analyst"  # the layer of a range that a person typed


@dataclass(frozen=True, slots=True)
class Exposure:
    moment: datetime
    nation: Place
    regions: tuple[Place, ...]
    groups: tuple[Place, ...]
    establishments: tuple[ExposedEstablishment, ...]  # affected first, remote access first among them, by FINESS


def exposed_to(
    vulnerability: Vulnerability, moment: datetime, *, past: bool, most: int | None = None, image: Source | None = None
) -> Exposure:
    """Who runs what it touches, as it was known at that moment; `past` False reads the present state alone.

    Places are counted whole; `most` establishments are listed, None lists them all. A fresh `image` answers of the
    present in place of the database, and says the same.
    """
    rows = PairMatch.objects.filter(vulnerability=vulnerability, verdict__in=EXPOSED)
    rows = rows.filter(since__lte=moment).exclude(ended_at__lte=moment) if past else rows.filter(ended_at=None)
    told = {row.pair_id: _told(row.pair, row.verdict, row.evidence, row.source) for row in rows.select_related("pair")}
    return _exposure(
        told, moment, Database(moment) if past else image or Database(), most, notified(vulnerability.pk, moment)
    )


def exposed_to_range(
    statement: Statement, moment: datetime, *, past: bool, most: int | None = None, image: Source | None = None
) -> Exposure:
    """The same for ranges that an analyst types, before any record of it exists: nobody was told of it."""
    names = sorted(aliases().closure(statement.products))
    named = reduce(or_, (Q(vendor=vendor, product=product) for vendor, product in names))
    told: dict[int, Told] = {}
    for pair in Pair.objects.filter(named).order_by("pk").iterator():
        answer = match(identity_of(pair), statement, source=ANALYST, aliases=aliases())
        if answer is not None and answer.verdict.value in WORST:
            told[pair.pk] = _told(pair, answer.verdict.value, answer.evidence, answer.source)
    return _exposure(told, moment, Database(moment) if past else image or Database(), most, {})


def _told(pair: Pair, verdict: str, evidence: str, source: str) -> Told:
    product = f"{pair.vendor}:{pair.product} {pair.version or 'no version'}"
    return Told(product, verdict, evidence, source, (pair.vendor, pair.product) in remote_access_products())


def _exposure(
    told: Mapping[int, Told], moment: datetime, source: Source, most: int | None, messages: Mapping[int, datetime]
) -> Exposure:
    if not told:
        return Exposure(moment, place("nation", [0] * NOWHERE), (), (), ())
    codes = codes_of(told, source)
    ground = source.ground(moment)
    reached = those(messages, codes)
    return Exposure(
        moment=moment,
        nation=place("nation", np.bincount(codes, minlength=NOWHERE).tolist(), int(reached.sum())),
        regions=regions_of(codes, reached, ground),
        groups=groups_of(codes, reached, ground),
        establishments=listed(codes, told, source, ground, most, messages),
    )

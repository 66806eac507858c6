"""Do the verdicts that are stored still follow from what the sources state, by the rules of today?

Everything seen is scored against everything known at once, in columns: seconds for a nation. What ranges alone do not
decide (several sources, platforms, editions, packages) is not told by it: `whole` matches all of it again.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from vigie.apps.audit import actions as audit
from vigie.data.aliases import aliases
from vigie.engine.matching import Product, Statement, from_plain
from vigie.engine.matching.runs import Range, RangeTable, Seen, ranges_of, runs, weighed

from . import actions
from .enums import MatchVerdict
from .models import Applicability, ApplicableProduct, Pair, PairMatch
from .pairing import Matched

SEED = 20261123  # of the weights that tell one set of vulnerabilities from another
PLAIN = {"update": "", "edition": "", "distribution": "", "package": "", "platform": ""}


@dataclass(frozen=True, slots=True)
class Rescored:
    pairs: int  # distinct things seen that were compared
    vulnerabilities: int  # that ranges alone decide
    products: tuple[str, ...]  # whose stored verdicts were others: "fortinet:fortios"
    matched: Matched  # what was mended of them


def rescore(*, by: str, now: datetime, whole: bool = False) -> Rescored:
    """Compare, and match again the products that differ; all of them when `whole`."""
    seen = list(Pair.objects.exclude(matched_at=None).filter(**PLAIN).values_list("pk", "vendor", "product", "version"))
    told, decided = _compared(seen)
    every = Pair.objects.order_by().values_list("vendor", "product").distinct()
    names = {aliases().canonical(*name) for name in every} if whole else told
    matched = actions.rematch_products(products=names, now=now)
    products = tuple(sorted(f"{vendor}:{product}" for vendor, product in told))
    audit.record(kind="verdicts-rescored", by=by, at=now, products=list(products), whole=whole)
    return Rescored(len(seen), decided, products, matched)


def _compared(seen: list[tuple[int, str, str, str]]) -> tuple[set[Product], int]:
    """The products whose verdicts differ, and how many vulnerabilities were compared."""
    names = aliases()
    things: list[Seen] = [(vendor, product, version) for _pk, vendor, product, version in seen]
    product_of = {pk: names.canonical(vendor, product) for pk, vendor, product, _version in seen}
    ranges, numbers = _ranges(set(product_of.values()))
    table = RangeTable(ranges)
    pairs = table.pairs(things, names)
    weights = np.random.default_rng(SEED).integers(1, 2**63, len(numbers), np.int64)
    expected = weighed(pairs, runs(pairs, table.bounds), weights, len(things))
    stored = _stored(product_of, {key: int(weights[number]) for key, number in numbers.items()})
    unread = set(pairs.apart.tolist())
    differ = {
        product_of[pk]
        for place, (pk, *_thing) in enumerate(seen)
        if place not in unread and int(expected[place]) != stored.get(pk, 0)
    }
    return differ, len({vulnerability for vulnerability, _product in numbers})


def _ranges(products: set[Product]) -> tuple[list[Range], dict[tuple[int, Product], int]]:
    """The ranges of what one source alone tells; each (vulnerability, product) that they decide has a number."""
    found: list[Range] = []
    numbers: dict[tuple[int, Product], int] = {}
    for vulnerability, statements in _told(products):
        if len(statements) > 1:
            continue
        for one in ranges_of(vulnerability, statements[0], aliases()):
            if isinstance(one, Range) and one.product in products:
                number = numbers.setdefault((vulnerability, one.product), len(numbers))
                found.append(Range(number, one.product, one.start, one.start_excluded, one.end, one.end_included))
    return found, numbers


def _told(products: set[Product]) -> Iterator[tuple[int, list[Statement]]]:
    """What each vulnerability's sources state, of those that name the makers of what was seen."""
    vendors = {vendor for vendor, _product in aliases().closure(products)}
    named = ApplicableProduct.objects.filter(vendor__in=vendors).values("applicability")
    touched = Applicability.objects.filter(pk__in=named, vulnerability__rejected=False).values("vulnerability")
    rows = Applicability.objects.filter(vulnerability__in=touched).order_by("vulnerability", "pk")
    found: defaultdict[int, list[Statement]] = defaultdict(list)
    for vulnerability, statement in rows.values_list("vulnerability", "statement").iterator():
        found[vulnerability].append(from_plain(statement))
    yield from found.items()


def _stored(product_of: dict[int, Product], weights: dict[tuple[int, Product], int]) -> dict[int, int]:
    """pair -> the weights of the vulnerabilities that are stored as affecting it, as `weighed` adds them."""
    found: defaultdict[int, int] = defaultdict(int)
    rows = PairMatch.objects.filter(ended_at=None, verdict=MatchVerdict.AFFECTED).order_by()
    for pair, vulnerability in rows.values_list("pair", "vulnerability").iterator():
        weight = weights.get((vulnerability, product_of.get(pair, ("", ""))))
        if weight is not None:
            found[pair] = (found[pair] + weight) % 2**64
    return found

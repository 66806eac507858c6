"""Which of many products are in which of many ranges, all at once, by the order of their versions?

The versions of one product, once sorted, are cut by a range into what is before, inside and past it. A range is then
a run of neighbours, found by two searches, however many products and services stand in it. What a range alone does not
decide (platforms, editions, branches, versions that tell a beginning only) is told apart: `judge` answers for it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from vigie.engine.versions import Version, parse, scheme_of

from .aliases import Aliases, Product
from .applies import _SYSTEMS
from .statement import ANY, Criterion, Operator, Statement
from .version_range import scheme_for

# Named in one way on the wire and in another by the sources: the two have no common order.
_TWO_SCHEMES = frozenset({"exchange_build"})

Numbers = npt.NDArray[np.int64]
Seen = tuple[str, str, str]  # vendor, product, version as they were seen


@dataclass(frozen=True, slots=True)
class Range:
    """One range of one vulnerability, its product by its canonical name."""

    vulnerability: int
    product: Product
    start: Version | None
    start_excluded: bool
    end: Version | None
    end_included: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """A vulnerability and a product of it that ranges alone do not decide."""

    vulnerability: int
    product: Product


def ranges_of(number: int, statement: Statement, aliases: Aliases) -> list[Range] | list[Apart]:
    """The ranges of a statement when they alone decide; else the products that must be judged one by one."""
    names = sorted({aliases.canonical(*name) for name in statement.products})
    criteria = [one for part in statement.configurations for node in part.nodes for one in node.criteria]
    found = [_range(number, one, aliases) for one in criteria]
    plain = [one for one in found if one is not None]
    if len(plain) < len(found) or not _alternatives(statement) or _branches(plain):
        return [Apart(number, name) for name in names]
    return plain


def _alternatives(statement: Statement) -> bool:
    """Nothing but OR, and no reserve on what the statement says."""
    if statement.packages or statement.partial or statement.shared:
        return False
    parts = statement.configurations
    joined = [(one.operator, one.negate) for one in parts]
    joined += [(node.operator, node.negate) for part in parts for node in part.nodes]
    return all(each == (Operator.OR, False) for each in joined)


def _branches(ranges: Sequence[Range]) -> bool:
    """Two ends without a beginning on one product are maintained lines, not ranges: see `applies`."""
    open_below = [one.product for one in ranges if one.start is None]
    return len(open_below) > len(set(open_below))


def _range(number: int, criterion: Criterion, aliases: Aliases) -> Range | None:
    """None when a version alone does not decide, or an end cannot be read exactly."""
    if not criterion.vulnerable or criterion.unless or not criterion.bounded:
        return None
    if criterion.edition != ANY or criterion.platform in _SYSTEMS:
        return None
    product = aliases.canonical(criterion.vendor, criterion.product)
    if scheme_of(*product) in _TWO_SCHEMES:
        return None
    start, start_excluded = criterion.start_including or criterion.start_excluding, not criterion.start_including
    end, end_included = criterion.end_including or criterion.end_excluding, not criterion.end_excluding
    if (criterion.start_including and criterion.start_excluding) or (
        criterion.end_including and criterion.end_excluding
    ):
        return None
    low, high = _read(product, start), _read(product, end)
    if (start and low is None) or (end and high is None):
        return None
    if low and high and (low.scheme != high.scheme or low.key > high.key):
        return None  # it goes backwards: the source's slip
    return Range(number, product, low, start_excluded, high, end_included)


def _read(product: Product, text: str | None) -> Version | None:
    return _exact(scheme_of(*product), text) if text else None


def _exact(scheme: str, text: str) -> Version | None:
    """None when it cannot be read, tells a beginning only, or is of a list that does not compare with the others."""
    wanted = scheme_for(scheme, text)
    version = parse(wanted, text)
    return None if version is None or version.vague or version.scheme != wanted else version


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct things seen, in the order of products, then of versions."""

    codes: Numbers  # sorted; the product's place and where its version stands among the ends, as one number
    order: Numbers  # which of the pairs given, beside `codes`
    apart: Numbers  # those whose version is not told, not read, or a beginning only


@dataclass(frozen=True, slots=True)
class Bounds:
    """The ranges as numbers: beside each, its vulnerability, its first code and the code that it does not reach."""

    vulnerabilities: Numbers
    starts: Numbers
    ends: Numbers


@dataclass(frozen=True, slots=True)
class Runs:
    """Where each range begins and ends among `Pairs.codes`; one of a vulnerability never overlaps another of it."""

    vulnerabilities: Numbers
    begins: Numbers
    ends: Numbers


class RangeTable:
    """A catalogue read once: the ends of its ranges in order. What is seen is then placed among them.

    The n-th end stands at 2n + 2, what is between it and the one before at 2n + 1.
    """

    def __init__(self, ranges: Sequence[Range]) -> None:
        named = chain.from_iterable((one.start, one.end) for one in ranges)
        self._ends = sorted({(one.scheme, one.key) for one in named if one is not None})
        self._width = 2 * len(self._ends) + 4
        self._products = {name: place for place, name in enumerate(sorted({one.product for one in ranges}))}
        self.bounds = self._bounds(ranges)

    def _bounds(self, ranges: Sequence[Range]) -> Bounds:
        places = {end: 2 * number + 2 for number, end in enumerate(self._ends)}

        def place(end: Version | None, further: bool, otherwise: int) -> int:
            """What excludes its beginning or includes its end reaches one further."""
            return places[end.scheme, end.key] + further if end else otherwise

        products = [self._products[one.product] * self._width for one in ranges]
        starts = [place(one.start, one.start_excluded, 0) for one in ranges]
        ends = [place(one.end, one.end_included, self._width - 1) for one in ranges]
        base = np.array(products, np.int64)
        vulnerabilities = np.array([one.vulnerability for one in ranges], np.int64)
        return Bounds(vulnerabilities, base + np.array(starts, np.int64), base + np.array(ends, np.int64))

    def pairs(self, seen: Iterable[Seen], aliases: Aliases) -> Pairs:
        """Place what is seen; a product that no range names stands after all of them."""
        places: dict[tuple[str, str], int] = {}  # scheme and text -> place, negative when it cannot be read
        names: dict[Product, tuple[str, int]] = {}  # scheme, and the first code of the product
        codes: list[int] = []
        for vendor, product, text in seen:
            name = (vendor, product)
            if name not in names:
                names[name] = self._placed(aliases.canonical(*name))
            scheme, base = names[name]
            key = (scheme, text)
            if key not in places:
                places[key] = self._place(scheme, text)
            place = places[key]
            codes.append(base + place if place >= 0 else -1)
        found = np.array(codes, np.int64)
        readable = np.flatnonzero(found >= 0)
        order = readable[np.argsort(found[readable], kind="stable")]
        return Pairs(found[order], order, np.flatnonzero(found < 0))

    def _placed(self, product: Product) -> tuple[str, int]:
        return scheme_of(*product), self._products.get(product, len(self._products)) * self._width

    def _place(self, scheme: str, text: str) -> int:
        version = _exact(scheme, text)
        if version is None:
            return -1
        key = (version.scheme, version.key)
        number = bisect_left(self._ends, key)
        return 2 * number + (2 if number < len(self._ends) and self._ends[number] == key else 1)


def runs(pairs: Pairs, bounds: Bounds) -> Runs:
    """Find every range among the pairs. Ranges of one vulnerability that touch or overlap are joined."""
    begins = np.searchsorted(pairs.codes, bounds.starts)
    ends = np.searchsorted(pairs.codes, bounds.ends)
    some = np.flatnonzero(ends > begins)
    order = some[np.lexsort((begins[some], bounds.vulnerabilities[some]))]
    return _merged(bounds.vulnerabilities[order], begins[order], ends[order])


def _merged(vulnerabilities: Numbers, begins: Numbers, ends: Numbers) -> Runs:
    if not len(begins):
        return Runs(vulnerabilities, begins, ends)
    # Each vulnerability on a stretch of its own, so that one running maximum serves them all.
    shift = vulnerabilities * (int(ends.max()) + 1)
    reach = np.maximum.accumulate(ends + shift)
    fresh = np.ones(len(begins), bool)
    fresh[1:] = (begins + shift)[1:] > reach[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(begins)) - 1
    return Runs(vulnerabilities[first], begins[first], (reach - shift)[last])


def affecting(pairs: Pairs, found: Runs, count: int) -> Numbers:
    """How many vulnerabilities affect each of the `count` pairs given; 0 for what must be judged apart."""
    size = len(pairs.codes) + 1
    steps = np.bincount(found.begins, minlength=size) - np.bincount(found.ends, minlength=size)
    told = np.zeros(count, np.int64)
    told[pairs.order] = np.cumsum(steps[:-1])
    return told


def weighed(pairs: Pairs, found: Runs, weights: Numbers, count: int) -> npt.NDArray[np.uint64]:
    """The sum, modulo 2^64, of the weights of the vulnerabilities that affect each pair: tells two sets apart."""
    steps = np.zeros(len(pairs.codes) + 1, np.uint64)
    mine = weights[found.vulnerabilities].astype(np.uint64)
    np.add.at(steps, found.begins, mine)
    np.subtract.at(steps, found.ends, mine)
    told = np.zeros(count, np.uint64)
    told[pairs.order] = np.cumsum(steps[:-1], dtype=np.uint64)
    return told


def services_affected(pairs: Pairs, found: Runs, services: Numbers, vulnerabilities: int) -> Numbers:
    """How many services each vulnerability affects; `services` counts those of each pair given."""
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(services[pairs.order])])
    weights = before[found.ends] - before[found.begins]
    told = np.zeros(vulnerabilities, np.int64)
    np.add.at(told, found.vulnerabilities, weights)
    return told


def all_ranges(statements: Iterable[Statement], aliases: Aliases) -> tuple[list[Range], list[Apart]]:
    """Statements are numbered in their order."""
    plain: list[Range] = []
    apart: list[Apart] = []
    for number, statement in enumerate(statements):
        for one in ranges_of(number, statement, aliases):
            plain.append(one) if isinstance(one, Range) else apart.append(one)
    return plain, apart

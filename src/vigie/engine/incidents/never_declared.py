"""Which structures never declared an incident, when most of those that resemble them did?

Not that something is wrong there: a structure may have met none. It is where an offer of help may be welcome.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .yearly.share import Share


class Likeness(StrEnum):
    """What comparable structures have in common, the narrowest first."""

    REGION = "region"  # category, size and region
    SIZE = "size"  # category and size
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class NeverDeclaredRule:
    slug: str
    since: date
    reference: str
    window_months: int
    least_comparable: int
    least_percent: int  # of comparable structures that declared, by the low end of the interval
    beds: tuple[int, ...]  # bounds between two sizes, ascending

    def size(self, beds: int | None) -> int | None:
        """How many bounds the beds reach; None when they are not known."""
        return None if beds is None else sum(bound <= beds for bound in self.beds)


@dataclass(frozen=True, slots=True)
class Structure:
    pk: int
    category: str  # "" when not known: it is then comparable to none
    size: int | None  # class of beds; those that are not known are comparable among themselves
    region: str
    declared: bool  # at least once within the window


@dataclass(frozen=True, slots=True)
class Signal:
    structure: int
    likeness: Likeness
    comparable: Share  # of the others that resemble it, how many declared


@dataclass(frozen=True, slots=True)
class Reading:
    """`silent` structures never declared; of them some are told as signals, some resemble too few others to say."""

    structures: int
    silent: int
    not_comparable: int
    signals: tuple[Signal, ...]  # the surest first


def read(structures: Sequence[Structure], rule: NeverDeclaredRule) -> Reading:
    """Judge each structure that never declared by the narrowest likeness that has enough others."""
    every, declared = _counted(structures), _counted(one for one in structures if one.declared)
    silent = [one for one in structures if not one.declared]
    found, not_comparable = [], 0
    for one in silent:
        signal = _judged(one, every, declared, rule)
        if signal is None:
            not_comparable += 1
        elif signal.comparable.interval is not None and signal.comparable.interval[0] > rule.least_percent:
            found.append(signal)
    found.sort(key=lambda signal: (-(signal.comparable.interval or (0, 0))[0], signal.structure))
    return Reading(len(structures), len(silent), not_comparable, tuple(found))


def _keys(one: Structure) -> tuple[tuple[Likeness, tuple[object, ...]], ...]:
    if not one.category:
        return ()
    return (
        *(((Likeness.REGION, (one.category, one.size, one.region)),) if one.region else ()),
        (Likeness.SIZE, (one.category, one.size)),
        (Likeness.CATEGORY, (one.category,)),
    )


def _counted(structures: Iterable[Structure]) -> Counter[tuple[Likeness, tuple[object, ...]]]:
    return Counter(key for one in structures for key in _keys(one))


def _judged(
    one: Structure,
    every: Counter[tuple[Likeness, tuple[object, ...]]],
    declared: Counter[tuple[Likeness, tuple[object, ...]]],
    rule: NeverDeclaredRule,
) -> Signal | None:
    for key in _keys(one):
        others = every[key] - 1
        if others >= rule.least_comparable:
            return Signal(one.pk, key[0], Share(declared[key], others))
    return None

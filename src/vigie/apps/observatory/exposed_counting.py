"""Count establishments by verdict in columns: a hundred thousand of them are no objects before they are shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from vigie.apps.packed import Numbers
from vigie.apps.vulns.queries import EXPOSED

# The worst of what an establishment runs is its verdict, and among its worst, what lets people in from outside counts
# first: 0 affected by remote access, 1 affected, 2 conditional by remote access... and NOWHERE.
WORST = {verdict.value: rank for rank, verdict in enumerate(EXPOSED)}
NOWHERE = 2 * len(WORST)
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Told:
    """What the vulnerability means for one product that was seen."""

    product: str  # "fortinet:fortios 7.0.5"
    verdict: str
    evidence: str
    source: str
    remote_access: bool

    @property
    def code(self) -> int:
        return 2 * WORST[self.verdict] + (not self.remote_access)


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
    notified_at: datetime | None = None  # when a message about it first left; None: not yet


@dataclass(frozen=True, slots=True)
class Place:
    """How many establishments of a region or a group, by verdict."""

    name: str
    affected: int
    conditional: int
    unknown: int
    remote_access: int  # affected, on equipment that lets people in
    notified: int = 0  # of them all, those whom a message about it has left for

    @property
    def to_check(self) -> int:
        return self.conditional + self.unknown

    @property
    def total(self) -> int:
        return self.affected + self.to_check


@dataclass(frozen=True, slots=True)
class Ground:
    """Where establishments are, and in which groups on that day; numbers are those of the database."""

    establishments: Numbers
    regions: Numbers  # beside them: which of `region_names`
    region_names: tuple[str, ...]  # "" when it is not known
    members: Numbers
    groups: Numbers  # beside them: which of `group_codes`
    group_codes: tuple[str, ...]


class Known(NamedTuple):
    number: int
    finess: str
    name: str
    department: str | None
    region: str | None


class Source(Protocol):
    """The database, now or at a moment, or a columnar image of it: the same answer from each."""

    def showing(self, pairs: Sequence[int]) -> list[tuple[int, Numbers]]:
        """The establishments that show each pair; a pair may come twice."""

    def ground(self, moment: datetime) -> Ground: ...

    def first(self, establishments: Numbers, most: int | None) -> list[Known]:
        """The first of them by FINESS number, which begins with the department."""

    def services(self, establishments: Sequence[int], pairs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Establishment, pair and number of services, in first place or beside another product."""


def codes_of(told: Mapping[int, Told], source: Source) -> Codes:
    """The code of each establishment, found by its number; NOWHERE when it shows none of these pairs."""
    shown = source.showing(sorted(told))
    last = max((int(establishments.max(initial=0)) for _, establishments in shown), default=0)
    codes = np.full(last + 1, NOWHERE, np.uint8)
    for pair, establishments in sorted(shown, key=lambda one: -told[one[0]].code):  # the worst is written last
        codes[establishments] = told[pair].code
    return codes


def place(name: str, counts: Sequence[int], notified: int = 0) -> Place:
    """`counts` are establishments by code."""
    affected, conditional, unknown = [counts[2 * rank] + counts[2 * rank + 1] for rank in range(len(WORST))]
    return Place(name, affected, conditional, unknown, remote_access=counts[0], notified=notified)


def those(establishments: Iterable[int], codes: Codes) -> npt.NDArray[np.bool_]:
    """For each establishment, by its number, whether it is one of these and shows something."""
    found = np.zeros(len(codes), bool)
    found[[one for one in establishments if one < len(codes)]] = True
    return found & (codes < NOWHERE)


def regions_of(codes: Codes, told: npt.NDArray[np.bool_], ground: Ground) -> tuple[Place, ...]:
    here = ground.establishments
    return _places(ground.region_names, ground.regions, _codes_at(codes, here), _told_at(told, here))


def groups_of(codes: Codes, told: npt.NDArray[np.bool_], ground: Ground) -> tuple[Place, ...]:
    # Two memberships of one group that are in force together are one.
    width = max(1, len(ground.group_codes))
    once = np.unique(ground.members.astype(np.int64) * width + ground.groups)
    here = once // width
    return _places(ground.group_codes, once % width, _codes_at(codes, here), _told_at(told, here))


def _codes_at(codes: Codes, establishments: Numbers) -> Codes:
    """An establishment whose number is past the last that shows something shows nothing."""
    inside = establishments < len(codes)
    return np.where(inside, codes[np.where(inside, establishments, 0)], NOWHERE).astype(np.uint8)


def _told_at(told: npt.NDArray[np.bool_], establishments: Numbers) -> npt.NDArray[np.bool_]:
    inside = establishments < len(told)
    return inside & told[np.where(inside, establishments, 0)]


def _places(names: tuple[str, ...], which: Numbers, codes: Codes, told: npt.NDArray[np.bool_]) -> tuple[Place, ...]:
    """Most affected first; a place where nobody is exposed is not told."""
    width = NOWHERE + 1
    counts = np.bincount(which * width + codes, minlength=len(names) * width).reshape(len(names), width)
    notified = np.bincount(which[told], minlength=len(names)).tolist()
    rows = zip(names, counts.tolist(), notified, strict=True)
    found = (place(name, row, number) for name, row, number in rows if any(row[:NOWHERE]))
    return tuple(sorted(found, key=lambda one: (-one.affected, -one.total, one.name)))


def listed(
    codes: Codes,
    told: Mapping[int, Told],
    source: Source,
    ground: Ground,
    most: int | None,
    notified: Mapping[int, datetime],
) -> tuple[ExposedEstablishment, ...]:
    """Affected first, remote access first among them, then by FINESS number; `most` None lists them all."""
    known: list[Known] = []
    for code in range(NOWHERE):
        left = None if most is None else most - len(known)
        if left != 0:
            known += source.first(np.flatnonzero(codes == code), left)
    numbers = [one.number for one in known]
    pairs: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for establishment, pair, services in source.services(numbers, sorted(told)):
        pairs[establishment][pair] = pairs[establishment].get(pair, 0) + services
    groups = _groups(ground, numbers)
    return tuple(
        _row(one, pairs[one.number], told, groups.get(one.number, ()), notified.get(one.number)) for one in known
    )


def _groups(ground: Ground, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    wanted = np.isin(ground.members, np.array(numbers, np.int64))
    found: defaultdict[int, set[str]] = defaultdict(set)
    for member, group in zip(ground.members[wanted].tolist(), ground.groups[wanted].tolist(), strict=True):
        found[member].add(ground.group_codes[group])
    return {member: tuple(sorted(codes)) for member, codes in found.items()}


def _row(
    known: Known,
    pairs: Mapping[int, int],
    told: Mapping[int, Told],
    groups: tuple[str, ...],
    notified_at: datetime | None,
) -> ExposedEstablishment:
    mine = sorted((told[pair] for pair in pairs), key=lambda one: (one.code, one.product))
    worst = mine[0]
    return ExposedEstablishment(
        finess=known.finess,
        name=known.name,
        region=known.region or "",
        department=known.department or "",
        groups=groups,
        verdict=worst.verdict,
        services=sum(pairs.values()),
        remote_access=worst.remote_access,
        told=tuple(mine),
        notified_at=notified_at,
    )

"""Levels as they were at a date, for one subject or for many: read for the pages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from vigie.apps.findings.models import Finding
from vigie.apps.findings.queries import open_at
from vigie.apps.registry import queries as registry
from vigie.apps.registry.enums import TerritoryKind
from vigie.apps.registry.models import Establishment, Group, Membership, Territory

from .enums import Letter, SubjectKind
from .models import Level

LETTERS = ("A", "B", "C", "D", "E")


def latest(kind: str, moment: datetime) -> QuerySet[Level]:
    """The level of every subject of a kind as it stood at that moment, without its long trace."""
    return _latest_of(moment).filter(subject_kind=kind)


def _latest_of(moment: datetime) -> QuerySet[Level]:
    newer = Level.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), at__gt=OuterRef("at"), at__lte=moment
    )
    return Level.objects.filter(~Exists(newer), at__lte=moment).defer("trace")


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels by subject; a subject that has none was never computed."""

    rows: tuple[Level, ...]
    _by_subject: "dict[int, Level]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_subject", {row.subject_id: row for row in self.rows})

    def of(self, subject_id: int) -> Level | None:
        return self._by_subject.get(subject_id)


def levels(kind: str, ids: Iterable[int], moment: datetime) -> Levels:
    return Levels(tuple(latest(kind, moment).filter(subject_id__in=list(ids))))


def level(kind: str, subject_id: int, moment: datetime) -> Level | None:
    return (
        Level.objects.filter(subject_kind=kind, subject_id=subject_id, at__lte=moment)
        .defer("trace")
        .order_by("-at", "-pk")
        .first()
    )


def history(kind: str, subject_id: int, moment: datetime, limit: int = 400) -> tuple[Level, ...]:
    """Oldest first; each row holds until the next one."""
    rows = Level.objects.filter(subject_kind=kind, subject_id=subject_id, at__lte=moment).defer("trace")
    return tuple(reversed(rows.order_by("-at", "-pk")[:limit]))


@dataclass(frozen=True, slots=True)
class Part:
    letter: str  # "" is not established
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many establishments carry each letter; those without one are counted apart, never left out."""

    parts: tuple[Part, ...]
    total: int

    @property
    def established(self) -> int:
        return sum(part.count for part in self.parts if part.letter)


def distribution(establishments: QuerySet[Establishment], moment: datetime) -> Distribution:
    mine = latest(SubjectKind.ESTABLISHMENT, moment).filter(subject_id=OuterRef("pk"))
    lettered = establishments.order_by().annotate(own=Coalesce(Subquery(mine.values("letter")[:1]), Value("")))
    counted = Counter(dict(lettered.values_list("own").annotate(n=Count("pk"))))
    total = sum(counted.values())
    shares = [Part(letter, counted[letter], 100 * counted[letter] / total if total else 0) for letter in (*LETTERS, "")]
    return Distribution(tuple(shares), total)


def listed(establishments: QuerySet[Establishment], moment: datetime, past: bool) -> QuerySet[Establishment]:
    """Establishments with their level at a date and the number of their open findings, ready to sort and filter."""
    mine = latest(SubjectKind.ESTABLISHMENT, moment).filter(subject_id=OuterRef("pk"))
    findings = open_at(moment if past else None).filter(establishment=OuterRef("pk"))
    return establishments.select_related("department").annotate(
        level_pk=Subquery(mine.values("pk")[:1]),
        level_low=Subquery(mine.values("low")[:1]),
        level_letter=Coalesce(Subquery(mine.values("letter")[:1]), Value("")),
        open_count=_counted(findings),
        exploited_count=_counted(findings.filter(exploited=True)),
        late_count=_counted(findings.filter(deadline__lt=moment)),
    )


def _counted(findings: QuerySet[Finding]) -> Coalesce:
    by_one = findings.order_by().values("establishment").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(by_one), Value(0))


@dataclass(frozen=True, slots=True)
class EstablishmentRow:
    establishment: Establishment
    level: Level | None
    open_count: int
    exploited_count: int
    late_count: int

    @property
    def is_known(self) -> bool:
        """Never looked at: no finding is then not zero findings."""
        return self.level is not None or self.open_count > 0


def rows_of(page: Iterable[Establishment]) -> list[EstablishmentRow]:
    """Turn a page of `listed` into rows, with one more query for all the levels."""
    page = list(page)
    found = Level.objects.defer("trace").in_bulk([one.level_pk for one in page if one.level_pk])  # type: ignore[attr-defined]
    return [
        EstablishmentRow(
            establishment=one,
            level=found.get(one.level_pk),  # type: ignore[attr-defined]
            open_count=one.open_count,  # type: ignore[attr-defined]
            exploited_count=one.exploited_count,  # type: ignore[attr-defined]
            late_count=one.late_count,  # type: ignore[attr-defined]
        )
        for one in page
    ]


@dataclass(frozen=True, slots=True)
class Tile:
    territory: Territory
    level: Level | None
    establishments: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    group: Group
    level: Level | None
    members: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The widest territory that is known, and the tiles under it: its regions, or the departments of a lone region."""

    territory: Territory | None
    level: Level | None
    tiles: tuple[Tile, ...]

    @property
    def establishments(self) -> int:
        return sum(tile.establishments for tile in self.tiles)


def overview(day: date, moment: datetime) -> Overview:
    counted = _counted_territories(day)
    departments = [one for one, _ in counted if one.kind == TerritoryKind.DEPARTMENT]
    regions = [one for one, _ in counted if one.kind == TerritoryKind.REGION]
    nations = [one for one, _ in counted if one.kind == TerritoryKind.NATION]
    top = regions[0] if len(regions) == 1 else nations[0] if nations else None
    shown = departments if len(regions) == 1 else regions
    found = levels(SubjectKind.TERRITORY, [*(one.pk for one in shown), *([top.pk] if top else [])], moment)
    numbers = {one.pk: number for one, number in counted}
    drawn = tuple(Tile(one, found.of(one.pk), numbers[one.pk]) for one in shown)
    return Overview(top, found.of(top.pk) if top else None, drawn)


def tiles(territory: Territory, day: date) -> tuple[tuple[Territory, int], ...]:
    """The territories just under this one that hold establishments in scope, and how many: in one query."""
    at = "department" if territory.kind == TerritoryKind.REGION else "department__parent"
    fields = [f"{at}__{name}" for name in ("pk", "kind", "code", "name")]
    rows = registry.in_scope(day).filter(**{f"{at}__parent": territory}).order_by(f"{at}__code")
    return tuple(
        (Territory(pk=pk, kind=kind, code=code, name=name), number)
        for pk, kind, code, name, number in rows.values_list(*fields).annotate(n=Count("pk"))
    )


@dataclass(frozen=True, slots=True)
class Below:
    """What a territory is made of."""

    tiles: tuple[Tile, ...]
    groups: tuple[GroupRow, ...]


def below(territory: Territory, day: date, moment: datetime) -> Below:
    under, members = tiles(territory, day), _groups_of(territory, day, moment)
    wanted = Q(subject_kind=SubjectKind.TERRITORY, subject_id__in=[one.pk for one, _ in under])
    wanted |= Q(subject_kind=SubjectKind.GROUP, subject_id__in=[one.pk for one in members])
    rows = list(_latest_of(moment).filter(wanted))
    of_territories = Levels(tuple(row for row in rows if row.subject_kind == SubjectKind.TERRITORY))
    of_groups = Levels(tuple(row for row in rows if row.subject_kind == SubjectKind.GROUP))
    return Below(
        tiles=tuple(Tile(one, of_territories.of(one.pk), number) for one, number in under),
        groups=tuple(GroupRow(one, of_groups.of(one.pk), one.member_count) for one in members),  # type: ignore[attr-defined]
    )


def _groups_of(region: Territory, day: date, moment: datetime) -> list[Group]:
    in_force = Membership.objects.as_of(day, moment).filter(group=OuterRef("pk"))
    members = in_force.order_by().values("group").annotate(n=Count("establishment", distinct=True)).values("n")
    rows = Group.objects.filter(Q(closed_on=None) | Q(closed_on__gt=day), region=region)
    return list(rows.annotate(member_count=Coalesce(Subquery(members), Value(0))).order_by("name"))


def _counted_territories(day: date) -> list[tuple[Territory, int]]:
    """Those that hold establishments in scope, themselves or below, and how many."""
    own = Counter(dict(registry.in_scope(day).order_by().values_list("department").annotate(n=Count("pk"))))
    territories = {one.pk: one for one in Territory.objects.order_by("code")}
    total: Counter[int] = Counter()
    for department, number in own.items():
        above = territories.get(department)
        while above is not None:
            total[above.pk] += number
            above = territories.get(above.parent_id or 0)
    return [(one, total[one.pk]) for one in territories.values() if total[one.pk]]


def counted_in(territory: Territory, day: date) -> QuerySet[Establishment]:
    """The establishments in scope of a territory: those that its figures count."""
    return registry.in_scope(day).filter(pk__in=registry.within(territory).values("pk"))


def counted_members(group: Group, day: date, moment: datetime) -> QuerySet[Establishment]:
    return registry.in_scope(day).filter(pk__in=registry.members_of(group.pk, day, moment).values("pk"))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose level it is."""

    kind: str
    name: str
    code: str  # FINESS, group code or territory code
    sub_kind: str  # kind of group or of territory, "" for an establishment


def subject_of(level: Level) -> Subject | None:
    if level.subject_kind == SubjectKind.ESTABLISHMENT:
        one = Establishment.objects.filter(pk=level.subject_id).first()
        return Subject(level.subject_kind, one.name, one.finess, "") if one else None
    model = Group if level.subject_kind == SubjectKind.GROUP else Territory
    found = model.objects.filter(pk=level.subject_id).first()
    return Subject(level.subject_kind, found.name, found.code, found.kind) if found else None


def letter_label(letter: str) -> str:
    return str(Letter(letter).label)


def with_trace(level: Level) -> Level:
    """The same row with its explanation, which lists leave out because it is long."""
    return Level.objects.get(pk=level.pk)

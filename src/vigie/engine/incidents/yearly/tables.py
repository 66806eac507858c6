"""Which tables does the yearly report hold?"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from vigie.engine.disclosure import DisclosureRule

from .breakdown import Breakdown, breakdown, folded
from .case import UNKNOWN, Case, Population
from .change import CountChange, ShareChange
from .delay import Delay, Span, delay

HOUR = 3600
YES_NO = ("yes", "no")
MONTHS = tuple(str(month) for month in range(1, 13))
WEEKDAYS = tuple(str(day) for day in range(1, 8))  # 1 is Monday, as ISO 8601 has it
HOURS = tuple(str(hour) for hour in range(24))
TIMES = ("1", "2", "3", "4", "5+")
#   table -> the answer of a case; the order in which its lines stand, most frequent first where there is none
TABLES: Mapping[str, tuple[Callable[[Case], str], tuple[str, ...]]] = {
    "origin": (lambda one: one.origin, ("malicious", "not_malicious")),
    "month": (lambda one: str(one.declared_at.month), MONTHS),
    "weekday": (lambda one: str(one.declared_at.isoweekday()), WEEKDAYS),
    "hour": (lambda one: str(one.declared_at.hour), HOURS),
    "region": (lambda one: one.region or UNKNOWN, ()),
    "category": (lambda one: one.category or UNKNOWN, ()),
    "kind": (lambda one: one.kind, ()),
    "rsit_class": (lambda one: one.rsit_class, ()),
    "cause": (lambda one: one.cause, ()),
    "ongoing": (lambda one: one.ongoing, YES_NO),
    "data_loss": (lambda one: one.data_loss, YES_NO),
    "data_integrity": (lambda one: one.data_integrity, YES_NO),
    "data_disclosure": (lambda one: one.data_disclosure, YES_NO),
    "danger": (lambda one: one.danger, ("none", "potential", "proven")),
    "care": (lambda one: one.care, ("normal", "degraded", "interrupted")),
    "support_asked": (lambda one: one.wants_help, YES_NO),
    "support_given": (lambda one: "yes" if one.helped_minutes else "no", YES_NO),
    "provider": (lambda one: one.provider, YES_NO),
}


@dataclass(frozen=True, slots=True)
class ReportRule:
    slug: str
    since: date
    reference: str
    least_for_median: int
    care_bands: tuple[int, ...]  # hours, ascending: the bounds between two bands


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Received in the year, and not counted."""

    not_incidents: int  # judged by the cell not to be one
    unconfirmed: int  # nobody answers for them


@dataclass(frozen=True, slots=True)
class YearTables:
    year: int
    moment: datetime  # what is told is told as of then
    is_running: bool  # the year is not over: it is held against the same days of the year before
    rule: ReportRule
    cases: int
    incidents: int  # a provider's failure once
    structures: int
    unnamed: int  # cases whose structure is not in the registry: each a structure of its own, not in `structures`
    left_out: LeftOut
    tables: tuple[Breakdown, ...]
    earlier: tuple[Breakdown, ...]  # the same of the year before
    populations: tuple[Population, ...]
    counted_on_beds: Mapping[str, int]  # region -> cases of structures whose beds are known
    helped_minutes: int
    delays: tuple[Delay, ...]
    changes: Mapping[str, CountChange]
    share_changes: Mapping[str, ShareChange]

    def table(self, slug: str) -> Breakdown:
        return _named(self.tables, slug)

    def per_thousand_beds(self, region: str) -> float | None:
        """Cases of the structures whose beds are known, for 1,000 of these beds; None where no bed is known."""
        beds = next((one.beds for one in self.populations if one.region == region), 0)
        return 1000 * self.counted_on_beds.get(region, 0) / beds if beds else None


def year_tables(
    year: int,
    cases: Sequence[Case],
    before: Sequence[Case],
    *,
    populations: Sequence[Population] = (),
    left_out: LeftOut,
    moment: datetime,
    is_running: bool = False,
    rule: ReportRule,
) -> YearTables:
    """All that the report says of a year; `before` are the cases of the year before, of the same days."""
    tables, earlier = _tables(cases, rule), _tables(before, rule)
    helped = {one.incident: one.helped_minutes for one in cases}
    return YearTables(
        year=year,
        moment=moment,
        is_running=is_running,
        rule=rule,
        cases=len(cases),
        incidents=_incidents(cases),
        structures=_structures(cases),
        unnamed=sum(one.structure < 0 for one in cases),
        left_out=left_out,
        tables=tables,
        earlier=earlier,
        populations=tuple(populations),
        counted_on_beds=Counter(one.region for one in cases if one.beds is not None),
        helped_minutes=sum(helped.values()),
        delays=tuple(_delays(cases, moment, rule)),
        changes={
            "cases": CountChange(len(before), len(cases)),
            "incidents": CountChange(_incidents(before), _incidents(cases)),
            "structures": CountChange(_structures(before), _structures(cases), is_of_events=False),
        },
        share_changes={
            name: ShareChange(_named(earlier, slug).share_of(answer), _named(tables, slug).share_of(answer))
            for name, slug, answer in COMPARED
        },
    )


#   what is compared from a year to the next: name, table, answer
COMPARED = (
    ("malicious", "origin", "malicious"),
    ("degraded", "care", "degraded"),
    ("interrupted", "care", "interrupted"),
    ("data_loss", "data_loss", "yes"),
    ("data_integrity", "data_integrity", "yes"),
    ("data_disclosure", "data_disclosure", "yes"),
    ("provider", "provider", "yes"),
    ("support_asked", "support_asked", "yes"),
)


def _named(tables: Sequence[Breakdown], slug: str) -> Breakdown:
    return next(table for table in tables if table.slug == slug)


def _incidents(cases: Sequence[Case]) -> int:
    return len({one.incident for one in cases})


def _structures(cases: Sequence[Case]) -> int:
    return len({one.structure for one in cases if one.structure >= 0})


def _tables(cases: Sequence[Case], rule: ReportRule) -> tuple[Breakdown, ...]:
    told = [
        breakdown(slug, ((answer(one), one.structure) for one in cases), order)
        for slug, (answer, order) in TABLES.items()
    ]
    bands = tuple(str(bound) for bound in (0, *rule.care_bands))
    entered = [one for one in cases if one.vector != "none"]
    return (
        *told,
        breakdown("entry", ((_way(one), one.structure) for one in entered)),
        breakdown("weakness", ((one.weakness, one.structure) for one in cases if one.weakness), YES_NO),
        breakdown(
            "care_hours",
            ((_band(one.care_hours, rule), one.structure) for one in cases if one.care in {"degraded", "interrupted"}),
            bands,
        ),
        _repeats(cases),
    )


def _way(one: Case) -> str:
    """ "remote_access/vpn_gateway"; unknown when neither is known."""
    return UNKNOWN if one.vector == one.equipment == UNKNOWN else f"{one.vector}/{one.equipment}"


def _band(hours: int | None, rule: ReportRule) -> str:
    """The first hour of the band: "24" is from one day on."""
    if hours is None:
        return UNKNOWN
    return str(max((bound for bound in rule.care_bands if bound <= hours), default=0))


def _repeats(cases: Sequence[Case]) -> Breakdown:
    """Structures, not cases: how many declared once, twice... Those not in the registry are unknown."""
    times = Counter(one.structure for one in cases)
    answers = [
        (UNKNOWN if structure < 0 else TIMES[min(n, len(TIMES)) - 1], structure) for structure, n in times.items()
    ]
    return breakdown("repeats", answers, TIMES)


def _delays(cases: Sequence[Case], moment: datetime, rule: ReportRule) -> Iterator[Delay]:
    least = rule.least_for_median
    spans: dict[str, list[Span | None]] = {
        "declaration": [_until(one.discovered_at, one.declared_at, one.is_over) for one in cases],
        "acknowledgement": [_until(one.declared_at, one.acknowledged_at, one.is_over) for one in cases],
        "restoration": [_until(one.discovered_at, one.restored_at, one.is_over) for one in cases],
    }
    for slug, found in spans.items():
        yield delay(slug, found, moment=moment, least=least)


def _until(start: datetime | None, end: datetime | None, is_over: bool) -> Span | None:
    return None if start is None or (end is None and is_over) else (start, end)


def told_to_many(made: YearTables, rule: DisclosureRule) -> YearTables:
    """For who may not read incidents one by one: small groups told together, what rests on few not told."""
    tables = tuple(folded(table, rule) for table in made.tables)
    regions = {line.slugs[0] for line in _named(tables, "region").lines if len(line.slugs) == 1}
    # A change gives a small group back as surely as the group itself, in either year.
    small = {table.slug for table in (*made.tables, *made.earlier) if folded(table, rule) != table}
    before = made.changes["structures"].before
    return replace(
        made,
        tables=tables,
        earlier=(),
        counted_on_beds={region: n for region, n in made.counted_on_beds.items() if region in regions},
        populations=tuple(one for one in made.populations if one.region in regions),
        delays=() if rule.hides(made.structures) else made.delays,
        changes={} if rule.hides(made.structures) or (before and rule.hides(before)) else made.changes,
        share_changes={name: made.share_changes[name] for name, slug, _answer in COMPARED if slug not in small},
    )

"""The declarations of a year and of the one before, read once, as the cases that the yearly report counts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.queries import beds_and_places, in_scope
from vigie.apps.registry.scopes import Viewer
from vigie.data.incident_learning import report_rule
from vigie.engine.incidents.yearly import Case, LeftOut, Population, YearTables, year_tables

from .as_known import KnownThen, known_then
from .enums import EntryVector, IncidentCause, IncidentKind, IncidentState, KnownAnswer, ReceivedBy
from .models import Declaration, DeclarationVersion, SupportEntry
from .models.declaration import DeclarationQuerySet
from .ways_in import Entry, known_weaknesses

YES, NO, UNKNOWN = KnownAnswer.YES.value, KnownAnswer.NO.value, KnownAnswer.UNKNOWN.value
# What each structure says for itself where an incident is of many; what the cell says of the incident as a whole.
OF_EACH = ("data_loss", "data_integrity", "data_disclosure", "danger", "care", "care_hours", "wants_help")
OF_ALL = ("origin", "kind", "rsit_class", "cause", "vector", "equipment")
DATES = ("discovered_at", "acknowledged_at", "restored_at")
SHARED = ("state", "is_shared", "provider", "ended_at")
COLUMNS = (
    "pk", "reference", "incident_id", "establishment_id", "confirmed_at", "received_at", "resolved_at", "received_by",
    "establishment__category", "establishment__department__parent__code",
    *(f"incident__{name}" for name in (*OF_ALL, *OF_EACH, *DATES, *SHARED)),
)  # fmt: skip
NAMES = tuple(name.removeprefix("incident__") for name in COLUMNS)
BY_PROVIDER = {IncidentKind.PROVIDER_OUTAGE.value, IncidentCause.PROVIDER_FAILURE.value, EntryVector.PROVIDER.value}


def of_year(year: int, *, moment: datetime, reader: Viewer | None = None, as_known_then: bool = False) -> YearTables:
    """The tables of a year, told at `moment`, over what the reader may count; over the nation when None.

    What was received by then is counted as it is known now, or `as_known_then`: before what was recorded,
    judged, merged or completed since. A year that is not over is held against the same days of the year before.
    """
    received = _received(reader, moment).filter(received_at__gte=_begins(year - 1), received_at__lt=_begins(year + 1))
    received = received.filter(received_at__lte=moment)
    received = received.filter(submitted_at__lte=moment) if as_known_then else received
    today = timezone.localtime(moment, timezone.get_default_timezone())
    is_running = year == today.year
    counted_on = min(date(year, 12, 31), today.date())
    beds = beds_and_places(counted_on, moment)
    then = moment if as_known_then else None
    rows = list(_rows(received, then))
    cases = list(_cases(received, (row for row in rows if _is_counted(row)), beds, then))
    last = _a_year_before(today) if is_running else _begins(year)
    return year_tables(
        year,
        [one for one in cases if one.declared_at.year == year],
        [one for one in cases if one.declared_at.year < year and one.declared_at <= last],
        populations=_populations(counted_on, beds, reader, moment),
        left_out=_left_out(row for row in rows if row["received_at"] >= _begins(year)),
        moment=moment,
        is_running=is_running,
        rule=report_rule(today.date()),
    )


def years(*, moment: datetime, reader: Viewer | None = None) -> tuple[int, ...]:
    """The years in which something was declared that the reader may count, latest first."""
    found = _received(reader, moment).filter(received_at__lte=moment).order_by()
    return tuple(sorted((day.year for day in found.datetimes("received_at", "year")), reverse=True))


def _received(reader: Viewer | None, moment: datetime) -> DeclarationQuerySet:
    if reader is None:
        return Declaration.objects.submitted()
    return Declaration.objects.visible_to(reader, moment, Right.INCIDENT_FIGURES)


def _is_counted(row: Mapping[str, Any]) -> bool:
    return row["confirmed_at"] is not None and row["state"] != IncidentState.NOT_AN_INCIDENT


def _left_out(rows: Iterable[Mapping[str, Any]]) -> LeftOut:
    left = [row for row in rows if not _is_counted(row)]
    none = sum(row["state"] == IncidentState.NOT_AN_INCIDENT for row in left)
    return LeftOut(none, len(left) - none)


def _begins(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=timezone.get_default_timezone())


def _a_year_before(local: datetime) -> datetime:
    """The same instant of the year before; of 28 February on 29 February."""
    return local.replace(year=local.year - 1, day=28 if (local.month, local.day) == (2, 29) else local.day)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is read beside the rows, each in one query."""

    minutes: Mapping[int, int]  # incident -> time of help
    ongoing: Mapping[int, str]  # declaration -> whether it lasted when it was declared
    own: Mapping[int, Mapping[str, Any]]  # declaration of an incident of many -> what it said last


def _rows(received: DeclarationQuerySet, moment: datetime | None) -> Iterator[dict[str, Any]]:
    """Each declaration with its incident, in the order in which they were received; as known at `moment`, or now."""
    then = known_then(set(received.order_by().values_list("incident", flat=True)), moment) if moment else None
    for values in received.order_by("received_at", "pk").values_list(*COLUMNS).iterator(chunk_size=10_000):
        row = dict(zip(NAMES, values, strict=True))
        yield row if then is None or moment is None else _as_known(row, then, moment)


def _as_known(row: dict[str, Any], then: KnownThen, moment: datetime) -> dict[str, Any]:
    incident = then.links.get(row["reference"], row["incident_id"])
    confirmed = row["confirmed_at"] if row["confirmed_at"] and row["confirmed_at"] <= moment else None
    resolved = row["resolved_at"] if row["pk"] in then.resolved else None
    told = {"incident_id": incident, "confirmed_at": confirmed, "resolved_at": resolved}
    return {**row, **then.facts.get(incident, {}), **told}


def _cases(
    received: DeclarationQuerySet, counted: Iterable[dict[str, Any]], beds: Mapping[int, int], moment: datetime | None
) -> Iterator[Case]:
    """One for each structure of each incident, by the first of its declarations."""
    zone = timezone.get_default_timezone()
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for row in counted:
        rows.setdefault((row["incident_id"], row["establishment_id"] or -row["pk"]), row)
    beside = _beside(received, [row["pk"] for row in rows.values() if row["is_shared"]], moment)
    ways_in = known_weaknesses(_entry(row) for row in rows.values())
    for (incident, structure), row in rows.items():
        own = beside.own.get(row["pk"])
        each = row if own is None else own
        yield Case(
            incident=incident,
            structure=structure,
            declared_at=row["received_at"].astimezone(zone),
            discovered_at=_discovered(row, own),
            acknowledged_at=row["acknowledged_at"],
            restored_at=row["restored_at"] or row["resolved_at"],
            is_over=row["ended_at"] is not None,
            region=row["establishment__department__parent__code"] or "",
            category=row["establishment__category"] or "",
            beds=beds.get(structure),
            ongoing=beside.ongoing.get(row["pk"], UNKNOWN),
            helped_minutes=beside.minutes.get(incident, 0),
            provider=_by_provider(row),
            weakness=ways_in.get(_entry(row), ""),
            **{name: row[name] for name in OF_ALL},
            **{name: each[name] for name in OF_EACH},
        )


def _beside(received: DeclarationQuerySet, shared: Iterable[int], moment: datetime | None) -> _Beside:
    known = Q(recorded_at__lte=moment) if moment else Q()
    first = DeclarationVersion.objects.filter(declaration__in=received.order_by().values("pk"), number=1)
    helped = SupportEntry.objects.filter(known, incident__in=received.order_by().values("incident")).order_by()
    own = DeclarationVersion.objects.filter(known, declaration__in=list(shared)).order_by("number")
    return _Beside(
        minutes=dict(helped.values_list("incident").annotate(sum=Sum("minutes"))),
        ongoing=dict(first.order_by().values_list("declaration", "choices__ongoing")),
        own=dict(own.values_list("declaration", "choices")),
    )


def _discovered(row: Mapping[str, Any], own: Mapping[str, Any] | None) -> datetime | None:
    """None of a past declaration whose file did not say when: it is stored as seen when it was declared."""
    if row["received_by"] == ReceivedBy.IMPORTED and row["discovered_at"] == row["received_at"]:
        return None
    found: datetime = row["discovered_at"] if own is None else datetime.fromisoformat(str(own["discovered_at"]))
    return found


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(row["establishment_id"], row["vector"], row["equipment"], row["discovered_at"])


def _by_provider(row: Mapping[str, Any]) -> str:
    """A provider is named, or the kind, the cause or the way in is one; no when all three are known and none is."""
    told = {row["kind"], row["cause"], row["vector"]}
    if row["provider"] or row["is_shared"] or told & BY_PROVIDER:
        return YES
    return UNKNOWN if UNKNOWN in told else NO


def _populations(day: date, beds: Mapping[int, int], reader: Viewer | None, moment: datetime) -> list[Population]:
    """The establishments in scope on that day, by region, from the present state of the registry."""
    counted = in_scope(day)
    if reader is not None:
        allowed = Establishment.objects.visible_to(reader, moment, Right.INCIDENT_FIGURES)
        counted = counted.filter(pk__in=allowed.order_by().values("pk"))
    members: defaultdict[str, list[int]] = defaultdict(list)
    for pk, region in counted.order_by().values_list("pk", "department__parent__code"):
        members[region or ""].append(pk)
    return [
        Population(region, len(pks), sum(beds.get(pk, 0) for pk in pks), sum(pk not in beds for pk in pks))
        for region, pks in sorted(members.items())
    ]

"""The board of the cell: which incidents somebody asks for, which clock rings first, how much waits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery

from vigie.engine.incidents.reference import read

from .authorities import overdue
from .enums import Certainty, IncidentState
from .models import Incident, IncidentQuerySet, Obligation, Route
from .models.incident import STANDING, TOUCHES_CARE
from .queries import board


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is empty or False filters nothing."""

    words: str = ""  # in the name of the establishment, the provider, the title; or a reference
    state: str = ""  # one state; what is standing when empty
    kind: str = ""
    gravity: str = ""
    care: bool = False  # those that touch care
    late: bool = False  # an authority that we should have told was not
    help: bool = False  # those who asked for help
    followed_by: int | None = None  # the account of a person; 0 is nobody


def matching(rows: IncidentQuerySet, wanted: Wanted, now: datetime) -> IncidentQuerySet:
    """Of these, those that are asked for."""
    rows = rows.filter(state=wanted.state) if wanted.state else rows.standing()
    plain = {"kind": wanted.kind, "gravity": wanted.gravity, "wants_help": "yes" if wanted.help else ""}
    rows = rows.filter(**{field: value for field, value in plain.items() if value})
    if wanted.words:
        rows = rows.filter(_told(wanted.words))
    if wanted.care:
        rows = rows.touching_care()
    if wanted.late:
        rows = rows.filter(_is_overdue(now))
    if wanted.followed_by is not None:
        rows = rows.filter(assigned_to=wanted.followed_by or None)
    return rows


def _told(words: str) -> Q:
    reference = read(words)
    if isinstance(reference, str):
        return Q(declarations__reference=reference)
    names = Q(establishment__name__icontains=words) | Q(provider__icontains=words) | Q(title__icontains=words)
    return names | Q(establishment__finess=words)


def _is_overdue(now: datetime) -> Exists:
    return Exists(overdue(now).filter(incident=OuterRef("pk")))


def with_clocks(rows: IncidentQuerySet) -> IncidentQuerySet:
    """All that a row of the board shows: `first_due`, of the declarants; `tell_by`, of the cell itself."""
    untold = Route.objects.filter(
        incident=OuterRef("pk"), sent_by_us=True, certainty=Certainty.APPLIES, told_at=None, withdrawn_at=None
    ).order_by()
    tell_by = untold.values("incident").annotate(first=Min("due_at")).values("first")
    return board(rows).annotate(tell_by=Subquery(tell_by))


def with_their_clocks(rows: Iterable[Incident]) -> list[Incident]:
    """Those of one page, in their order: the clocks of ten thousand would be read to show a hundred."""
    keys = [row.pk for row in rows]
    found = with_clocks(Incident.objects.filter(pk__in=keys)).in_bulk()
    return [found[key] for key in keys if key in found]


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands, of all that the reader may see."""

    standing: int
    to_qualify: int
    oldest: datetime | None  # received first, of those that nobody has qualified
    touching_care: int
    unconfirmed: int  # nobody answers for them yet
    overdue: int  # an authority should have been told


def figures(rows: IncidentQuerySet, now: datetime) -> Figures:
    waiting = Q(state__in=[IncidentState.DECLARED, IncidentState.QUALIFYING])
    standing = rows.standing().order_by()
    told = standing.aggregate(
        standing=Count("pk"),
        to_qualify=Count("pk", filter=waiting),
        oldest=Min("declared_at", filter=waiting),
        touching_care=Count("pk", filter=TOUCHES_CARE),
        unconfirmed=Count("pk", filter=waiting & Q(confirmed_at=None)),
    )
    late = overdue(now).filter(incident__state__in=STANDING)
    return Figures(**told, overdue=rows.filter(pk__in=late.order_by().values("incident")).order_by().count())


def owed_of(incident: Incident) -> Mapping[int, list[Obligation]]:
    """declaration -> what it owes, the first due first, then what it may owe; what was withdrawn is left out."""
    found: dict[int, list[Obligation]] = {}
    rows = Obligation.objects.filter(declaration__incident=incident, withdrawn_at=None)
    for row in rows.prefetch_related("submissions").order_by("-certainty", F("due_at").asc(nulls_last=True), "pk"):
        found.setdefault(row.declaration_id, []).append(row)
    return found

"""The audit trail: who read or changed what, and whether it is as it was sealed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.accounts.queries import trail as readable
from vigie.apps.audit.models import Event
from vigie.apps.audit.queries import standing, states_of
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.web.access import viewer
from vigie.web.components.page import Crumb, asked
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

MOST_CSV = 50_000  # rows of one file; a longer stretch is asked in pieces, by its dates


def _detail(event: Event) -> str:
    """What the event holds, without what it leaves empty."""
    return ", ".join(f"{name} {value}" for name, value in event.detail.items() if value not in (None, "", [], {}))


COLUMNS = (
    Column("number", _("Number"), ("pk",), lambda one: one.pk, css="v-num"),
    Column("at", _("When"), ("at",), lambda one: one.at.isoformat()),
    Column("actor", _("Who"), ("actor",), lambda one: one.actor),
    Column("kind", _("What"), ("kind",), lambda one: one.kind),
    Column(
        "subject", _("About"), ("subject_type", "subject_id"), lambda one: f"{one.subject_type} {one.subject_id or ''}"
    ),
    Column("detail", _("Detail"), (), _detail),
    Column("sealed", _("Seal"), ()),
)


@dataclass(frozen=True, slots=True)
class Line:
    event: Event
    detail: str
    is_as_sealed: bool | None  # None: it waits for the sealer


@dataclass(frozen=True, slots=True)
class Wanted:
    actor: str
    kind: str
    subject: str  # a FINESS number, or "user 3"
    since: date | None
    until: date | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Wanted":
        return cls(
            asked(request, "actor"),
            asked(request, "kind", 80),
            asked(request, "subject", 60),
            _day(asked(request, "from", 10)),
            _day(asked(request, "until", 10)),
        )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 < found.year < 2200 else None


@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    now, wanted, user = timezone.now(), Wanted.of(request), viewer(request)
    mine = readable(user, now)
    rows = _matching(mine, wanted)
    if wants_csv(request):
        found = sorted_by(rows, COLUMNS, request, "-number")[:MOST_CSV]
        return csv_response(found, COLUMNS, f"vigie-trail-{timezone.localdate(now)}")
    page = table(rows, COLUMNS, request, "-number", shape=_lines)
    context = {
        "crumbs": [Crumb(gettext("Audit trail"))],
        "table": page,
        "standing": standing(now),
        "is_whole": user.scope(Right.TRAIL, now).nation,
        "wanted": wanted,
        "kinds": mine.order_by("kind").values_list("kind", flat=True).distinct(),
        "most_csv": MOST_CSV,
        "now": now,
    }
    return render(request, "web/pages/trail.html", context)


def _lines(events: Iterable[Event]) -> Iterator[Line]:
    rows = list(events)
    states = states_of(rows)
    return (Line(one, _detail(one), states[one.pk]) for one in rows)


def _matching(rows: QuerySet[Event], wanted: Wanted) -> QuerySet[Event]:
    if wanted.actor:
        rows = rows.filter(actor__icontains=wanted.actor)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.subject:
        rows = rows.filter(**_subject(wanted.subject))
    if wanted.since:
        rows = rows.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return rows


def _subject(text: str) -> dict[str, Any]:
    """The establishment of that FINESS number, else "user 3" as the column writes it, else a kind of thing."""
    establishment = Establishment.objects.filter(finess=text.upper()).values_list("pk", flat=True).first()
    if establishment is not None:
        return {"subject_type": "establishment", "subject_id": establishment}
    kind, _space, number = text.partition(" ")
    if number.isdecimal() and len(number) < 19:
        return {"subject_type": kind, "subject_id": int(number)}
    return {"subject_type": text}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001

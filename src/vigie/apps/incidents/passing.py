"""Incidents as they are passed on to another authority: facts and the cell's words; no word of the declarant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import translation

from vigie.data.incident_sharing import sharing
from vigie.exports.incident import Passed, Victim

from .assessing import AXES
from .enums import IncidentEventKind
from .models import Declaration, Incident, IncidentEvent, IncidentQuerySet

MOMENTS = (
    "started_at", "discovered_at", "declared_at", "acknowledged_at", "qualified_at", "escalated_at", "contained_at",
    "restored_at", "ended_at",
)  # fmt: skip
# What changes what is told of an incident; a note of the cell does not.
TELLING = [
    IncidentEventKind.QUALIFIED, IncidentEventKind.ASSESSED, IncidentEventKind.HANDLING, IncidentEventKind.CONTAINED,
    IncidentEventKind.RESTORED, IncidentEventKind.CLOSED, IncidentEventKind.DISMISSED, IncidentEventKind.MERGED,
    IncidentEventKind.ABSORBED, IncidentEventKind.SPLIT, IncidentEventKind.REOPENED, IncidentEventKind.ROUTED,
]  # fmt: skip


def passed_on(rows: IncidentQuerySet) -> "QuerySet[Any]":
    """Of these, those that were passed on to ANSSI, each with `added_at`: when its last version could be read."""
    told = rows.filter(escalated_at__isnull=False)
    changed = Max("events__at", filter=Q(events__kind__in=TELLING))
    # SQLite's greatest of something and nothing is nothing.
    changed_at = Coalesce(changed, F("escalated_at"))
    return told.annotate(added_at=Greatest(F("escalated_at"), changed_at, output_field=DateTimeField()))


def described(rows: Iterable[Incident], *, source: str, now: datetime) -> list[Passed]:
    """Each as it is told, in the same order, in French; three queries whatever their number."""
    found = list(rows)
    victims, words = _victims(found), _words(found)
    with translation.override("fr"):
        return [_described(one, victims.get(one.pk, ()), words.get(one.pk, ""), source, now) for one in found]


def _described(one: Incident, victims: tuple[Victim, ...], words: str, source: str, now: datetime) -> Passed:
    rule = sharing(now.date())
    since = one.escalated_at or one.qualified_at or one.declared_at or now
    where = victims[0].name if len(victims) == 1 else one.title or one.provider
    return Passed(
        source=source.rstrip("/"),
        producer=rule.producer,
        number=one.pk,
        title=", ".join(filter(None, [str(one.get_kind_display()).capitalize(), where])),
        summary=words,
        state=one.state,
        axes={axis: getattr(one, axis) for axis in AXES},
        natures=tuple(one.natures),
        taxonomy=one.taxonomy,
        origin=one.origin,
        gravity=one.gravity,
        rsit_class=one.rsit_class,
        care_hours=one.care_hours,
        is_shared=one.is_shared,
        provider=one.provider,
        victims=victims,
        moments={name: getattr(one, name) for name in MOMENTS},
        passed_on_at=since,
        updated_at=getattr(one, "added_at", None) or _changed_at(one) or since,
        tlp=rule.tlp,
    )


def _changed_at(one: Incident) -> datetime | None:
    told: datetime | None = one.events.filter(kind__in=TELLING).aggregate(at=Max("at"))["at"]
    return told


def _victims(rows: list[Incident]) -> dict[int, tuple[Victim, ...]]:
    """Those that somebody answers for."""
    found: dict[int, tuple[Victim, ...]] = {}
    declared = Declaration.objects.filter(incident__in=rows, confirmed_at__isnull=False, establishment__isnull=False)
    for row in declared.select_related("establishment__department__parent").order_by("received_at", "pk"):
        if row.establishment is None:
            continue
        place = row.establishment.department
        region = place.parent if place else None
        one = Victim(
            row.establishment.finess, row.establishment.name, place.name if place else "", region.name if region else ""
        )
        if one not in (known := found.get(row.incident_id, ())):
            found[row.incident_id] = (*known, one)
    return found


def _words(rows: list[Incident]) -> dict[int, str]:
    """What the cell wrote for its reader when it qualified, the last time."""
    said = IncidentEvent.objects.filter(incident__in=rows, kind=IncidentEventKind.QUALIFIED).exclude(words="")
    return dict(said.order_by("pk").values_list("incident", "words"))

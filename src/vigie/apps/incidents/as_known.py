"""What was known of incidents at a moment: from their histories, whose lines hold each as it stood then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from .enums import IncidentEventKind, VersionKind
from .models import DeclarationVersion, Incident, IncidentEvent

# What moves what is counted. Notes, hand-overs, files and messages do not.
MOVING = frozenset(IncidentEventKind) - {
    IncidentEventKind.NOTED, IncidentEventKind.ASSIGNED, IncidentEventKind.ROUTED, IncidentEventKind.ESCALATED,
    IncidentEventKind.SUBMITTED, IncidentEventKind.ATTACHED, IncidentEventKind.PURGED,
}  # fmt: skip
FACTS = (
    "state", "is_shared", "provider", "origin", "kind", "rsit_class", "cause", "vector", "equipment", "data_loss",
    "data_integrity", "data_disclosure", "danger", "care", "care_hours", "wants_help",
)  # fmt: skip
MOMENTS = ("discovered_at", "acknowledged_at", "restored_at", "ended_at")


def as_it_stands(incident: Incident) -> dict[str, Any]:
    """What the yearly tables read of an incident, as its history keeps it."""
    told = {name: getattr(incident, name) for name in FACTS}
    moments = {name: getattr(incident, name) for name in MOMENTS}
    return told | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


@dataclass(frozen=True, slots=True)
class KnownThen:
    """Incident -> what stood then; declaration -> the incident that it hung from then, where that has changed since.

    An incident whose history has no such line, written before they were kept, is not there: it is told as known now.
    """

    facts: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)
    resolved: frozenset[int] = frozenset()  # declarations that had said that it was over


def known_then(incidents: Iterable[int], moment: datetime) -> KnownThen:
    """Of these incidents, and of those that their declarations hung from then."""
    links = _links(moment)
    asked = {*incidents, *links.values()}
    resolved = DeclarationVersion.objects.filter(kind=VersionKind.RESOLUTION, recorded_at__lte=moment)
    return KnownThen(_facts(asked, moment), links, frozenset(resolved.order_by().values_list("declaration", flat=True)))


def _facts(incidents: set[int], moment: datetime) -> dict[int, Mapping[str, Any]]:
    lines = IncidentEvent.objects.filter(stood__isnull=False, at__lte=moment).order_by("pk")
    found: dict[int, Mapping[str, Any]] = {}
    for incident, stood in lines.values_list("incident", "stood").iterator(chunk_size=10_000):
        if incident in incidents:
            found[incident] = stood | {name: _moment(stood[name]) for name in MOMENTS}
    return found


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _links(moment: datetime) -> dict[str, int]:
    """What was merged or taken out since is put back, the last first. By reference."""
    moved = Q(kind=IncidentEventKind.MERGED) | Q(kind=IncidentEventKind.SPLIT)
    links: dict[str, int] = {}
    for line in IncidentEvent.objects.filter(moved, at__gt=moment).order_by("-pk"):
        told = line.detail.get("declarations") or [line.detail.get("declaration")]
        links |= {str(reference): line.incident_id for reference in told if reference}
    return links

"""Which incidents of providers are under way, whom do they touch, and how does care go on in each of them?"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from vigie.apps.accounts.models import User
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment

from .enums import CareMode
from .models import Declaration, DeclarationVersion, Incident

MOST_OWN = 50  # establishments of one reader, each with its button


def under_way() -> "QuerySet[Incident]":
    """What every structure may read of them is their provider, their title and their dates: nobody else's name."""
    return Incident.objects.standing().filter(is_shared=True).exclude(provider="").order_by("-declared_at", "-pk")


def touched(incident: Incident) -> "QuerySet[Any]":
    """What each structure declared of it; `care` is how it goes on there by its last version."""
    last = DeclarationVersion.objects.filter(declaration=OuterRef("pk")).order_by("-number")
    rows = incident.declarations.submitted().select_related("establishment__department", "incident")
    return rows.annotate(care=Subquery(last.values("choices__care")[:1])).order_by("-received_at", "-pk")


@dataclass(frozen=True, slots=True)
class Effect:
    """How many structures are in one state of care."""

    care: CareMode
    structures: int


def effects(incident: Incident) -> list[Effect]:
    """By state of care, the worst first; each structure once, by what it said last."""
    by_structure: dict[object, str] = {}
    for number, name, care in touched(incident).values_list("pk", "establishment", "care"):
        by_structure.setdefault(name or f"declaration {number}", care)
    counted = Counter(by_structure.values())
    order = (CareMode.INTERRUPTED, CareMode.DEGRADED, CareMode.NORMAL, CareMode.UNKNOWN)
    return [Effect(care, counted[care.value]) for care in order if counted[care.value]]


@dataclass(frozen=True, slots=True)
class Own:
    """One establishment of the reader, and its declaration when it said that it is touched."""

    establishment: Establishment
    declaration: Declaration | None


def own_of(user: User, incidents: list[Incident], now: datetime) -> dict[int, list[Own]]:
    """Incident -> the reader's establishments: two queries whatever the number of incidents."""
    mine = list(
        Establishment.objects.visible_to(user, now, Right.DECLARE_INCIDENT).open(now.date()).order_by("name")[:MOST_OWN]
    )
    rows = Declaration.objects.submitted().filter(incident__in=incidents, establishment__in=mine)
    said = {(row.incident_id, row.establishment_id): row for row in rows}
    return {one.pk: [Own(place, said.get((one.pk, place.pk))) for place in mine] for one in incidents}

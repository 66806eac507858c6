"""Which establishments did somebody ask for? The same words on the page, in its CSV and through the API."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from vigie.apps.registry.models import Membership
from vigie.apps.timeline import AsOf

NO_LETTER = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is empty filters nothing."""

    words: str = ""  # in the name or the city, or the first digits of the FINESS number
    letter: str = ""  # "none" is not established
    department: str = ""
    category: str = ""
    group: str = ""


def matching(rows: "QuerySet[Any]", wanted: Wanted, asked: AsOf) -> "QuerySet[Any]":
    """Filter the rows of `queries.listed`, which carry their level."""
    if words := wanted.words:
        rows = rows.filter(Q(name__icontains=words) | Q(finess__startswith=words) | Q(city__icontains=words))
    if wanted.letter:
        rows = rows.filter(level_letter="" if wanted.letter == NO_LETTER else wanted.letter)
    if wanted.department:
        rows = rows.filter(department__code=wanted.department)
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    if wanted.group:
        in_force = Membership.objects.as_of(asked.day, asked.moment).filter(group__code=wanted.group)
        rows = rows.filter(pk__in=in_force.values("establishment"))
    return rows

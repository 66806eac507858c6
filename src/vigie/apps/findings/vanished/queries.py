"""What vanished and waits for a person."""

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from ..enums import VanishedVerdict
from .models import VanishedKind


def waiting() -> QuerySet[VanishedKind]:
    return VanishedKind.objects.filter(verdict=VanishedVerdict.OPEN)


def waiting_count() -> Coalesce:
    """How many wait, as a figure to read beside another question."""
    rows = waiting().order_by().values("verdict").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(rows), Value(0))


def held_subjects() -> frozenset[tuple[str, str]]:
    """(kind, subject) of which nothing ends before somebody has judged."""
    return frozenset(waiting().values_list("kind", "subject"))

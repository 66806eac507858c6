"""Which findings did somebody ask for? The same words on the page, in its CSV and through the API."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from vigie.apps.timeline import AsOf

from .enums import FindingState
from .models import STANDING, Finding, FindingQuerySet
from .queries import open_at

# States in which nobody has anything to do: what ended last comes first.
PUT_DOWN = set(FindingState.values) - set(STANDING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is empty or False filters nothing."""

    words: str = ""  # in the name of the establishment, the subject, the address or a host name
    state: str = ""  # one state; what is standing when empty
    severity: str = ""
    kind: str = ""
    finess: str = ""
    subject: str = ""
    exploited: bool = False
    late: bool = False
    followed_by: int | None = None  # the account of a person; 0 is nobody


def in_state(wanted: Wanted, asked: AsOf) -> FindingQuerySet:
    """Those in one state today; without a state, or in the past, those that were standing."""
    if wanted.state and not asked.is_past:
        return Finding.objects.filter(state=wanted.state, closed_at__isnull=wanted.state not in PUT_DOWN)
    return open_at(asked.moment if asked.is_past else None)


def matching(rows: QuerySet[Finding], wanted: Wanted, asked: AsOf) -> QuerySet[Finding]:
    if wanted.words:
        rows = rows.annotate(names_text=Cast("names", TextField())).filter(
            Q(establishment__name__icontains=wanted.words)
            | Q(subject__icontains=wanted.words.replace(" ", "-"))
            | Q(address__startswith=wanted.words)
            | Q(names_text__icontains=wanted.words)
        )
    plain = {
        "severity": wanted.severity,
        "kind": wanted.kind,
        "establishment__finess": wanted.finess,
        "subject": wanted.subject,
    }
    rows = rows.filter(**{field: value for field, value in plain.items() if value})
    if wanted.followed_by is not None:
        rows = rows.filter(assigned_to=wanted.followed_by or None)
    if wanted.exploited:
        rows = rows.filter(exploited=True)
    return rows.filter(deadline__lt=asked.moment) if wanted.late else rows

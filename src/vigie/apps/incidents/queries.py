"""Which declarations and incidents are there, for whom, and what changed between two versions?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.crypto import constant_time_compare, salted_hmac

from vigie.apps.accounts.models import User
from vigie.apps.notices.models import Notice
from vigie.apps.registry.models import Establishment
from vigie.data.incident_rules import limits
from vigie.engine.incidents.answers import FIELDS
from vigie.engine.incidents.reference import SYMBOLS

from .enums import Certainty
from .models import Declaration, Incident, IncidentQuerySet, Obligation, WrongReference

CODE_LENGTH = 8  # 40 bits, and twenty tries an hour from one place


def establishment_of(finess: str, day: date) -> Establishment | None:
    """The legal entity of a FINESS number, its own or that of one of its sites, open on that day; None when unknown."""
    found = Establishment.objects.open(day)
    return found.filter(finess=finess).first() or found.filter(sites__finess=finess).first()


def code_of(declaration: Declaration) -> str:
    """What opens it with its reference: "7K3Q-M9XT". Drawn from its key and the installation's: kept nowhere."""
    digest = salted_hmac("vigie.incidents.code", declaration.key.hex, algorithm="sha256").digest()
    symbols = "".join(SYMBOLS[byte % 32] for byte in digest[:CODE_LENGTH])
    return f"{symbols[:4]}-{symbols[4:]}"


def opened_by(*, reference: str, code: str) -> Declaration | None:
    """The declaration of this reference, when the code is its own; as long whether it exists or not."""
    found = Declaration.objects.filter(reference=reference).select_related("incident", "establishment").first()
    right = code_of(found or Declaration())
    return found if constant_time_compare(plain_code(right), plain_code(code)) and found is not None else None


def plain_code(code: str) -> str:
    """However it was typed: no blanks, and the letters that look like figures read as such."""
    return "".join(c for c in code.upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))


def guesses_too_often(address: str, now: datetime) -> bool:
    rule = limits(now.date())
    return WrongReference.objects.filter(address=address, at__gt=now - rule.window).count() >= rule.wrong_references


def declares_too_often(address: str, now: datetime) -> bool:
    rule = limits(now.date())
    recent = Declaration.objects.filter(address=address, started_at__gt=now - rule.window)
    return recent.count() >= rule.declarations


def is_written_to_too_often(email: str, now: datetime) -> bool:
    rule = limits(now.date())
    recent = Notice.objects.filter(address=email, contact=None, planned_at__gt=now - rule.mails_window)
    return recent.count() >= rule.mails


def own_drafts(user: User) -> "QuerySet[Declaration]":
    return Declaration.objects.drafts().filter(author=user).order_by("-saved_at")


def declarations_of(user: User, now: datetime) -> "QuerySet[Declaration]":
    """Those that this person may read, latest first, with all that a list shows."""
    rows = Declaration.objects.visible_to(user, now)
    return (
        rows.select_related("incident", "establishment").annotate(due_at=_first_due()).order_by("-received_at", "-pk")
    )


def _first_due() -> Subquery:
    owed = Obligation.objects.filter(
        declaration=OuterRef("pk"), certainty=Certainty.APPLIES, submitted_at=None, withdrawn_at=None
    )
    return Subquery(owed.order_by("due_at").values("due_at")[:1])


def board(rows: IncidentQuerySet) -> IncidentQuerySet:
    """Incidents with all that a list shows, in two queries whatever their number."""
    owed = Obligation.objects.filter(
        declaration__incident=OuterRef("pk"), certainty=Certainty.APPLIES, submitted_at=None, withdrawn_at=None
    ).order_by()
    first_due = owed.values("declaration__incident").annotate(first=Min("due_at")).values("first")
    declared = Declaration.objects.filter(incident=OuterRef("pk"), submitted_at__isnull=False).order_by()
    counted = declared.values("incident").annotate(n=Count("pk")).values("n")
    return rows.select_related("establishment__department", "assigned_to").annotate(
        first_due=Subquery(first_due), declared_count=Subquery(counted)
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs between two versions; "" or "unknown" when it was not given."""

    field: str
    before: str
    after: str


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs, in the order of the form."""
    return tuple(
        Change(name, before.get(name, ""), after.get(name, ""))
        for name in FIELDS
        if before.get(name, "") != after.get(name, "")
    )


def outline(rows: IncidentQuerySet) -> "QuerySet[Incident]":
    """What a region is shown: neither the cause nor the way in."""
    return rows.select_related("establishment__department").only(
        "establishment__name", "establishment__finess", "establishment__department__name",
        "state", "care", "care_hours", "danger", "ongoing", "declared_at", "discovered_at", "restored_at", "ended_at",
    )  # fmt: skip


def waiting_for_the_cell(rows: IncidentQuerySet) -> Mapping[str, int]:
    """How many wait for a first look, and how many of them nobody answers for yet."""
    counted = rows.to_qualify().aggregate(all=Count("pk"), unconfirmed=Count("pk", filter=Q(confirmed_at=None)))
    return {str(name): int(count) for name, count in counted.items()}

"""Who mends a finding, when, under which constraint; what holds the risk down; what people note. No deadline moves."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.apps.accounts.models import User
from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.apps.registry.enums import Right

from .decisions import LEVELS, take_measures
from .enums import FindingEventKind, FindingState, PlanConstraint
from .models import Finding, FindingEvent, Measure, Plan
from .refusals import Incomplete, NotFromHere, SamePerson


@transaction.atomic
def plan(
    *,
    finding: Finding,
    owner: str,
    on: date,
    by: str,
    now: datetime,
    window: str = "",
    constraint: PlanConstraint | str = "",
    measures: Sequence[str] = (),
    shown: Collection[str] = (),
) -> Plan:
    """Replace the plan of a standing finding; the deadline stays what it was. Raises NotFromHere, Incomplete."""
    row = Finding.objects.select_for_update().get(pk=finding.pk)
    if not row.is_standing:
        state = FindingState(row.state).label
        raise NotFromHere(_("There is nothing to plan: the finding is now “%(state)s”.") % {"state": state})
    if not owner.strip():
        raise Incomplete(_("Say who mends it."), "owner")
    if on < now.date():
        raise Incomplete(_("The day planned is past."), "on")
    row.plans.current().update(replaced_at=now)
    made = Plan.objects.create(
        finding=row,
        owner=owner.strip()[:120],
        on=on,
        window=window.strip()[:120],
        constraint=PlanConstraint(constraint) if constraint else "",
        made_at=now,
        made_by=by,
    )
    take_measures(row, measures, shown, by=by, now=now)
    told = {"owner": made.owner, "on": on.isoformat(), "window": made.window, "constraint": str(made.constraint)}
    _tell(row, FindingEventKind.PLANNED, by, now, **told)
    return made


@transaction.atomic
def verify_measure(*, measure: Measure, proof: str, by: str, now: datetime) -> None:
    """Somebody else than who recorded it saw that it is in place. Raises SamePerson, Incomplete, NotFromHere."""
    if not proof.strip():
        raise Incomplete(_("Say what you saw: it is the proof."), "proof")
    row = Measure.objects.select_for_update(of=("self",)).select_related("finding").get(pk=measure.pk)
    if row.kind:
        raise NotFromHere(_("A look verifies this measure: ask for one."))
    if row.recorded_by == by:
        raise SamePerson(_("You recorded this measure: somebody else must verify it."))
    if row.verified_at is not None:
        raise NotFromHere(_("This measure was verified already."))
    row.verified_at, row.verified_by, row.proof = now, by, proof.strip()
    row.save(update_fields=["verified_at", "verified_by", "proof"])
    _tell(row.finding, FindingEventKind.MEASURE_VERIFIED, by, now, words=f"{row.text}: {row.proof}")
    owner = row.finding.establishment_id
    jobs.enqueue(LEVELS, key=f"levels:finding:{owner}", now=now, priority=10, again=True, establishment_ids=[owner])


@transaction.atomic
def assign(*, finding: Finding, to: User | None, by: str, now: datetime) -> None:
    """Give the finding to somebody, or to nobody any more."""
    Finding.objects.filter(pk=finding.pk).update(assigned_to=to)
    _tell(finding, FindingEventKind.ASSIGNED, by, now, words=(to.name or to.email) if to else "")


@transaction.atomic
def assign_all(*, findings: QuerySet[Finding], to: User | None, by: str, now: datetime) -> int:
    """Give each of them to somebody who may act on it; what is theirs already is left as it is. Return how many."""
    may = findings if to is None else findings.visible_to(to, now, Right.ACT)  # type: ignore[attr-defined]
    rows = may.select_for_update(of=("self",)).order_by("pk")
    given = [row for row in rows if row.assigned_to_id != (to and to.pk)]
    for row in given:
        assign(finding=row, to=to, by=by, now=now)
    return len(given)


@transaction.atomic
def note(*, finding: Finding, words: str, by: str, now: datetime) -> None:
    """Add a line to the history. Raises Incomplete."""
    if not words.strip():
        raise Incomplete(_("Write something: an empty note says nothing."), "words")
    _tell(finding, FindingEventKind.NOTED, by, now, words=words.strip())


def _tell(finding: Finding, kind: FindingEventKind, by: str, now: datetime, **detail: Any) -> None:
    told = {name: value for name, value in detail.items() if value}
    FindingEvent.objects.create(finding=finding, kind=kind, at=now, by=by, detail=told)
    record(kind=f"finding-{kind.value.replace('_', '-')}", subject=finding, by=by, at=now, **told)

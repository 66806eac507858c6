"""What the cell does with an incident. The table of what may follow what is in vigie.engine.incidents.lifecycle."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.accounts.models import User
from vigie.apps.audit.actions import record
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.lifecycle import Deed
from vigie.engine.incidents.taxonomy import Known, RsitClass

from .answering import facts_of
from .declaring import answer_for
from .duties import write_routes
from .enums import AssessedBy, IncidentAuthority, IncidentEventKind
from .models import Declaration, Incident, Route, SupportEntry
from .recording import locked, note, put
from .refusals import AlreadyDone, Incomplete

# deed -> what its line of history is called, and which date it writes the first time
STEPS = {
    Deed.HANDLE: (IncidentEventKind.HANDLING, ""),
    Deed.CONTAIN: (IncidentEventKind.CONTAINED, "contained_at"),
    Deed.RESTORE: (IncidentEventKind.RESTORED, "restored_at"),
}
ENDS = {Deed.CLOSE: IncidentEventKind.CLOSED, Deed.DISMISS: IncidentEventKind.DISMISSED}
MOST_MINUTES = 24 * 60


@transaction.atomic
def start_qualifying(*, incident: Incident, by: str, now: datetime) -> Incident:
    """The cell has it in hand: its declarant is told so by the page. Raises NotFromHere."""
    row = locked(incident, Deed.START_QUALIFYING)
    row.state_since, row.acknowledged_at = now, row.acknowledged_at or now
    row.save()
    note(row, IncidentEventKind.QUALIFYING, by=by, now=now)
    return row


@transaction.atomic
def qualify(
    *, incident: Incident, facts: Facts, by: str, now: datetime, rsit_class: RsitClass | None = None, words: str = ""
) -> Incident:
    """Say what it is; whoever must be told of it is written down with a date. Raises NotFromHere.

    Malicious or not, serious or not, are derived. To qualify is to answer for what nobody had confirmed.
    """
    row = locked(incident, Deed.QUALIFY)
    _answered_for(row, by, now)
    _assess(row, facts, rsit_class)
    row.state_since, row.acknowledged_at = now, row.acknowledged_at or now
    row.qualified_at = row.qualified_at or now
    row.save()
    write_routes(row, facts, now=now)
    note(row, IncidentEventKind.QUALIFIED, by=by, now=now, words=words, what=row.kind, gravity=row.gravity)
    return row


@transaction.atomic
def assess(*, incident: Incident, facts: Facts, by: str, now: datetime, rsit_class: RsitClass | None = None) -> None:
    """Correct what it is, in any state: history keeps what was said before."""
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    before = {"kind": row.kind, "gravity": row.gravity, "care": row.care}
    _assess(row, facts, rsit_class)
    row.save()
    write_routes(row, facts, now=now)
    note(row, IncidentEventKind.ASSESSED, by=by, now=now, before=before, what=row.kind, gravity=row.gravity)


def _assess(row: Incident, facts: Facts, rsit_class: RsitClass | None) -> None:
    put(row, facts, assessed_by=AssessedBy.CELL, wants_help=Known(row.wants_help), rsit_class=rsit_class)


def _answered_for(row: Incident, by: str, now: datetime) -> None:
    for declaration in row.declarations.submitted().filter(confirmed_at=None).select_related("incident"):
        answer_for(declaration, by=by, now=now)
        row.confirmed_at = row.confirmed_at or now


@transaction.atomic
def move(*, incident: Incident, deed: Deed, by: str, now: datetime, at: datetime | None = None) -> Incident:
    """Handle, contain or restore; `at` is when it was so, now when it is not given. Raises NotFromHere, Incomplete."""
    kind, column = STEPS[deed]
    when = at or now
    if when > now:
        raise Incomplete(_("It cannot have happened later than now."))
    row = locked(incident, deed)
    row.state_since = now
    if column and getattr(row, column) is None:
        setattr(row, column, when)
    row.save()
    note(row, kind, by=by, now=now, since=when.isoformat())
    return row


@transaction.atomic
def end(*, incident: Incident, deed: Deed, reason: str, by: str, now: datetime) -> Incident:
    """Close it, or judge that it is none, with the reason. Raises NotFromHere, Incomplete."""
    row = locked(incident, deed)
    words = _written(reason)
    row.state_since = row.ended_at = now
    row.save()
    note(row, ENDS[deed], by=by, now=now, words=words)
    return row


@transaction.atomic
def reopen(*, incident: Incident, reason: str, by: str, now: datetime) -> Incident:
    """It was not over, or not merged rightly; it keeps its first dates. Raises NotFromHere, Incomplete."""
    row = locked(incident, Deed.REOPEN)
    words = _written(reason)
    row.state_since, row.ended_at, row.merged_into = now, None, None
    row.reopened += 1
    row.save()
    note(row, IncidentEventKind.REOPENED, by=by, now=now, words=words)
    return row


def _written(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise Incomplete(_("Say why: it stays in the history."))
    return words


@transaction.atomic
def assign(*, incident: Incident, to: User | None, by: str, now: datetime, words: str = "") -> None:
    """Give it to somebody, or to nobody; `words` are what who hands it over leaves to the next one."""
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    row.assigned_to = to
    row.save(update_fields=["assigned_to"])
    note(row, IncidentEventKind.ASSIGNED, by=by, now=now, words=words.strip(), to=to.pk if to else None)


@transaction.atomic
def hand_over(*, giver: User, to: User, words: str, by: str, now: datetime) -> int:
    """Give all that one person of the cell follows to another one; return how many incidents."""
    rows = list(Incident.objects.standing().filter(assigned_to=giver).order_by("pk"))
    for row in rows:
        assign(incident=row, to=to, by=by, now=now, words=words)
    record(kind="incidents-handed-over", by=by, at=now, subject=to, giver=giver.pk, count=len(rows))
    return len(rows)


@transaction.atomic
def remark(*, incident: Incident, words: str, by: str, now: datetime) -> None:
    """Add a line to the history. Raises Incomplete."""
    note(incident, IncidentEventKind.NOTED, by=by, now=now, words=_written(words))


@transaction.atomic
def log_support(*, incident: Incident, words: str, minutes: int, at: datetime, by: str, now: datetime) -> SupportEntry:
    """Write down what was done to help, and how long it took. Raises Incomplete."""
    if not 0 < minutes <= MOST_MINUTES:
        raise Incomplete(_("Give the time spent, between one minute and one day."))
    if at > now:
        raise Incomplete(_("It cannot have happened later than now."))
    entry: SupportEntry = SupportEntry.objects.create(
        incident=incident, at=at, recorded_at=now, by=by[:200], words=_written(words), minutes=minutes
    )
    record(kind="incident-supported", by=by, at=now, subject=incident, minutes=minutes)
    return entry


@transaction.atomic
def tell(*, route: Route, by: str, now: datetime, how: str, acknowledgement: str = "") -> None:
    """Note that an authority was told: by telephone, or by a message that left. Raises AlreadyDone."""
    if not Route.objects.filter(pk=route.pk, told_at=None).update(told_at=now, told_by=by[:200]):
        raise AlreadyDone(_("This authority was told already."))
    if route.authority == IncidentAuthority.ANSSI:
        Incident.objects.filter(pk=route.incident_id, escalated_at=None).update(escalated_at=now)
    if acknowledgement:
        acknowledge(route=route, acknowledgement=acknowledgement, by=by, now=now)
    note(route.incident, IncidentEventKind.ROUTED, by=by, now=now, authority=route.authority, how=how[:100])


@transaction.atomic
def acknowledge(*, route: Route, acknowledgement: str, by: str, now: datetime) -> None:
    """Keep the authority's own reference: it has it in hand."""
    Route.objects.filter(pk=route.pk).update(acknowledged_at=now, acknowledgement=acknowledgement.strip()[:100])
    record(kind="incident-route-acknowledged", by=by, at=now, subject=route.incident, authority=route.authority)


def latest_facts(declaration: Declaration) -> Facts:
    """What its declarant says now: where a qualification starts from."""
    return facts_of(declaration.versions.latest("number").choices)

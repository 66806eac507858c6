"""The authorities that the rules have told: written to in time, reminded once, then called. Each thing once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import ContactRole, NoticeKind
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.notices.planning import channels_of
from vigie.data.incident_rules import Awaiting, routes

from .enums import IncidentAuthority, IncidentEventKind
from .models import Incident, Route
from .recording import note
from .refusals import AlreadyDone, Incomplete

BY = "vigie"
BATCH = 200  # of one short transaction
PASSED_ON = "/incidents/passed-on/"
AGAIN = "again"
ROLE_OF = {
    IncidentAuthority.HFDS: ContactRole.HFDS,
    IncidentAuthority.CORRUSS: ContactRole.CORRUSS,
    IncidentAuthority.ANSSI: ContactRole.ANSSI,
    IncidentAuthority.ARS: ContactRole.REGIONAL_AGENCY,
}


def write_to_authorities(now: datetime) -> int:
    """Write to each authority whose time has come and that can be written to; return how many messages are new.

    What is due within the hour waits for a person to let it go, and leaves by itself before its date.
    """
    written = 0
    early = _awaiting(now).leave_before_due
    waiting = Route.objects.to_tell().filter(due_at__lte=now + early)
    for route in waiting.select_related("incident__establishment__department").order_by("due_at", "pk")[:BATCH]:
        if route.due_at is not None and _leaves_at(route, route.due_at, early) <= now:
            written += _write_to_all(route, now)
    return written


def overdue(now: datetime) -> "QuerySet[Route]":
    """Those that we should have told, the few minutes of the outbox included."""
    return Route.objects.to_tell().filter(due_at__lte=now - _awaiting(now).outbox)


def _awaiting(now: datetime) -> Awaiting:
    return routes(now.date()).awaiting


def _leaves_at(route: Route, due_at: datetime, early: timedelta) -> datetime:
    """Never before it was written down."""
    return max(route.written_at, due_at - early)


@transaction.atomic
def let_go(*, route: Route, by: str, now: datetime) -> int:
    """Write to this authority now, before its date; return how many messages. Raises AlreadyDone, Incomplete."""
    row = Route.objects.select_for_update(of=("self",)).select_related("incident").get(pk=route.pk)
    if row.told_at is not None or Notice.objects.filter(key__startswith=f"route:{row.pk}:").exists():
        raise AlreadyDone(_("This authority was written to already."))
    if not Route.objects.to_tell().filter(pk=row.pk).exists():
        raise Incomplete(_("The rules do not have this authority told, or not yet: qualify the incident first."))
    written = _write_to_all(row, now)
    if not written:
        raise Incomplete(_("No confirmed contact of this authority is known: call it, and note that you did."))
    kind = IncidentEventKind.ESCALATED if row.authority == IncidentAuthority.ANSSI else IncidentEventKind.ROUTED
    note(row.incident, kind, by=by, now=now, authority=row.authority, how="let go", messages=written)
    return written


def remind_authorities(now: datetime) -> int:
    """A second message to those that were told and have not said that they read it; return how many are new."""
    late = Route.objects.unanswered().filter(reminded_at=None, told_at__lte=now - _awaiting(now).remind_after)
    written = 0
    for route in late.select_related("incident__establishment__department").order_by("told_at", "pk")[:BATCH]:
        with transaction.atomic():
            if Route.objects.filter(pk=route.pk, reminded_at=None, acknowledged_at=None).update(reminded_at=now):
                written += _write_to_all(route, now, AGAIN)
    return written


def _write_to_all(route: Route, now: datetime, again: str = "") -> int:
    return sum(_write(route, contact, now, again) for contact in contacts_of(route, now))


def _write(route: Route, contact: Contact, now: datetime, again: str) -> int:
    made = 0
    for channel in channels_of(contact):
        key = f"route:{route.pk}:{contact.pk}:{channel.value}" + (f":{again}" if again else "")
        if not Notice.objects.filter(key=key).exists():
            notices.plan_notice(
                key=key, contact=contact, channel=channel, kind=NoticeKind.AUTHORITY, alert=None, not_before=now,
                now=now, opens=PASSED_ON, urgent=True,
            )  # fmt: skip
            made += 1
    return made


def contacts_of(route: Route, now: datetime) -> Iterable[Contact]:
    """The confirmed contacts of an authority; of a region, those of where the structures are.

    The demonstration's invented region never writes to real authorities.
    """
    role = ROLE_OF.get(IncidentAuthority(route.authority))
    found: QuerySet[Contact] = Contact.objects.current().in_force(now.date())
    found = found.filter(role=role, verified_at__isnull=False).order_by("pk")
    places = _places(route.incident)
    if role == ContactRole.REGIONAL_AGENCY:
        return found.filter(territory__in=[pk for pk, _invented in places])
    invented = {is_invented for _pk, is_invented in places}
    return found.filter(territory__invented=invented.pop()) if len(invented) == 1 else found


def _places(incident: Incident) -> set[tuple[int, bool]]:
    """Keys of the departments and regions of the structures that declared it, and whether each is invented."""
    declared = incident.declarations.filter(establishment__department__isnull=False).order_by()
    where = "establishment__department"
    told = declared.values_list(where, f"{where}__invented", f"{where}__parent", f"{where}__parent__invented")
    return {place for one in told for place in (one[:2], one[2:]) if place[0] is not None}


@transaction.atomic
def note_told(now: datetime) -> int:
    """An authority is told once a message to it has left; return how many are told since the last time."""
    left = Notice.objects.filter(kind=NoticeKind.AUTHORITY, sent_at__isnull=False, key__startswith="route:")
    told = 0
    for route in Route.objects.to_tell().select_related("incident").order_by("due_at", "pk")[:BATCH]:
        sent = left.filter(key__startswith=f"route:{route.pk}:").order_by("sent_at").first()
        if sent is None or not Route.objects.filter(pk=route.pk, told_at=None).update(told_at=sent.sent_at, told_by=BY):
            continue
        if route.authority == IncidentAuthority.ANSSI:
            Incident.objects.filter(pk=route.incident_id, escalated_at=None).update(escalated_at=sent.sent_at)
        note(route.incident, IncidentEventKind.ROUTED, by=BY, now=now, authority=route.authority, how="message")
        told += 1
    return told


@dataclass(frozen=True, slots=True)
class ToCall:
    """An authority that a person has to call: nobody there said that it was read, or no message could leave."""

    route: Route
    since: datetime
    contacts: tuple[Contact, ...]  # with a number first; none: no contact is confirmed


def to_call(incidents: "QuerySet[Incident]", now: datetime) -> list[ToCall]:
    """Whom to call about these incidents, the longest waiting first."""
    rule = _awaiting(now)
    rows = Route.objects.ours().filter(incident__in=incidents.order_by().values("pk"), acknowledged_at=None)
    late = rows.filter(told_at__lte=now - rule.call_after) | rows.filter(told_at=None, due_at__lte=now - rule.outbox)
    found = []
    for route in late.select_related("incident__establishment__department").order_by("due_at", "pk")[:BATCH]:
        contacts = tuple(sorted(contacts_of(route, now), key=lambda one: (not one.telephone, one.pk)))
        since = route.told_at + rule.call_after if route.told_at else route.due_at
        if since is not None:
            found.append(ToCall(route, since, contacts))
    return sorted(found, key=lambda one: one.since)

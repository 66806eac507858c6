"""One provider incident, hundreds of structures: declarations are linked to it, merged into it, taken out of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from vigie.apps.registry.models import Establishment
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.lifecycle import Deed
from vigie.engine.incidents.taxonomy import VERSION, Known

from .declaring import Receipt, Receiving, answer_for, declare
from .duties import write_routes
from .enums import AssessedBy, IncidentEventKind, IncidentState, ReceivedBy
from .handling import latest_facts, move, qualify
from .models import Declaration, Incident
from .recording import facts_in, locked, note, put
from .refusals import Incomplete


@transaction.atomic
def open_shared(*, title: str, provider: str, facts: Facts, by: str, now: datetime) -> Incident:
    """Open the incident of a provider, which structures then confirm in one click. Raises Incomplete."""
    if not title.strip() or not provider.strip():
        raise Incomplete(_("Name the provider, and say in a few words what does not work."))
    row = Incident(
        is_shared=True,
        title=title.strip()[:200],
        provider=provider.strip()[:200],
        state=IncidentState.DECLARED,
        state_since=now,
        declared_at=now,
        confirmed_at=now,
        taxonomy=VERSION,
    )
    put(row, facts, assessed_by=AssessedBy.CELL, wants_help=Known.UNKNOWN)
    row.save()
    write_routes(row, facts, now=now)
    note(row, IncidentEventKind.DECLARED, by=by, now=now, provider=row.provider)
    return row


@transaction.atomic
def confirm_shared(
    *,
    incident: Incident,
    establishment: Establishment,
    receiving: Receiving,
    key: UUID,
    now: datetime,
    care: str = "",
    email: str = "",
) -> Receipt:
    """One click: this structure is touched too, and care goes on so there; the rest can be completed.

    With `key_of_confirmation` as key, twice is once. Raises Incomplete once it is over, AnswersRefused.
    """
    if not incident.is_shared or not Incident.objects.standing().filter(pk=incident.pk).exists():
        raise Incomplete(_("This incident of a provider is over: declare an incident of your own if one lasts."))
    told = {
        "finess": establishment.finess,
        "seen": _("Touched by the incident of %(provider)s: %(title)s")
        % {"provider": incident.provider, "title": incident.title},
        "discovered_at": now.isoformat(),
        "provider": incident.provider,
        "kind": incident.kind,
        "care": care,
        "ongoing": Known.YES.value,
        "email": email or (receiving.author.email if receiving.author else ""),
    }
    receipt = declare(typed=told, receiving=receiving, key=key, now=now)
    if not receipt.again:
        if receiving.how is ReceivedBy.EMAIL:  # the link proves the address that it was sent to
            answer_for(receipt.declaration, by=receiving.by, now=now)
        merge(incident=receipt.declaration.incident, into=incident, by=receiving.by, now=now)
    return receipt


def key_of_confirmation(incident: Incident, establishment: Establishment) -> UUID:
    """The same for the same structure, and nobody else can know it: a key opens its declaration."""
    told = f"{incident.pk}:{establishment.pk}"
    return UUID(bytes=salted_hmac("vigie.incidents.confirmed", told, algorithm="sha256").digest()[:16])


@transaction.atomic
def restore_shared(*, incident: Incident, at: datetime, by: str, now: datetime) -> Incident:
    """The provider's service works again: for all of them. How care goes on in each stays its own to say.

    Raises NotFromHere, Incomplete.
    """
    if at < (incident.discovered_at or incident.state_since):
        raise Incomplete(_("It cannot work again before it was seen."))
    if incident.state in {IncidentState.DECLARED, IncidentState.QUALIFYING}:
        # What the cell assessed as it opened it is its qualification, unless somebody did it since.
        incident = qualify(incident=incident, facts=facts_in(incident), by=by, now=now)
    return move(incident=incident, deed=Deed.RESTORE, by=by, now=now, at=at)


@transaction.atomic
def merge(*, incident: Incident, into: Incident, by: str, now: datetime) -> None:
    """It is the same thing: its declarations hang from the other one. Raises NotFromHere, Incomplete."""
    target = Incident.objects.select_for_update().get(pk=into.pk)
    if target.pk == incident.pk or not target.is_standing:
        raise Incomplete(_("It can only be merged into another incident that is not over."))
    row = locked(incident, Deed.MERGE)
    row.state_since = row.ended_at = now
    row.merged_into = target
    row.save()
    moved = list(row.declarations.values_list("reference", flat=True))
    Declaration.objects.filter(incident=row).update(incident=target)
    _share(target)
    note(row, IncidentEventKind.MERGED, by=by, now=now, into=target.pk, declarations=moved)
    note(target, IncidentEventKind.ABSORBED, by=by, now=now, absorbed=row.pk, declarations=moved)


def _share(target: Incident) -> None:
    """An incident of several structures is nobody's own: each reads its declaration."""
    if not target.is_shared and target.declarations.values("establishment").distinct().count() > 1:
        target.is_shared, target.establishment = True, None
        target.save(update_fields=["is_shared", "establishment"])


@transaction.atomic
def split(*, declaration: Declaration, reason: str, by: str, now: datetime) -> Incident:
    """Take a declaration out: it is an incident of its own. Raises Incomplete."""
    row = (
        Declaration.objects.select_for_update(of=("self",))
        .select_related("incident", "establishment")
        .get(pk=declaration.pk)
    )
    source = row.incident
    if not reason.strip():
        raise Incomplete(_("Say why: it stays in the history."))
    if not source.is_shared and source.declarations.count() < 2:
        raise Incomplete(_("It is the only declaration of this incident already."))
    made = Incident(
        establishment=row.establishment,
        state=IncidentState.DECLARED,
        state_since=now,
        declared_at=row.received_at,
        confirmed_at=row.confirmed_at,
        taxonomy=VERSION,
    )
    facts = latest_facts(row)
    put(made, facts, assessed_by=AssessedBy.DECLARANT, wants_help=Known.UNKNOWN)
    made.save()
    Declaration.objects.filter(pk=row.pk).update(incident=made)
    write_routes(made, facts, now=now)
    note(made, IncidentEventKind.DECLARED, by=by, now=now, declaration=row.reference, out_of=source.pk)
    note(source, IncidentEventKind.SPLIT, by=by, now=now, words=reason.strip(), declaration=row.reference, into=made.pk)
    return made

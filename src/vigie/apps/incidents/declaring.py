"""Declare: begin, save as typed, submit, confirm, complete, say that it is over. Sent twice, it is declared once."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from vigie.apps.accounts.models import User
from vigie.apps.audit.actions import record
from vigie.apps.rows import append
from vigie.data.incident_rules import limits
from vigie.engine.incidents import reference as references
from vigie.engine.incidents.taxonomy import VERSION

from .answering import (
    Declared,
    accepted,
    choices_of,
    facts_of,
    sealed_draft,
    sealed_words,
)
from .duties import first_obligations, first_routes, write_obligations, write_routes
from .enums import (
    AssessedBy,
    IncidentEventKind,
    IncidentRegime,
    IncidentState,
    ObligationStage,
    ReceivedBy,
    VersionKind,
)
from .models import Declaration, DeclarationVersion, Incident, WrongReference
from .queries import code_of, declares_too_often, guesses_too_often, opened_by
from .receipts import ask_to_write_back
from .recording import note, noted, put
from .refusals import AlreadyDone, Incomplete, NotOpened, TooMany
from .submitting import submit


@dataclass(frozen=True, slots=True)
class Receiving:
    """How, when and by whom a declaration is received."""

    by: str  # for the trail
    how: ReceivedBy
    at: datetime | None = None  # when it was really received; None: now
    author: User | None = None  # the account, when there is one
    address: str | None = None  # of the network, when there is none
    language: str = "fr"
    competent: bool = False  # this installation is the authority that the public health code names


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the declarant is answered; whoever made the request holds the key, so may be told the code."""

    declaration: Declaration
    again: bool  # it had been received before

    @property
    def code(self) -> str:
        return code_of(self.declaration)


@transaction.atomic
def start_draft(*, receiving: Receiving, typed: Mapping[str, str], key: UUID, now: datetime) -> Receipt:
    """Begin a declaration that can be gone on with by its reference and code. Raises TooMany."""
    known = Declaration.objects.filter(key=key).first()
    if known is not None:
        return Receipt(known, again=True)
    declaration = _begun(receiving, key, now)
    declaration.draft = sealed_draft(typed, reference=declaration.reference, now=now)
    declaration.incident.save()
    declaration.save()
    record(kind="declaration-started", by=receiving.by, at=now, subject=declaration)
    return Receipt(declaration, again=False)


def _begun(receiving: Receiving, key: UUID, now: datetime) -> Declaration:
    """A declaration and its incident, still drafts; neither is saved."""
    if receiving.author is None and receiving.address and declares_too_often(receiving.address, now):
        raise TooMany(
            _("Too many declarations came from your network within an hour. Call the national cell, or try later.")
        )
    return Declaration(
        incident=Incident(state=IncidentState.DRAFT, state_since=now, taxonomy=VERSION),
        reference=references.drawn(secrets.randbelow),
        key=key,
        author=receiving.author,
        received_by=receiving.how,
        language=receiving.language,
        address=receiving.address if receiving.author is None else None,
        started_at=now,
        saved_at=now,
    )


@transaction.atomic
def save_draft(*, declaration: Declaration, typed: Mapping[str, str], now: datetime) -> None:
    """Keep what is typed: no event, its author alone reads it. Raises AlreadyDone once it was declared."""
    body = sealed_draft(typed, reference=declaration.reference, now=now)
    if not Declaration.objects.drafts().filter(pk=declaration.pk).update(draft=body, saved_at=now):
        raise AlreadyDone(_("This declaration was sent already: complete it instead."))
    declaration.draft, declaration.saved_at = body, now


def open_with_code(*, reference: str, code: str, address: str, now: datetime) -> Declaration:
    """The declaration of this reference and code. Raises NotOpened, TooMany: the same words whatever exists."""
    if guesses_too_often(address, now):
        raise TooMany(_("Too many wrong references came from your network. Wait an hour, or call the national cell."))
    read = references.read(reference)
    found = opened_by(reference=read if isinstance(read, str) else "", code=code)
    if found is None:
        WrongReference.objects.create(address=address, at=now)
        raise NotOpened(_("No declaration has this reference and this code. Look at both again, symbol by symbol."))
    record(kind="declaration-opened", by=f"code:{found.reference}", at=now, subject=found)
    return found


def declare(
    *,
    typed: Mapping[str, str],
    receiving: Receiving,
    key: UUID,
    now: datetime,
) -> Receipt:
    """Submit what was typed, or the draft of this key as it is typed now; the same key again is the same declaration.

    Raises AnswersRefused, TooMany, Incomplete; nothing is then recorded, and a draft keeps what it held.
    """
    known = Declaration.objects.filter(key=key).first()
    if known is not None and known.submitted_at is not None:
        return Receipt(known, again=True)
    told = accepted(typed, needs_email=receiving.how is ReceivedBy.EMAIL, now=now)
    try:
        with transaction.atomic():
            draft = None if known is None else _locked(known)
            return _declared(draft or _begun(receiving, key, now), told, receiving, now)
    except IntegrityError:
        known = Declaration.objects.submitted().filter(key=key).first()  # another request of the same key was faster
        if known is None:
            raise
        return Receipt(known, again=True)


def _locked(draft: Declaration) -> Declaration | None:
    rows = Declaration.objects.select_for_update(of=("self",)).select_related("incident")
    return rows.filter(pk=draft.pk).first()


def _declared(declaration: Declaration, told: Declared, receiving: Receiving, now: datetime) -> Receipt:
    if declaration.submitted_at is not None:
        return Receipt(declaration, again=True)
    answered_for = receiving.how is not ReceivedBy.EMAIL
    declaration.received_at = _received(receiving, now)
    declaration.submitted_at = declaration.saved_at = now
    declaration.confirmed_at = now if answered_for else None
    declaration.received_by, declaration.recorded_by = receiving.how, receiving.by[:200]
    declaration.establishment, declaration.email, declaration.draft = told.establishment, told.email, None
    declaration.is_unanswered = bool(told.email)
    _open_incident(declaration, told, now)
    declaration.save()
    _add_version(declaration, told, VersionKind.FIRST, receiving.by, declaration.received_at, now)
    append(_beside(declaration, told, receiving, now))
    if receiving.competent:
        _fulfil_ours(declaration, receiving.by, now)
    if told.email:
        ask_to_write_back(now)
    return Receipt(declaration, again=False)


def _beside(declaration: Declaration, told: Declared, receiving: Receiving, now: datetime) -> Iterator[Model]:
    """What hangs from a declaration as it is received: its line of history, what it owes, whom to tell."""
    yield from noted(
        declaration.incident,
        IncidentEventKind.DECLARED,
        by=receiving.by,
        now=now,
        declaration=declaration.reference,
        received_by=receiving.how.value,
        received_at=declaration.received_at.isoformat() if declaration.received_at else None,
    )
    yield from first_obligations(declaration, told.answers.facts, now)
    yield from first_routes(declaration.incident, told.answers.facts, now)


def _fulfil_ours(declaration: Declaration, by: str, now: datetime) -> None:
    """To declare here is to declare to the authority: that clock stops."""
    for row in declaration.obligations.filter(
        regime=IncidentRegime.PUBLIC_HEALTH_CODE, stage=ObligationStage.DECLARATION
    ):
        at = declaration.received_at or now
        submit(obligation=row, at=at, authority_reference=declaration.reference, by=by, now=now)


def _received(receiving: Receiving, now: datetime) -> datetime:
    if receiving.at is not None and receiving.at > now:
        raise Incomplete(_("It cannot have been received later than now."))
    if receiving.at is not None and receiving.at < now - limits(now.date()).seen_at_most:
        raise Incomplete(_("This is years ago: look at the year."))
    return receiving.at or now


def _open_incident(declaration: Declaration, told: Declared, now: datetime) -> None:
    incident = declaration.incident
    put(incident, told.answers.facts, assessed_by=AssessedBy.DECLARANT, wants_help=told.answers.wants_help)
    incident.establishment = told.establishment
    incident.provider = told.answers.words["provider"]
    incident.state, incident.state_since = IncidentState.DECLARED, now
    incident.declared_at, incident.confirmed_at = declaration.received_at, declaration.confirmed_at
    incident.save()


def _add_version(
    declaration: Declaration, told: Declared, kind: VersionKind, by: str, at: datetime, now: datetime
) -> DeclarationVersion:
    number = 1 if kind is VersionKind.FIRST else declaration.versions.count() + 1
    version: DeclarationVersion = DeclarationVersion.objects.create(
        declaration=declaration,
        number=number,
        kind=kind,
        at=at,
        recorded_at=now,
        by=by[:200],
        choices=choices_of(told.answers),
        words=sealed_words(told.answers.words, declaration_id=declaration.pk),
    )
    return version


@transaction.atomic
def confirm(*, declaration: Declaration, asked_at: datetime, by: str, now: datetime) -> None:
    """Its declarant answers at the address that was given. Raises AlreadyDone, Incomplete when the link is too old."""
    row = Declaration.objects.select_for_update(of=("self",)).select_related("incident").get(pk=declaration.pk)
    if row.confirmed_at is not None:
        raise AlreadyDone(_("This declaration was confirmed already: there is nothing more to do."))
    if now > asked_at + limits(asked_at.date()).confirmation:
        raise Incomplete(_("This link is too old. Your declaration was received all the same: the cell checks it."))
    answer_for(row, by=by, now=now)


def answer_for(row: Declaration, *, by: str, now: datetime) -> None:
    """Somebody answers for the declaration: an account, an address, an analyst. In the caller's transaction."""
    row.confirmed_at = now
    row.save(update_fields=["confirmed_at"])
    incident = row.incident
    if incident.confirmed_at is None:
        incident.confirmed_at = now
        incident.save(update_fields=["confirmed_at"])
    note(incident, IncidentEventKind.CONFIRMED, by=by, now=now, declaration=row.reference)
    write_routes(incident, facts_of(row.versions.latest("number").choices), now=now)


@transaction.atomic
def follow_up(
    *,
    declaration: Declaration,
    typed: Mapping[str, str],
    by: str,
    now: datetime,
    at: datetime | None = None,
    resolution: bool = False,
) -> DeclarationVersion:
    """Add a version, whole; the one before stays. With `resolution`, it also says that it is over.

    Raises AnswersRefused. Facts that the cell has assessed are left to it.
    """  # fmt: skip
    row = (
        Declaration.objects.select_for_update(of=("self",))
        .select_related("incident", "establishment")
        .get(pk=declaration.pk)
    )
    told = accepted(typed, needs_email=row.received_by == ReceivedBy.EMAIL, now=now)
    kind = VersionKind.RESOLUTION if resolution else VersionKind.FOLLOW_UP
    version = _add_version(row, told, kind, by, at or now, now)
    if resolution and row.resolved_at is None:
        row.resolved_at = at or now
    row.email = told.email or row.email
    row.save(update_fields=["resolved_at", "email"])
    incident = row.incident
    if incident.assessed_by == AssessedBy.DECLARANT and not incident.is_shared:
        put(incident, told.answers.facts, assessed_by=AssessedBy.DECLARANT, wants_help=told.answers.wants_help)
        incident.save()
        write_routes(incident, told.answers.facts, now=now)
    write_obligations(row, told.answers.facts, now=now)
    event = IncidentEventKind.RESOLUTION if resolution else IncidentEventKind.COMPLETED
    note(incident, event, by=by, now=now, declaration=row.reference, version=version.number)
    return version

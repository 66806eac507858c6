"""Declare and end a contact; refuse the digest. Each kept in the audit trail."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.registry.models import Establishment, Group, Territory

from .models import Contact
from .refusals import AlreadyDone, UrgentCannotBeRefused
from .terms import contact_terms, owner_kind, same_person

Owner = Establishment | Group | Territory


@transaction.atomic
def declare_contact(
    *,
    owner: Owner,
    role: str,
    name: str,
    by: str,
    now: datetime,
    email: str = "",
    telephone: str = "",
    webhook: str = "",
    language: str = "fr",
) -> Contact:
    """Record whom to tell from today on; raise InvalidContact. The same contact again is the same row."""
    terms = contact_terms(
        owner=owner, role=role, name=name, email=email, telephone=telephone, webhook=webhook, language=language
    )
    known: QuerySet[Contact] = Contact.objects.current().filter(**{owner_kind(owner): owner}, valid_until=None)
    for contact in known.filter(role=terms.role, name=terms.name):
        if same_person(contact, terms):
            return contact
    made: Contact = Contact.objects.create(
        **{owner_kind(owner): owner},
        role=terms.role,
        name=terms.name,
        email=terms.email,
        telephone=terms.telephone,
        webhook=terms.webhook,
        language=terms.language,
        valid_from=now.date(),
        recorded_at=now,
        recorded_by=by,
    )
    audit.record(kind="contact-declared", by=by, at=now, subject=owner, contact=made.pk, role=terms.role)
    return made


@transaction.atomic
def end_contact(*, contact: Contact, by: str, now: datetime) -> None:
    """It is told nothing more from today; raise AlreadyDone when it had ended."""
    current = Contact.objects.current().filter(pk=contact.pk, valid_until=None)
    if not current.end(now.date(), now=now):
        raise AlreadyDone(_("This contact was ended already."))
    audit.record(kind="contact-ended", by=by, at=now, subject=contact.owner, contact=contact.pk)


@transaction.atomic
def refuse_digest(*, contact: Contact, urgent: bool, by: str, now: datetime) -> None:
    """Send no more daily digest to it; raise UrgentCannotBeRefused when the message asked about is urgent."""
    if urgent:
        raise UrgentCannotBeRefused(_("Urgent messages cannot be refused: ask that another contact be declared."))
    if Contact.objects.filter(pk=contact.pk, wants_digest=True).update(wants_digest=False):
        audit.record(kind="digest-refused", by=by, at=now, subject=contact.owner, contact=contact.pk)

"""Structures that an incident of a provider may touch are asked by a message; its link confirms it, once.

No account is needed: the link is known to the contact that it was sent to, opens that one question, and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import ContactRole, NoticeChannel, NoticeKind
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.registry.models import Establishment
from vigie.sources import finess_number

from .declaring import Receipt, Receiving
from .enums import ReceivedBy
from .linking import confirm_shared, key_of_confirmation
from .models import Declaration, Incident
from .queries import establishment_of
from .refusals import Incomplete

OPENS = "/incidents/touched/"
MOST = 1_000  # structures asked in one go


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a list of structures."""

    written: int  # messages that are new
    unreached: tuple[Establishment, ...]  # no confirmed contact has an address: call them
    unknown: tuple[str, ...]  # no FINESS number that we know


@transaction.atomic
def ask_structures(*, incident: Incident, numbers: Iterable[str], by: str, now: datetime) -> Asked:
    """Write to the contacts of each of these structures, once. Raises Incomplete."""
    told = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if not Incident.objects.standing().filter(pk=incident.pk, is_shared=True).exists():
        raise Incomplete(_("This incident of a provider is over: nobody is asked any more."))
    if not told or len(told) > MOST:
        raise Incomplete(_("Give the FINESS numbers of the structures, one a line, 1,000 at most."))
    read = {number: finess_number.restored(number) for number in told}
    found = {number: establishment_of(known, now.date()) if known else None for number, known in read.items()}
    asked = list({one.pk: one for one in found.values() if one is not None}.values())
    written, unreached = 0, []
    for one in asked:
        contacts = contacts_of(one, now)
        written += sum(_write(incident, one, contact, now) for contact in contacts)
        unreached += [] if contacts else [one]
    record(kind="structures-asked", by=by, at=now, subject=incident, structures=len(asked), messages=written)
    return Asked(written, tuple(unreached), tuple(number for number, one in found.items() if one is None))


def contacts_of(establishment: Establishment, now: datetime) -> Sequence[Contact]:
    """Its security officers; its directors where there is none."""
    rows = Contact.objects.current().in_force(now.date()).filter(establishment=establishment).exclude(email="")
    known = list(rows.filter(verified_at__isnull=False).order_by("pk"))
    officers = [one for one in known if one.role == ContactRole.OFFICER]
    return officers or [one for one in known if one.role == ContactRole.DIRECTOR]


def _write(incident: Incident, establishment: Establishment, contact: Contact, now: datetime) -> int:
    key = f"touched:{incident.pk}:{establishment.pk}:{contact.pk}"
    if Notice.objects.filter(key=key).exists():
        return 0
    notices.plan_notice(
        key=key, contact=contact, channel=NoticeChannel.EMAIL, kind=NoticeKind.TOUCHED, alert=None, not_before=now,
        now=now, opens=OPENS, urgent=True,
    )  # fmt: skip
    return 1


@dataclass(frozen=True, slots=True)
class Question:
    """What the link of one message asks."""

    notice: Notice
    incident: Incident
    establishment: Establishment

    @property
    def answer(self) -> Declaration | None:
        """What the structure said already, by whichever door."""
        key = key_of_confirmation(self.incident, self.establishment)
        return Declaration.objects.submitted().filter(key=key).first()


def question_of(notice: Notice) -> Question | None:
    """None when it asks nothing that is there."""
    _subject, incident, establishment, _contact = notice.key.split(":")
    one = Incident.objects.filter(pk=int(incident), is_shared=True).first()
    place = Establishment.objects.filter(pk=int(establishment)).first()
    return Question(notice, one, place) if one is not None and place is not None else None


def answer(question: Question, *, care: str, competent: bool, now: datetime) -> Receipt:
    """This structure is touched. Answered again, it is the same declaration. Raises IncidentRefused."""
    return confirm_shared(
        incident=question.incident,
        establishment=question.establishment,
        receiving=Receiving(
            by=f"contact:{question.notice.contact_id} {question.notice.told_to}"[:200],
            how=ReceivedBy.EMAIL,
            language=question.notice.language,
            competent=competent,
        ),
        key=key_of_confirmation(question.incident, question.establishment),
        now=now,
        care=care,
        email=question.notice.address,
    )

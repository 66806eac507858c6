"""The duty of the cell: given by one, taken by the other, each signs; or taken alone, and it says so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.accounts.models import User
from vigie.apps.audit.actions import record

from .handling import hand_over
from .models import DutyShift, Incident
from .refusals import AlreadyDone, Incomplete

MOST_WORDS = 4000


@transaction.atomic
def give(*, giver: User, to: User, words: str, by: str, now: datetime) -> DutyShift:
    """Sign that the duty is handed over to somebody, with what is open; it changes hands once they sign.

    Raises Incomplete, AlreadyDone.
    """
    current = DutyShift.objects.current()
    if current is not None and current.taker_id != giver.pk:
        raise Incomplete(_("Only whoever is on duty hands it over. You can take it instead."))
    if giver.pk == to.pk:
        raise Incomplete(_("Choose somebody else."))
    if DutyShift.objects.waiting() is not None:
        raise AlreadyDone(_("A hand-over waits for its signature already: take it back first."))
    standing = list(Incident.objects.standing().order_by("-declared_at", "-pk").values_list("pk", flat=True))
    shift: DutyShift = DutyShift.objects.create(
        giver=giver, taker=to, words=_written(words), standing=standing, given_at=now
    )
    record(kind="duty-given", by=by, at=now, subject=shift, to=to.pk, standing=len(standing))
    return shift


@transaction.atomic
def take(*, shift: DutyShift, taker: User, by: str, now: datetime) -> int:
    """Sign: on duty from now, with all that the giver followed; return how many incidents. Raises AlreadyDone."""
    waiting = DutyShift.objects.filter(pk=shift.pk, taker=taker, taken_at=None, withdrawn_at=None)
    if not waiting.update(taken_at=now):
        raise AlreadyDone(_("This hand-over was signed or taken back already."))
    record(kind="duty-taken", by=by, at=now, subject=shift)
    if shift.giver is None:
        return 0
    return hand_over(giver=shift.giver, to=taker, words=shift.words, by=by, now=now)


@transaction.atomic
def take_back(*, shift: DutyShift, giver: User, by: str, now: datetime) -> None:
    """Nobody signed: the giver keeps the duty. Raises AlreadyDone."""
    waiting = DutyShift.objects.filter(pk=shift.pk, giver=giver, taken_at=None, withdrawn_at=None)
    if not waiting.update(withdrawn_at=now):
        raise AlreadyDone(_("This hand-over was signed or taken back already."))
    record(kind="duty-kept", by=by, at=now, subject=shift)


@transaction.atomic
def take_alone(*, taker: User, words: str, by: str, now: datetime) -> DutyShift:
    """Take the duty that nobody has, or that nobody handed over; say why. Raises Incomplete, AlreadyDone.

    What the one before followed stays theirs until somebody gives it to another one.
    """
    current = DutyShift.objects.current()
    if current is not None and current.taker_id == taker.pk:
        raise AlreadyDone(_("You are on duty already."))
    DutyShift.objects.filter(taken_at=None, withdrawn_at=None).update(withdrawn_at=now)
    shift: DutyShift = DutyShift.objects.create(
        giver=current.taker if current else None, taker=taker, words=_written(words), taken_at=now
    )
    record(kind="duty-taken-alone", by=by, at=now, subject=shift)
    return shift


def _written(words: str) -> str:
    told = words.strip()
    if not told:
        raise Incomplete(_("Write what the next one has to know, even “nothing to report”."))
    if len(told) > MOST_WORDS:
        raise Incomplete(_("This is too long: 4,000 characters at most."))
    return told

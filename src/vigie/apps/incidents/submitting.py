"""What was sent to an authority: the first submission stops the clock, each one may be reviewed, apart."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from .answering import facts_of
from .duties import write_obligations
from .enums import IncidentEventKind
from .models import Obligation, Submission
from .recording import note
from .refusals import AlreadyDone, Incomplete

MOST_REFERENCE = 100


@transaction.atomic
def submit(*, obligation: Obligation, at: datetime, authority_reference: str, by: str, now: datetime) -> Submission:
    """Note that something was sent to the authority at that moment. Raises Incomplete.

    Stages that are counted from this one get their date now.
    """
    if at > now:
        raise Incomplete(_("It cannot have been sent later than now."))
    if len(authority_reference) > MOST_REFERENCE:
        raise Incomplete(_("The reference of the authority is too long: 100 characters at most."))
    made = Submission.objects.create(
        obligation=obligation, at=at, recorded_at=now, by=by[:200], authority_reference=authority_reference.strip()
    )
    first = Obligation.objects.filter(pk=obligation.pk, submitted_at=None)
    declaration = obligation.declaration
    if first.update(submitted_at=at, next_reminder_at=None, withdrawn_at=None):
        write_obligations(declaration, facts_of(declaration.versions.latest("number").choices), now=now)
    note(
        declaration.incident,
        IncidentEventKind.SUBMITTED,
        by=by,
        now=now,
        declaration=declaration.reference,
        regime=obligation.regime,
        stage=obligation.stage,
        sent_at=at.isoformat(),
    )
    return made


@transaction.atomic
def review(*, submission: Submission, is_enough: bool, words: str, by: str, now: datetime) -> None:
    """Judge what was sent; it moves no clock. Raises AlreadyDone, Incomplete."""
    if not is_enough and not words.strip():
        raise Incomplete(_("Say what is missing."))
    waiting = Submission.objects.filter(pk=submission.pk, reviewed_at=None)
    if not waiting.update(reviewed_at=now, reviewed_by=by[:200], is_enough=is_enough, review=words.strip()):
        raise AlreadyDone(_("It was reviewed already."))
    declaration = submission.obligation.declaration
    note(
        declaration.incident,
        IncidentEventKind.NOTED,
        by=by,
        now=now,
        words=words.strip(),
        submission=submission.pk,
        is_enough=is_enough,
    )

"""Nobody said that it was read: the next people of the published table are told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit

from .acknowledging import acknowledge_alert
from .models import Alert, Call, Contact
from .planning import PLANNER, advance
from .refusals import AlreadyDone

AT_ONCE = 500


def take_due_steps(now: datetime) -> int:
    """Take the next step of each alert whose time has come; return how many took one."""
    due = Alert.objects.step_due(now).order_by("-urgent", "next_step_at", "pk")[:AT_ONCE]
    return sum(_take(alert, now) for alert in due)


@transaction.atomic
def _take(alert: Alert, now: datetime) -> bool:
    mine = Alert.objects.step_due(now).filter(pk=alert.pk, step=alert.step, next_step_at=alert.next_step_at)
    if not mine.update(next_step_at=None):
        return False  # another one was faster, or somebody acknowledged meanwhile
    advance(alert, now)
    audit.record(
        kind="alert-escalated", by=PLANNER, at=now, subject=alert.establishment, alert=alert.pk, step=alert.step
    )
    return True


@transaction.atomic
def confirm_contact(*, contact: Contact, by: str, now: datetime) -> bool:
    """Note that a person answers there: from now on it is told of weaknesses, first of all what reached nobody.

    False when it was confirmed already, or has ended.
    """
    if not Contact.objects.current().filter(pk=contact.pk, verified_at=None).update(verified_at=now, verified_by=by):
        return False
    audit.record(kind="contact-verified", by=by, at=now, subject=contact.owner, contact=contact.pk)
    if contact.establishment is not None:
        for alert in Alert.objects.waiting().filter(establishment=contact.establishment, notices=None):
            alert.step, alert.telephone_since = -1, None
            advance(alert, now)
    return True


@transaction.atomic
def note_call(*, alert: Alert, answered: bool, told: str, by: str, now: datetime) -> None:
    """Keep what a telephone call gave. Answered: somebody knows, the alert is acknowledged. Raise AlreadyDone."""
    if not Alert.objects.to_telephone().filter(pk=alert.pk).exists():
        raise AlreadyDone(_("Nobody has to be called for this any more."))
    Call.objects.create(alert=alert, at=now, by=by[:200], answered=answered, told=told.strip()[:200])
    if answered:
        acknowledge_alert(alert=alert, by=by, now=now)
    audit.record(
        kind="alert-telephoned",
        by=by,
        at=now,
        subject=alert.establishment,
        alert=alert.pk,
        answered=answered,
        told=told[:200],
    )

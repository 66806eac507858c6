"""What would be sent to many at once waits for two persons: the first agrees, another one releases."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit

from .acknowledging import cancel_waiting
from .enums import NoticeEventKind, NoticeState
from .models import Alert, Mailing, Notice
from .planning import ask_to_deliver, note
from .refusals import AlreadyDone, SecondPersonNeeded


@transaction.atomic
def agree(*, mailing: Mailing, by: str, now: datetime) -> bool:
    """Agree that it leaves; True when it does, False when a second person is still needed.

    Raise AlreadyDone when nothing of it waits, SecondPersonNeeded when the same person asks twice.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if not held_alerts(mailing).exists():
        raise AlreadyDone(_("Nothing waits any more: it was released, or withheld."))
    if not mailing.first_agreed_by:
        Mailing.objects.filter(pk=mailing.pk).update(first_agreed_by=by)
        audit.record(kind="mailing-agreed", by=by, at=now, subject=mailing)
        return False
    if mailing.first_agreed_by == by:
        raise SecondPersonNeeded(_("You have agreed already: another person has to release it."))
    Mailing.objects.filter(pk=mailing.pk).update(released_by=by, released_at=now)
    for notice in Notice.objects.filter(alert__in=held_alerts(mailing), state=NoticeState.PLANNED):
        if Notice.objects.filter(pk=notice.pk, state=NoticeState.PLANNED).update(
            state=NoticeState.RELEASED, not_before=now
        ):
            note(notice, NoticeEventKind.RELEASED, now, by)
    held_alerts(mailing).update(held=False)
    audit.record(kind="mailing-released", by=by, at=now, subject=mailing)
    ask_to_deliver(now, urgent=True)
    return True


@transaction.atomic
def withhold(*, mailing: Mailing, by: str, now: datetime) -> int:
    """Send nothing of what waits: it was a false alarm, or they are told another way. Return how many alerts end."""
    held = list(held_alerts(mailing).select_for_update())
    if not held:
        raise AlreadyDone(_("Nothing waits any more: it was released, or withheld."))
    for alert in held:
        Alert.objects.filter(pk=alert.pk).update(held=False, ended_at=now, next_step_at=None, telephone_since=None)
        cancel_waiting(alert, by, now)
    audit.record(kind="mailing-withheld", by=by, at=now, subject=mailing, alerts=len(held))
    return len(held)


def held_alerts(mailing: Mailing) -> "QuerySet[Alert]":
    return Alert.objects.filter(mailing=mailing, held=True, ended_at=None)

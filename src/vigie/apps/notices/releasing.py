"""What would be sent to many at once waits for two persons: the first agrees, another one releases.

A national alert waits always: one person releases it to a few establishments, two to many.
"""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.data.notice_rules import notice_rule

from .acknowledging import cancel_waiting
from .enums import ItemKind, NoticeEventKind, NoticeState
from .models import Alert, AlertItem, Mailing, Notice
from .planning import ask_to_deliver, note
from .refusals import AlreadyDone, InvalidWords, SecondPersonNeeded
from .signals import mailing_judged


@transaction.atomic
def agree(*, mailing: Mailing, by: str, now: datetime, with_checks: bool = True) -> bool:
    """Agree that it leaves; True when it does, False when a second person is still needed.

    Without checks, those that only have to check something are not told. Raise AlreadyDone when nothing of it waits,
    SecondPersonNeeded when the same person asks twice.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if not held_alerts(mailing).exists():
        raise AlreadyDone(_("Nothing waits any more: it was released, or withheld."))
    first = mailing.first_agreed_by
    if needs_two(mailing, now, with_checks=with_checks):
        if not first or with_checks != mailing.with_checks:
            # To tell others than was agreed to is to agree anew.
            Mailing.objects.filter(pk=mailing.pk).update(first_agreed_by=by, with_checks=with_checks)
            audit.record(kind="mailing-agreed", by=by, at=now, subject=mailing, with_checks=with_checks)
            return False
        if first == by:
            raise SecondPersonNeeded(_("You have agreed already: another person has to release it."))
    else:
        first = by
    if not with_checks:
        _end(_checks_alone(held_alerts(mailing)), by, now)
    _release(mailing, first, with_checks, by, now)
    return True


def needs_two(mailing: Mailing, now: datetime, *, with_checks: bool) -> bool:
    """Whether one person is not enough: for what would leave alone if it were for few, and for a national alert that
    concerns many, those told already included.
    """
    if not mailing.waits:
        return True
    told = Alert.objects.filter(mailing=mailing, urgent=True)
    if not with_checks:
        told = told.exclude(pk__in=_checks_alone(held_alerts(mailing)).values("pk"))
    return told.values("establishment").distinct().count() > notice_rule(now.date()).leaves_alone_up_to


def _checks_alone(alerts: "QuerySet[Alert]") -> "QuerySet[Alert]":
    """Those that tell of no weakness: somebody is asked to check something."""
    weaknesses = AlertItem.objects.filter(alert=OuterRef("pk"), kind=ItemKind.WEAKNESS)
    return alerts.filter(~Exists(weaknesses))


def _release(mailing: Mailing, first: str, with_checks: bool, by: str, now: datetime) -> None:
    Mailing.objects.filter(pk=mailing.pk).update(
        first_agreed_by=first, with_checks=with_checks, released_by=by, released_at=now
    )
    for notice in Notice.objects.filter(alert__in=held_alerts(mailing), state=NoticeState.PLANNED):
        if Notice.objects.filter(pk=notice.pk, state=NoticeState.PLANNED).update(
            state=NoticeState.RELEASED, not_before=now
        ):
            note(notice, NoticeEventKind.RELEASED, now, by)
    held_alerts(mailing).update(held=False)
    audit.record(kind="mailing-released", by=by, at=now, subject=mailing, with_checks=with_checks)
    mailing_judged.send(sender=Mailing, mailing=mailing, released=True, by=by, now=now)
    ask_to_deliver(now, urgent=True)


MOST_WORDS = 600
# A message is read by many on its way: no link, address, host, vulnerability nor version is added to it.
DETAILS = re.compile(
    r"https?:|www\.|@|CVE-|\b\d{1,3}(?:\.\d{1,3}){2,3}\b|[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*|"
    r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b|\b\d+\.\d+",
    re.IGNORECASE,
)


@transaction.atomic
def edit(*, mailing: Mailing, words_fr: str, words_en: str, by: str, now: datetime) -> None:
    """Add a paragraph to the messages that wait, or take it away. Who edits agrees; another person has to release.

    Raise AlreadyDone when nothing of it waits, InvalidWords when it could not be sent so.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if not held_alerts(mailing).exists():
        raise AlreadyDone(_("Nothing waits any more: it was released, or withheld."))
    told = {"words_fr": _words(words_fr), "words_en": _words(words_en)}
    if bool(told["words_fr"]) != bool(told["words_en"]):
        raise InvalidWords(_("Write it in both languages: each is read by some."))
    Mailing.objects.filter(pk=mailing.pk).update(**told, edited_by=by, edited_at=now, first_agreed_by=by)
    audit.record(kind="mailing-edited", by=by, at=now, subject=mailing, **told)


def _words(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > MOST_WORDS:
        raise InvalidWords(_("At most %(n)d characters.") % {"n": MOST_WORDS})
    if found := DETAILS.search(words):
        raise InvalidWords(
            _("“%(what)s” may not be in a message: no link, address, name of a host, version or vulnerability.")
            % {"what": found[0]}
        )
    return words


@transaction.atomic
def withhold(*, mailing: Mailing, by: str, now: datetime) -> int:
    """Send nothing of what waits: it was a false alarm, or they are told another way. Return how many alerts end."""
    ended = _end(held_alerts(mailing), by, now)
    if not ended:
        raise AlreadyDone(_("Nothing waits any more: it was released, or withheld."))
    audit.record(kind="mailing-withheld", by=by, at=now, subject=mailing, alerts=ended)
    mailing_judged.send(sender=Mailing, mailing=mailing, released=False, by=by, now=now)
    return ended


def _end(alerts: "QuerySet[Alert]", by: str, now: datetime) -> int:
    held = list(alerts.select_for_update())
    for alert in held:
        Alert.objects.filter(pk=alert.pk).update(held=False, ended_at=now, next_step_at=None, telephone_since=None)
        cancel_waiting(alert, by, now)
    return len(held)


def held_alerts(mailing: Mailing) -> "QuerySet[Alert]":
    return Alert.objects.filter(mailing=mailing, held=True, ended_at=None)

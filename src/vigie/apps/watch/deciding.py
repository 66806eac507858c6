"""An analyst has looked at an alert: it is released, in part or whole, or dismissed with its reason."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.notices import actions as notices
from vigie.apps.notices.models import Mailing
from vigie.apps.notices.releasing import held_alerts
from vigie.data.watch_rules import AlertRule, ByItself

from .enums import NationalAlertEventKind, NationalAlertState
from .models import NationalAlert, NationalAlertEvent
from .refusals import AlreadyDecided, NothingToRelease, ReasonMissing

UNDECIDED = [NationalAlertState.NEW, NationalAlertState.EXAMINED]
MOST_WORDS = 300


@transaction.atomic
def examine(*, alert: NationalAlert, by: str, now: datetime, words: str = "") -> None:
    """Somebody has it in hand. Raise AlreadyDecided when it is no longer new."""
    new = NationalAlert.objects.filter(pk=alert.pk, state=NationalAlertState.NEW)
    if not new.update(state=NationalAlertState.EXAMINED):
        raise AlreadyDecided(_("It was examined already."))
    _note(alert, NationalAlertEventKind.EXAMINED, by, now, words)


@transaction.atomic
def release(*, alert: NationalAlert, by: str, now: datetime, with_checks: bool) -> bool:
    """Let the drafted messages leave; False when a second person is still needed, above twenty establishments.

    Without checks, those whose products do not decide are not told. Raise NothingToRelease when nothing is drafted,
    NoticeRefused when this person cannot release it.
    """
    mailing = Mailing.objects.filter(key=alert.mailing_key).first()
    if mailing is None or not held_alerts(mailing).exists():
        raise NothingToRelease(_("No message waits: nobody is concerned, or each was told already."))
    if notices.agree(mailing=mailing, by=by, now=now, with_checks=with_checks):
        return True  # the state follows the mailing, by whichever door it was released
    NationalAlert.objects.filter(pk=alert.pk, state=NationalAlertState.NEW).update(state=NationalAlertState.EXAMINED)
    _note(alert, NationalAlertEventKind.AGREED, by, now)
    return False


@transaction.atomic
def dismiss(*, alert: NationalAlert, reason: str, by: str, now: datetime) -> None:
    """Nothing of it is told: say why. Raise ReasonMissing, or AlreadyDecided."""
    words = " ".join(reason.split())[:MOST_WORDS]
    if not words:
        raise ReasonMissing(_("Say why nobody is told: it is read later."))
    _dismiss(alert, words, by, now)
    mailing = Mailing.objects.filter(key=alert.mailing_key).first()
    if mailing is not None and held_alerts(mailing).exists():
        notices.withhold(mailing=mailing, by=by, now=now)


def _dismiss(alert: NationalAlert, words: str, by: str, now: datetime) -> None:
    undecided = NationalAlert.objects.filter(pk=alert.pk, state__in=UNDECIDED)
    if not undecided.update(state=NationalAlertState.DISMISSED, decided_at=now, decided_by=by, reason=words):
        raise AlreadyDecided(_("It was released or dismissed already."))
    _note(alert, NationalAlertEventKind.DISMISSED, by, now, words)


@transaction.atomic
def release_by_policy(*, alert: NationalAlert, rule: AlertRule, now: datetime) -> bool:
    """What a dated policy lets leave by itself: those affected by what is exploited. It counts as one person."""
    if rule.by_itself is ByItself.NOTHING or alert.vulnerability.kev_on is None or not alert.is_undecided:
        return False
    by = f"policy:{rule.slug}"
    mailing = Mailing.objects.filter(key=alert.mailing_key).first()
    if mailing is None or mailing.first_agreed_by or not held_alerts(mailing).exists():
        return False
    return release(alert=alert, by=by, now=now, with_checks=False)


def follow_mailing(*, mailing: Mailing, released: bool, by: str, now: datetime) -> None:
    """Its messages left, or were withheld, by the board or by the page of the notices: the alert says so."""
    number = _number(mailing)
    alert = NationalAlert.objects.filter(pk=number).first() if number is not None else None
    if alert is None:
        return
    if released:
        undecided = NationalAlert.objects.filter(pk=alert.pk, state__in=UNDECIDED)
        undecided.update(state=NationalAlertState.RELEASED, decided_at=now, decided_by=by)
        _note(alert, NationalAlertEventKind.RELEASED, by, now)
    elif alert.is_undecided:
        _dismiss(alert, _("Its messages were withheld."), by, now)


def _number(mailing: Mailing) -> int | None:
    family, _colon, number = mailing.key.partition(":")
    return int(number) if family == "national-alert" and number.isdigit() else None


def _note(alert: NationalAlert, kind: NationalAlertEventKind, by: str, now: datetime, words: str = "") -> None:
    NationalAlertEvent.objects.create(alert=alert, kind=kind, at=now, by=by[:200], words=words[:MOST_WORDS])
    audit.record(kind=f"national-alert-{kind}", by=by, at=now, subject=alert, words=words)

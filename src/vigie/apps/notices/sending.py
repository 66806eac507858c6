"""Each due message leaves once: claimed by a conditional UPDATE, sent, recorded under the same claim.

A sender that dies leaves at most the one message that it had in hand: it is sent again, marked, under its Message-ID.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from vigie.data.notice_rules import escalation, notice_rule

from .enums import NoticeEventKind, NoticeState
from .hours import is_quiet, next_open
from .models import Alert, Notice, NoticeQuerySet
from .planning import note

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LEASE = timedelta(minutes=5)  # many times what one message may take
AT_ONCE = 100  # read in one go; what becomes urgent meanwhile waits for no more than these
SENDER = "worker"


class Undelivered(Exception):
    """The message is not handed over; the sentence is the other side's, or ours."""


class PutOff(Undelivered):
    """Not now."""


class Refused(Undelivered):
    """Never."""


class Uncertain(Undelivered):
    """It may have left: the end was not heard."""


class NothingLeaves(PutOff):
    """The way out is closed for all messages: no use to try the next one."""


class Post(Protocol):
    @property
    def domain(self) -> str:
        """The right side of the Message-ID."""

    def send(self, notice: Notice, now: datetime) -> str:
        """Hand one message over and return the other side's words; raise Undelivered."""


@dataclass(slots=True)
class Sent:
    sent: int = 0
    put_off: int = 0
    refused: int = 0
    uncertain: int = 0
    cancelled: int = 0
    closed: str = ""  # why nothing more can leave now


@dataclass(frozen=True, slots=True)
class Sender:
    post: Post
    clock: Clock
    stop: Event = field(default_factory=Event)

    def deliver(self) -> Sent:
        """Send all that is due, until told to stop or until the way out closes."""
        done = Sent()
        release_abandoned(self.clock())
        while not self.stop.is_set() and not done.closed:
            claimed = 0
            for notice in self._claims():
                claimed += 1
                self._one(notice, done)
                if self.stop.is_set() or done.closed:
                    break
            if not claimed and not self._left():
                break
        return done

    def _due(self) -> list[int]:
        now = self.clock()
        due = Notice.objects.due(now, quiet=is_quiet(now, notice_rule(now.date())))
        return list(due.values_list("pk", flat=True)[:AT_ONCE])

    def _left(self) -> bool:
        """Another sender may have been faster on all that we saw: there may be more behind."""
        return bool(self._due())

    def _claims(self) -> Iterator[Notice]:
        for pk in self._due():
            notice = claim(pk, self.clock(), self.post.domain)
            if notice is not None:
                yield notice

    def _one(self, notice: Notice, done: Sent) -> None:
        if _is_pointless(notice):
            done.cancelled += _give_up(notice, NoticeState.CANCELLED, NoticeEventKind.CANCELLED, self.clock())
            return
        try:
            reply = self.post.send(notice, self.clock())
        except Uncertain as error:
            done.uncertain += put_off(notice, str(error), self.clock(), uncertain=True)
        except Refused as error:
            done.refused += refuse(notice, str(error), self.clock())
        except PutOff as error:
            done.put_off += put_off(notice, str(error), self.clock())
            done.closed = str(error) if isinstance(error, NothingLeaves) else ""
        else:
            done.sent += record_sent(notice, reply, self.clock())


def claim(pk: int, now: datetime, domain: str) -> Notice | None:
    """Take one message to send; None when another sender was faster."""
    token = uuid4()
    ready = Notice.objects.filter(pk=pk, state=NoticeState.RELEASED)
    if not ready.update(state=NoticeState.SENDING, claim=token, claimed_until=now + LEASE):
        return None
    notice = Notice.objects.select_related("alert__mailing", "contact").get(pk=pk)
    if not notice.message_id:
        notice.message_id = f"<{notice.uid.hex}@{domain}>"
        Notice.objects.filter(pk=pk, claim=token).update(message_id=notice.message_id)
    return notice


def _mine(notice: Notice) -> NoticeQuerySet:
    return Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, claim=notice.claim)


def _is_pointless(notice: Notice) -> bool:
    alert = notice.alert
    over = alert is not None and (alert.acknowledged_at is not None or alert.ended_at is not None)
    return over or (notice.contact is not None and notice.contact.superseded_at is not None)


@transaction.atomic
def record_sent(notice: Notice, reply: str, now: datetime) -> bool:
    """Note that it left; False when our claim was lost meanwhile: whoever has it now records."""
    # Somebody fast may have opened it before this line: then it is acknowledged already.
    read = Notice.objects.filter(pk=notice.pk, acknowledged_at__isnull=False).exists()
    state = NoticeState.ACKNOWLEDGED if read else NoticeState.SENT
    freed = {"claim": None, "claimed_until": None, "attempts": F("attempts") + 1}
    if not _mine(notice).update(state=state, sent_at=now, reply=reply[:300], **freed):
        logger.warning("notice %d: sent, but its claim was lost", notice.pk)
        return False
    note(notice, NoticeEventKind.SENT, now, SENDER, reply)
    if notice.alert is not None:
        _start_the_clock(notice.alert, now)
    return True


def _start_the_clock(alert: Alert, now: datetime) -> None:
    """The next step counts from the first message of this one that left: a stopped worker hurries nobody."""
    steps = escalation(alert.made_at.date()).steps(urgent=alert.urgent)
    if alert.step + 1 < len(steps):
        waiting = Alert.objects.waiting().filter(pk=alert.pk, step=alert.step, next_step_at=None)
        waiting.update(next_step_at=now + steps[alert.step + 1].after)


@transaction.atomic
def put_off(notice: Notice, why: str, now: datetime, *, uncertain: bool = False) -> bool:
    """Try again later, more and more seldom; give up after the last time that the rule allows."""
    rule = notice_rule(now.date())
    tried = notice.attempts + notice.repeats
    if tried >= len(rule.retries):
        return refuse(notice, why, now)
    again = now + rule.retries[tried]
    count = {"repeats": F("repeats") + 1} if uncertain else {"attempts": F("attempts") + 1}
    changed = _mine(notice).update(
        state=NoticeState.RELEASED,
        claim=None,
        claimed_until=None,
        not_before=again if notice.urgent else next_open(again, rule),
        reply=why[:300],
        **count,
    )
    if changed:
        note(notice, NoticeEventKind.UNCERTAIN if uncertain else NoticeEventKind.DEFERRED, now, SENDER, why)
    return bool(changed)


def refuse(notice: Notice, why: str, now: datetime) -> bool:
    return _give_up(notice, NoticeState.FAILED, NoticeEventKind.FAILED, now, why)


@transaction.atomic
def _give_up(notice: Notice, state: NoticeState, kind: NoticeEventKind, now: datetime, why: str = "") -> bool:
    if not _mine(notice).update(state=state, claim=None, claimed_until=None, reply=why[:300]):
        return False
    note(notice, kind, now, SENDER, why)
    if state == NoticeState.FAILED:
        step_failed(notice, now)
    return True


def step_failed(notice: Notice, now: datetime) -> None:
    """When no message of the step is left that may reach somebody, the next step is due at once."""
    if notice.alert is None:
        return
    reaching = notice.alert.notices.exclude(state__in=[NoticeState.FAILED, NoticeState.BOUNCED, NoticeState.CANCELLED])
    head = f"{notice.alert.key}:{notice.alert.step}:"
    if not reaching.filter(key__startswith=head).exists():
        Alert.objects.waiting().filter(pk=notice.alert.pk).update(next_step_at=now)


def release_abandoned(now: datetime) -> int:
    """Take back what a dead sender had in hand: sent again, marked as a repetition."""
    return sum(_take_back(notice.pk, notice.claim, now) for notice in Notice.objects.abandoned(now)[:AT_ONCE])


@transaction.atomic
def _take_back(pk: int, claim: UUID | None, now: datetime) -> bool:
    mine = Notice.objects.abandoned(now).filter(pk=pk, claim=claim)
    freed = {"claim": None, "claimed_until": None, "repeats": F("repeats") + 1}
    if not mine.update(state=NoticeState.RELEASED, not_before=now, **freed):
        return False
    why = "its sender ended without a word"
    note(Notice.objects.get(pk=pk), NoticeEventKind.UNCERTAIN, now, SENDER, why)
    return True

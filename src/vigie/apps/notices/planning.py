"""What is told becomes an alert, and each step of an alert becomes messages, in the transaction of what asks for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from vigie.apps.audit import actions as audit
from vigie.apps.jobs import actions as jobs
from vigie.apps.registry.models import Establishment, Membership
from vigie.data.notice_rules import Recipient, Step, escalation, notice_rule

from .enums import ItemKind, NoticeChannel, NoticeEventKind, NoticeKind, NoticeState
from .hours import next_digest, next_open
from .models import Alert, AlertItem, Contact, Mailing, Notice, NoticeEvent

DELIVER = "vigie.apps.notices.tasks.deliver"
PLANNER = "vigie"
URGENT_FIRST = 20  # priority of the job that sends what is urgent


@dataclass(frozen=True, slots=True)
class Occasion:
    """What made us tell: the key is the same for all establishments, the label is read by people."""

    key: str
    label: str
    waits: bool = False  # what it tells never leaves before a person has released it


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to tell: a finding, and which of its openings: the first is 1."""

    id: int
    opening: int
    severity: str
    deadline: datetime
    urgent: bool  # used by attackers today, and within their reach
    kind: ItemKind = ItemKind.WEAKNESS


@transaction.atomic
def tell(
    *, establishment: Establishment, occasion: Occasion, subjects: Sequence[Subject], now: datetime
) -> list[Alert]:
    """Tell the contacts of an establishment what they were not told yet; return the alerts that grew.

    What is urgent leaves at once, the rest with the next digest. Call it by one job at a time for one establishment.
    """
    new = _untold(subjects)
    if not new:
        return []
    mailing, _ = Mailing.objects.get_or_create(
        key=occasion.key, defaults={"label": occasion.label, "waits": occasion.waits, "made_at": now}
    )
    # Locked: how many establishments it concerns decides whether it may leave by itself.
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    alerts = []
    for urgent in (True, False):
        mine = [subject for subject in new if subject.urgent is urgent]
        if mine:
            alert, made = _alert(establishment, mailing, urgent, now)
            AlertItem.objects.bulk_create(_items(alert, mailing, mine, now))
            if made:
                advance(alert, now)
            alerts.append(alert)
    return alerts


def _untold(subjects: Sequence[Subject]) -> list[Subject]:
    """Those that were never told, or never as urgent as they are now."""
    rows = AlertItem.objects.filter(subject_id__in={subject.id for subject in subjects})
    told = set(rows.values_list("kind", "subject_id", "opening", "urgent"))
    once = {(kind, subject_id, opening) for kind, subject_id, opening, _ in told}
    return [
        one
        for one in subjects
        if (one.kind, one.id, one.opening, True) not in told
        and (one.urgent or (one.kind, one.id, one.opening) not in once)
    ]


def _items(alert: Alert, mailing: Mailing, subjects: Iterable[Subject], now: datetime) -> Iterator[AlertItem]:
    for one in subjects:
        yield AlertItem(
            alert=alert,
            mailing=mailing,
            kind=one.kind,
            subject_id=one.id,
            opening=one.opening,
            urgent=one.urgent,
            severity=one.severity,
            deadline=one.deadline,
            stage_at=now,
        )


def _alert(establishment: Establishment, mailing: Mailing, urgent: bool, now: datetime) -> tuple[Alert, bool]:
    """The alert that these join: what was found an hour later is under the same link, and no second message leaves."""
    if urgent:
        head = f"urgent:{mailing.key}:{establishment.pk}"
        of_this = Alert.objects.filter(mailing=mailing, establishment=establishment, urgent=True)
        waiting = of_this.waiting().first()
        key = f"{head}:{of_this.count()}"
    else:
        day = next_digest(now, notice_rule(now.date())).date()
        key = f"digest:{establishment.pk}:{day}"
        waiting = Alert.objects.filter(key=key).first()
    if waiting is not None:
        return waiting, False
    held = urgent and _must_wait(mailing, now)
    policy = escalation(now.date()).slug
    alert = Alert.objects.create(
        key=key, establishment=establishment, mailing=mailing, urgent=urgent, held=held, made_at=now, policy=policy
    )
    audit.record(kind="alert-made", by=PLANNER, at=now, subject=establishment, alert=alert.pk, urgent=urgent, held=held)
    return alert, True


def _must_wait(mailing: Mailing, now: datetime) -> bool:
    """What one person released covers few establishments: those that join it later wait for a second one."""
    if mailing.released_at is None and mailing.waits:
        return True
    if mailing.released_at is not None and mailing.first_agreed_by != mailing.released_by:
        return False
    concerned = mailing.alerts.filter(urgent=True).values("establishment").distinct().count()
    return concerned >= notice_rule(now.date()).leaves_alone_up_to


def advance(alert: Alert, now: datetime) -> None:
    """Take the next step that can reach somebody; the others are passed over. In the caller's transaction."""
    steps = escalation(alert.made_at.date()).steps(urgent=alert.urgent)
    alert.next_step_at = None
    for number in range(alert.step + 1, len(steps)):
        alert.step = number
        if steps[number].recipient is Recipient.TELEPHONE:
            alert.telephone_since = now
            break
        contacts = list(recipients(alert, steps[number], now))
        if contacts:
            _plan(alert, steps[number], contacts, now)
            break
    alert.save(update_fields=["step", "next_step_at", "telephone_since"])


def recipients(alert: Alert, step: Step, now: datetime) -> QuerySet[Contact]:
    """The verified contacts of that step, today, that a message can reach."""
    establishment, day = alert.establishment, now.date()
    groups = Membership.objects.current().in_force(day).filter(establishment=establishment).values("group")
    department = establishment.department
    places = [] if department is None else [place for place in (department.pk, department.parent_id) if place]
    owner = {
        Recipient.GROUP_OFFICER: Q(group__in=groups),
        Recipient.REGIONAL_AGENCY: Q(territory__in=places),
    }.get(step.recipient, Q(establishment=establishment))
    found: QuerySet[Contact] = (
        Contact.objects.current()
        .in_force(day)
        .filter(owner, role=step.recipient.value, verified_at__isnull=False)
        .exclude(email="", webhook="")
        .order_by("pk")
    )
    return found if alert.urgent else found.filter(wants_digest=True)


def _plan(alert: Alert, step: Step, contacts: Sequence[Contact], now: datetime) -> None:
    first = not alert.notices.exists()
    kind = NoticeKind.FIRST if first else NoticeKind.REMINDER if step.reminder else NoticeKind.ESCALATION
    for contact in contacts:
        for channel in channels_of(contact):
            plan_notice(
                key=f"{alert.key}:{alert.step}:{contact.pk}:{channel.value}",
                contact=contact,
                channel=channel,
                kind=kind,
                alert=alert,
                not_before=_leaves_at(alert, first, now),
                now=now,
            )


def channels_of(contact: Contact) -> Iterator[NoticeChannel]:
    if contact.email:
        yield NoticeChannel.EMAIL
    if contact.webhook:
        yield NoticeChannel.WEBHOOK


def _leaves_at(alert: Alert, first: bool, now: datetime) -> datetime:
    if alert.urgent:
        return now
    rule = notice_rule(now.date())
    return next_digest(now, rule) if first else next_open(now, rule)


@transaction.atomic
def plan_notice(
    *,
    key: str,
    contact: Contact,
    channel: NoticeChannel,
    kind: NoticeKind,
    alert: Alert | None,
    not_before: datetime,
    now: datetime,
    opens: str = "/notices/open/",
    urgent: bool = False,
) -> Notice:
    """Write one message to be sent; the same key again is the same message."""
    held = alert is not None and alert.held
    urgent = alert.urgent if alert is not None else urgent
    notice, made = Notice.objects.get_or_create(
        key=key,
        defaults={
            "alert": alert,
            "contact": contact,
            "channel": channel,
            "kind": kind,
            "address": contact.email if channel == NoticeChannel.EMAIL else contact.webhook,
            "language": contact.language,
            "opens": opens,
            "urgent": urgent,
            "state": NoticeState.PLANNED if held else NoticeState.RELEASED,
            "planned_at": now,
            "not_before": not_before,
        },
    )
    if made:
        note(notice, NoticeEventKind.PLANNED if held else NoticeEventKind.RELEASED, now, PLANNER)
        if not held and not_before <= now:
            ask_to_deliver(now, urgent=urgent)
    return notice


@transaction.atomic(savepoint=False)
def plan_message(
    *, key: str, address: str, language: str, kind: NoticeKind, opens: str, urgent: bool, now: datetime
) -> Notice:
    """Write one e-mail to somebody who is no contact; the same key again is the same message."""
    notice, made = Notice.objects.get_or_create(
        key=key,
        defaults={
            "channel": NoticeChannel.EMAIL,
            "kind": kind,
            "address": address,
            "language": language,
            "opens": opens,
            "urgent": urgent,
            "state": NoticeState.RELEASED,
            "planned_at": now,
            "not_before": now,
        },
    )
    if made:
        note(notice, NoticeEventKind.RELEASED, now, PLANNER)
        ask_to_deliver(now, urgent=urgent)
    return notice


@transaction.atomic
def plan_messages(notices: Sequence[Notice], now: datetime) -> int:
    """Write many at once, each with its key; those whose key is known are left as they are. Return how many are new."""
    known = set(Notice.objects.filter(key__in=[one.key for one in notices]).values_list("key", flat=True))
    made = Notice.objects.bulk_create(one for one in notices if one.key not in known)
    NoticeEvent.objects.bulk_create(
        NoticeEvent(notice=one, kind=NoticeEventKind.RELEASED, at=now, by=PLANNER) for one in made
    )
    if made:
        ask_to_deliver(now, urgent=any(one.urgent for one in made))
    return len(made)


def ask_to_deliver(now: datetime, *, urgent: bool) -> None:
    jobs.nudge(DELIVER, now=now, key="notices:deliver", priority=URGENT_FIRST if urgent else 0)


def note(notice: Notice, kind: NoticeEventKind, at: datetime, by: str, told: str = "") -> None:
    NoticeEvent.objects.create(notice=notice, kind=kind, at=at, by=by[:200], told=told[:300])


def plan_verification(*, contact: Contact, now: datetime) -> Notice | None:
    """Ask a contact to confirm its e-mail address; None when it has none."""
    if not contact.email:
        return None
    return plan_notice(
        key=f"verification:{contact.pk}",
        contact=contact,
        channel=NoticeChannel.EMAIL,
        kind=NoticeKind.VERIFICATION,
        alert=None,
        not_before=now,
        now=now,
    )

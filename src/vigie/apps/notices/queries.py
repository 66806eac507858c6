"""Who was told, who has read, and what was mended: read for the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, QuerySet

from vigie.apps.registry.models import Establishment
from vigie.data.notice_rules import Step, escalation

from .enums import ItemKind, NoticeState, Stage
from .models import Alert, AlertItem, Call, Contact, Mailing, Notice, NoticeQuerySet

FEED_LENGTH = 50
TELEPHONE_LENGTH = 100


def outbox() -> NoticeQuerySet:
    return Notice.objects.select_related("alert__establishment", "contact__establishment", "contact__group")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages wait, and for what."""

    to_release: int
    to_send: int
    in_flight: int
    lost: int  # returned or given up, and nobody has read the alert


def waiting(establishments: QuerySet[Establishment]) -> Waiting:
    unread = Q(alert__acknowledged_at=None, alert__ended_at=None)
    mine = Q(alert=None) | Q(alert__establishment__in=establishments)
    counted = Notice.objects.filter(mine).aggregate(
        to_release=Count("pk", filter=Q(state=NoticeState.PLANNED)),
        to_send=Count("pk", filter=Q(state=NoticeState.RELEASED)),
        in_flight=Count("pk", filter=Q(state=NoticeState.SENDING)),
        lost=Count("pk", filter=Q(state__in=[NoticeState.BOUNCED, NoticeState.FAILED]) & unread),
    )
    return Waiting(**counted)


def held_mailings() -> QuerySet[Mailing]:
    """Those that wait for a person, with how many establishments wait in each."""
    held = Q(alerts__held=True, alerts__ended_at=None)
    counted = Mailing.objects.annotate(held=Count("alerts__establishment", filter=held, distinct=True))
    return counted.filter(held__gt=0).order_by("-made_at")


def telephone_list(establishments: QuerySet[Establishment]) -> list[Alert]:
    """Whom to call, longest waiting first, each with the telephones that are known."""
    numbers = Contact.objects.current().exclude(telephone="").order_by("role", "pk")
    return list(
        Alert.objects.to_telephone()
        .filter(establishment__in=establishments)
        .select_related("establishment")
        .prefetch_related(
            Prefetch("establishment__contacts", queryset=numbers, to_attr="to_call"),
            Prefetch("calls", queryset=Call.objects.order_by("-pk")),
            "items",
        )
        .order_by("telephone_since")[:TELEPHONE_LENGTH]
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """What the page behind a link says of an alert to whoever holds the link: numbers and dates, no detail."""

    things: int
    critical: int
    left: int
    deadline: datetime | None  # the first one among those that are left
    to_check: int  # what they are asked to check, and nobody has said was read


def summary(alert: Alert) -> Summary:
    every = list(alert.items.all())
    items = [item for item in every if item.kind == ItemKind.WEAKNESS]
    left = [item for item in items if item.stage not in {Stage.VERIFIED, Stage.DROPPED}]
    return Summary(
        things=len(items),
        critical=sum(item.severity == "critical" for item in left),
        left=len(left),
        deadline=min((item.deadline for item in left), default=None),
        to_check=sum(
            item.kind == ItemKind.CHECK and item.stage not in {Stage.VERIFIED, Stage.DROPPED} for item in every
        ),
    )


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One mailing; each number counts things to mend, `establishments` who was concerned."""

    label: str
    made_at: datetime
    establishments: int
    things: int
    sent: int
    delivered: int
    acknowledged: int
    planned: int
    declared: int
    verified: int
    dropped: int


def funnel(establishments: QuerySet[Establishment]) -> list[FunnelRow]:
    """Per mailing, how many things were told, sent, delivered, read, planned, declared fixed, and proved fixed.

    A thing may be mended without anybody having pressed a button: no number bounds the next one.
    """
    reached = Notice.objects.filter(alert=OuterRef("alert"))
    delivered = Q(state__in=[NoticeState.DELIVERED, NoticeState.ACKNOWLEDGED])
    read = Q(alert__acknowledged_at__isnull=False) | Q(stage__in=[Stage.ACKNOWLEDGED, Stage.PLANNED, Stage.DECLARED])
    mine = AlertItem.objects.filter(alert__establishment__in=establishments, kind=ItemKind.WEAKNESS)
    items = mine.annotate(left=Exists(reached.handed_over()), arrived=Exists(reached.filter(delivered))).order_by()
    counted = {
        "things": Count("pk"),
        "sent": Count("pk", filter=Q(left=True)),
        "delivered": Count("pk", filter=Q(arrived=True)),
        "acknowledged": Count("pk", filter=read | Q(declared_at__isnull=False)),
        "planned": Count("pk", filter=Q(planned_at__isnull=False)),
        "declared": Count("pk", filter=Q(declared_at__isnull=False)),
        "verified": Count("pk", filter=Q(stage=Stage.VERIFIED)),
        "dropped": Count("pk", filter=Q(stage=Stage.DROPPED)),
        "establishments": Count("alert__establishment", distinct=True),
    }
    named = items.values("mailing", "mailing__label", "mailing__made_at").annotate(**counted)
    rows: list[dict[str, Any]] = [dict(row) for row in named.order_by("-mailing__made_at", "-mailing")]
    return [
        FunnelRow(label=row["mailing__label"], made_at=row["mailing__made_at"], **{name: row[name] for name in counted})
        for row in rows
    ]


def contacts_of(owner: dict[str, int], day: date) -> QuerySet[Contact]:
    """Those of one owner, {"establishment": 3}, that are told today."""
    found: QuerySet[Contact] = Contact.objects.current().in_force(day).filter(**owner).order_by("role", "name", "pk")
    return found


def without_contact(establishments: QuerySet[Establishment], day: date) -> QuerySet[Establishment]:
    """Those of them whom no message can reach: no verified contact of their own."""
    told = Contact.objects.current().in_force(day).filter(establishment=OuterRef("pk"), verified_at__isnull=False)
    return establishments.exclude(Exists(told))


def told_to(contact: Contact) -> list[Notice]:
    """The last messages of a contact that were released, newest first: its feed."""
    shown = Notice.objects.filter(contact__uid=contact.uid, alert__isnull=False)
    hidden = [NoticeState.PLANNED, NoticeState.CANCELLED]
    return list(shown.exclude(state__in=hidden).order_by("-pk")[:FEED_LENGTH])


def next_step(alert: Alert) -> Step | None:
    steps = escalation(alert.made_at.date()).steps(urgent=alert.urgent)
    return steps[alert.step + 1] if alert.step + 1 < len(steps) else None


# Left, and is not known to have come back.
REACHED = [NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ACKNOWLEDGED]


def first_told(
    moment: datetime, *, findings: Iterable[int] | None = None, establishments: Iterable[int] | None = None
) -> dict[int, datetime]:
    """Finding -> when a message about it first reached somebody: sent, and not known to have come back.

    Of these findings, of these establishments, or of all; what was sent after `moment` does not count.
    """
    items = AlertItem.objects.filter(kind=ItemKind.WEAKNESS)
    items = items.filter(alert__notices__state__in=REACHED, alert__notices__sent_at__lte=moment)
    if findings is not None:
        items = items.filter(subject_id__in=list(findings))
    if establishments is not None:
        items = items.filter(alert__establishment__in=list(establishments))
    told = items.order_by().values("subject_id").annotate(first=Min("alert__notices__sent_at"))
    return dict(told.values_list("subject_id", "first"))

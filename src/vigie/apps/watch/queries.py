"""The alerts with their counts, and whom one concerns: read for the pages."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from vigie.apps.notices.enums import ItemKind
from vigie.apps.notices.models import Alert, Mailing, Notice
from vigie.apps.registry.enums import Right
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.vulns.enums import MatchVerdict

from .models import Concerned, NationalAlert


@dataclass(frozen=True, slots=True)
class Messages:
    """What became of what an alert drafted; counts establishments."""

    held: int = 0  # wait for a person
    sent: int = 0  # a message has left
    read: int = 0


@dataclass(frozen=True, slots=True)
class BoardRow:
    alert: NationalAlert
    affected: int
    to_check: int
    remote_access: int  # affected, by equipment that lets people in
    messages: Messages

    @property
    def concerned(self) -> int:
        return self.affected + self.to_check


def board(alerts: Iterable[NationalAlert], user: Viewer, now: datetime) -> list[BoardRow]:
    """The alerts in their order, each with what the reader may count of it."""
    every = list(alerts)
    counted = _counted(every, user, now)
    messages = _messages(every, user, now)
    return [
        BoardRow(
            alert=one,
            affected=counted[one.pk]["affected"],
            to_check=counted[one.pk]["to_check"],
            remote_access=counted[one.pk]["remote"],
            messages=messages.get(one.mailing_key, Messages()),
        )
        for one in every
    ]


def _counted(alerts: Sequence[NationalAlert], user: Viewer, now: datetime) -> defaultdict[int, Counter[str]]:
    affected = Q(verdict=MatchVerdict.AFFECTED)
    rows = Concerned.objects.current().visible_to(user, now).filter(alert__in=alerts).order_by().values("alert")
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in rows.annotate(
        affected=Count("pk", filter=affected),
        to_check=Count("pk", filter=~affected),
        remote=Count("pk", filter=affected & Q(remote_access=True)),
    ):
        found[row["alert"]] = Counter({name: row[name] for name in ("affected", "to_check", "remote")})
    return found


def _messages(alerts: Sequence[NationalAlert], user: Viewer, now: datetime) -> dict[str, Messages]:
    mine = of_establishments(user.scope(Right.EVIDENCE, now))
    rows = Alert.objects.filter(mine, mailing__key__in=[one.mailing_key for one in alerts])
    sent = Q(notices__sent_at__isnull=False)
    told = rows.order_by().values("mailing__key").annotate(
        waiting=Count("establishment", filter=Q(held=True, ended_at=None), distinct=True),
        left=Count("establishment", filter=sent, distinct=True),
        seen=Count("establishment", filter=sent & Q(acknowledged_at__isnull=False), distinct=True),
    )  # fmt: skip
    return {row["mailing__key"]: Messages(row["waiting"], row["left"], row["seen"]) for row in told}


def mailing_of(alert: NationalAlert) -> Mailing | None:
    """None when nothing of it was drafted."""
    return Mailing.objects.filter(key=alert.mailing_key).first()


def concerned(alert: NationalAlert, user: Viewer, now: datetime) -> QuerySet[Any]:
    """Those whom the reader may see, with when a message of this alert first left for each."""
    left = Notice.objects.filter(
        alert__mailing__key=alert.mailing_key, alert__establishment=OuterRef("establishment"), sent_at__isnull=False
    )
    first = left.order_by().values("alert__establishment").annotate(first=Min("sent_at")).values("first")
    rows = alert.concerned.current().visible_to(user, now).select_related("establishment__department__parent")
    return rows.annotate(notified_at=Subquery(first))


def drafted(alert: NationalAlert) -> list[Notice]:
    """One of the messages of each sort, those affected first: what they say is the same for all."""
    found = []
    for kind in (ItemKind.WEAKNESS, ItemKind.CHECK):
        rows = Notice.objects.filter(alert__mailing__key=alert.mailing_key, channel="email")
        one = rows.filter(alert__in=alerts_telling(alert, kind)).select_related("alert__mailing").order_by("pk").first()
        if one is not None:
            found.append(one)
    return found


def alerts_telling(alert: NationalAlert, kind: ItemKind) -> QuerySet[Alert]:
    """Those that tell a weakness; or those that tell none and ask to check."""
    rows = Alert.objects.filter(mailing__key=alert.mailing_key)
    weak = rows.filter(items__kind=ItemKind.WEAKNESS)
    return weak if kind == ItemKind.WEAKNESS else rows.exclude(pk__in=weak.values("pk"))

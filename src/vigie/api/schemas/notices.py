"""What was sent about an establishment, and what became of it."""

from datetime import datetime

from pydantic import Field

from vigie.apps.notices.enums import NoticeChannel, NoticeKind, NoticeState
from vigie.apps.notices.models import Notice

from ..paging import Page
from .values import Told


class NoticeOut(Told):
    id: int
    establishment: str | None = Field(description="FINESS number; null for what confirms an address.")
    contact: str | None
    kind: NoticeKind
    channel: NoticeChannel
    state: NoticeState
    urgent: bool
    planned_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None = Field(description="Of the alert, by anybody.")
    repeats: int = Field(description="Attempts that ended nobody knows how: it may have come twice.")


class Notices(Page[NoticeOut]):
    pass


def notice_out(row: Notice) -> NoticeOut:
    plain = "kind", "channel", "state", "urgent", "planned_at", "sent_at", "repeats"
    alert = row.alert
    return NoticeOut(
        id=row.pk,
        establishment=alert.establishment.finess if alert else None,
        contact=row.contact.name if row.contact else None,
        acknowledged_at=alert.acknowledged_at if alert else row.acknowledged_at,
        **{name: getattr(row, name) for name in plain},
    )

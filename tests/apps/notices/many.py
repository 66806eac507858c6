"""A great many messages to send, for tests and measures that run senders as processes of their own."""

import uuid
from datetime import timedelta

from django.utils import timezone

from vigie.apps.notices.carrying import Carrier, Origin
from vigie.apps.notices.models import Alert, Contact, Mailing, Notice
from vigie.apps.notices.sending import Sender
from vigie.apps.registry.models import Establishment
from vigie.channels.smtp import door
from vigie.channels.webhook import WebhookDoor

BATCH = 1000


def fill(number: int, *, hours_ago: int = 0) -> None:
    """Write that many urgent messages, due since then."""
    at = timezone.now() - timedelta(hours=hours_ago)
    one = Establishment.objects.create(finess="000000019", name="Centre hospitalier de Valmorne")
    contact = Contact.objects.create(
        establishment=one, role="officer", name="Aline", email="aline@valmorne.example",
        valid_from=at.date(), recorded_at=at, recorded_by="test", verified_at=at,
    )  # fmt: skip
    mailing = Mailing.objects.create(key="campaign:1", label="Look of the night", made_at=at)
    for start in range(0, number, BATCH):
        alerts = Alert.objects.bulk_create(
            Alert(key=f"a{index}", establishment=one, mailing=mailing, urgent=True, made_at=at, step=0)
            for index in range(start, min(start + BATCH, number))
        )
        Notice.objects.bulk_create(
            Notice(
                key=alert.key, uid=uuid.uuid4(), alert=alert, contact=contact, kind="first", channel="email",
                address=contact.email, language="fr", urgent=True, state="released", planned_at=at, not_before=at,
            )
            for alert in alerts
        )  # fmt: skip


def send(port: int, *, hours_later: int = 0) -> None:
    """Send all that is due to the mail server on that port of this machine."""
    origin = Origin("vigie@vigie.example", "https://vigie.example")
    later = timedelta(hours=hours_later)
    with Carrier(origin, door(f"smtp+clear://127.0.0.1:{port}"), WebhookDoor()) as post:
        Sender(post, lambda: timezone.now() + later).deliver()

"""Entry points of the workers for the notices."""

from dataclasses import asdict

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from vigie.apps.jobs.lease import current_job
from vigie.channels.webhook import WebhookDoor

from . import actions
from .carrying import Carrier, origin_of
from .planning import ask_to_deliver


@task()
def deliver() -> dict[str, object] | None:
    """Send what is due; None, and nothing sent, when no mail server is configured."""
    door = settings.VIGIE.mail_door()
    if door is None:
        return None
    origin = origin_of(sender=settings.VIGIE.smtp_from, public_url=settings.VIGIE.public_url)
    job = current_job()
    with Carrier(origin, door, WebhookDoor()) as post:
        sender = actions.Sender(post, timezone.now) if job is None else actions.Sender(post, timezone.now, job.stop)
        return asdict(sender.deliver())


@task()
def tend() -> int:
    """Each minute: the steps whose time has come, then whatever may leave."""
    now = timezone.now()
    taken = actions.take_due_steps(now)
    ask_to_deliver(now, urgent=False)
    return taken

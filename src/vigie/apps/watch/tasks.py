"""Entry points of the workers for what is watched."""

from django.utils import timezone
from django_tasks import task

from . import actions, tending
from .models import NationalAlert


@task()
def tend() -> int:
    """Campaigns see new services: whom the alerts concern follows them."""
    return tending.tend(now=timezone.now())


@task()
def draft_checks(alert_id: int) -> int:
    """What those are asked to check whose products do not decide."""
    alert = NationalAlert.objects.standing().select_related("vulnerability").filter(pk=alert_id).first()
    return actions.draft_checks(alert=alert, now=timezone.now()) if alert else 0

"""The ledger's own housework."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from .actions import forget_finished

KEPT_FOR = timedelta(days=30)


@task()
def forget_old_jobs() -> int:
    return forget_finished(before=timezone.now() - KEPT_FOR)

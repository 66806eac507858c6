"""The ledger's own housework."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from .actions import forget_finished, forget_silent_workers

KEPT_FOR = timedelta(days=30)
SILENT_FOR = timedelta(days=1)


@task()
def forget_old_jobs() -> int:
    now = timezone.now()
    forget_silent_workers(before=now - SILENT_FOR)
    return forget_finished(before=now - KEPT_FOR)

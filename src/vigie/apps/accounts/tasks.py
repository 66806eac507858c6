"""Housework of the accounts."""

from django.utils import timezone
from django_tasks import task

from . import actions


@task()
def forget_old_links() -> int:
    return actions.forget_old_links(now=timezone.now())

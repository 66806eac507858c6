"""Entry points of the workers for the findings."""

from django.utils import timezone
from django_tasks import task

from . import actions


@task()
def rejudge_pairs(pair_ids: list[int]) -> int:
    """New knowledge about vulnerabilities: judge again what is stored, without a packet."""
    return actions.rejudge_pairs(pair_ids, timezone.now())

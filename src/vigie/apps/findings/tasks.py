"""Entry points of the workers for the findings."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from . import actions, decisions, telling


@task()
def rejudge_pairs(pair_ids: list[int]) -> int:
    """New knowledge about vulnerabilities: judge again what is stored, without a packet."""
    return actions.rejudge_pairs(pair_ids, timezone.now())


@task()
def rejudge_since(since: str) -> int:
    """Enqueued by whoever changes what is known of vulnerabilities; `since` is ISO 8601."""
    return actions.rejudge_since(datetime.fromisoformat(since), timezone.now())


@task()
def reprioritise() -> int:
    """The probabilities of exploitation (EPSS) change every day; the deadlines do not."""
    return actions.reprioritise(timezone.now())


@task()
def expire() -> int:
    """What was set aside until a moment that has come is open again."""
    return decisions.expire(now=timezone.now())


@task()
def tell(establishment_id: int) -> int:
    """Something moved among the findings of an establishment: its contacts are told what they were not told yet."""
    return telling.tell(establishment_id=establishment_id, now=timezone.now())

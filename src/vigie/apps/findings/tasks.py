"""Entry points of the workers for the findings."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from vigie.data.params import retired_checks

from . import actions, decisions, retiring, signals, telling
from .groupaudits import following
from .sightings import uploading
from .vanished import actions as vanished


@task()
def rejudge_pairs(pair_ids: list[int]) -> int:
    """New knowledge about vulnerabilities: judge again what is stored, without a packet."""
    return actions.rejudge_pairs(pair_ids, timezone.now())


@task()
def rejudge_since(since: str) -> int:
    """Enqueued by whoever changes what is known of vulnerabilities; `since` is ISO 8601."""
    moment, now = datetime.fromisoformat(since), timezone.now()
    signals.knowledge_came.send(sender=None, since=moment, now=now)
    changed = actions.rejudge_since(moment, now)
    signals.judged_anew.send(sender=None, now=now)
    return changed


@task()
def reprioritise() -> int:
    """The probabilities of exploitation (EPSS) change every day; the deadlines do not."""
    return actions.reprioritise(timezone.now())


@task()
def expire() -> int:
    """What was set aside until a moment that has come is open again."""
    uploading.forget(now=timezone.now())
    return decisions.expire(now=timezone.now())


@task()
def retire_checks() -> int:
    """What no look can close any more ends, and says why."""
    now = timezone.now()
    return retiring.retire(checks=retired_checks(timezone.localdate(now)), now=now)


@task()
def notice_vanished() -> int:
    """A kind of weakness that vanished everywhere at once waits for a person."""
    return vanished.notice(timezone.now())


@task()
def tell(establishment_id: int) -> int:
    """Something moved among the findings of an establishment: its contacts are told what they were not told yet."""
    return telling.tell(establishment_id=establishment_id, now=timezone.now())


@task()
def follow_up_group_audits() -> int:
    """An audited group is looked at again when its day has come, and what the look told is written."""
    return following.follow_up(now=timezone.now())


@task()
def read_upload(upload_id: int) -> None:
    """A report was sent through a page: tell what it would bring in."""
    uploading.read(upload_id=upload_id, now=timezone.now())


@task()
def bring_in_upload(upload_id: int) -> None:
    """Whoever sent it has seen what it says, and brings it in."""
    uploading.bring_in(upload_id=upload_id, now=timezone.now())

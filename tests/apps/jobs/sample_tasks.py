"""Tasks for the tests of the ledger: each leaves one mark, however often it is run."""

import time

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from vigie.apps.audit.models import Event
from vigie.apps.jobs import actions


@task()
def mark(number: int, seconds: float = 0.0) -> int:
    time.sleep(seconds)
    with transaction.atomic():
        actions.fence()
        if not Event.objects.filter(kind="mark", subject_id=number).exists():
            Event.objects.create(kind="mark", subject_id=number, at=timezone.now(), actor="test")
    return number


@task()
def stuck_mark(number: int) -> None:
    """Announce itself, hang, then record without looking whether it was done: only the fence stands in between."""
    Event.objects.create(kind="begun", subject_id=number, at=timezone.now(), actor="test")
    while Event.objects.filter(kind="begun", subject_id=number).count() < 2:
        time.sleep(0.05)
    with transaction.atomic():
        actions.fence()
        Event.objects.create(kind="mark", subject_id=number, at=timezone.now(), actor="test")


@task()
def stubborn(number: int) -> None:
    """Leave early when the worker must end; else go on for ever."""
    Event.objects.create(kind="begun", subject_id=number, at=timezone.now(), actor="test")
    job = actions.current_job()
    assert job is not None
    job.stop.wait()
    raise actions.Interrupted


@task()
def deaf(number: int) -> None:
    """Never leave, whoever asks."""
    Event.objects.create(kind="begun", subject_id=number, at=timezone.now(), actor="test")
    time.sleep(3600)


@task()
def broken() -> None:
    raise RuntimeError("this task\nnever works")


@task()
def leaves() -> None:
    raise SystemExit(3)


@task()
def returns_nonsense() -> object:
    return object()


@task(takes_context=True)
def count_attempts(context, more: int) -> int:
    return context.attempt + more

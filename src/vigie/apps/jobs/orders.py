"""How a job is written: in the transaction of what asks for it, once per key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django_tasks.utils import normalize_json

from .carrier import carrier, carry, carry_waiting, parcel
from .enums import JobState
from .models import Job

MAX_ATTEMPTS = 5
BATCH = 500  # rows of one INSERT


@dataclass(frozen=True, slots=True)
class Order:
    """A job to be: the import path of its task, and what the task is given."""

    path: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    args: tuple[Any, ...] = ()
    key: str | None = None
    queue: str = "default"
    priority: int = 0
    run_after: datetime | None = None
    max_attempts: int = MAX_ATTEMPTS

    def job(self, now: datetime) -> Job:
        """Raise ValueError for a queue that no worker serves, TypeError for what JSON cannot hold."""
        if carrier().queues and self.queue not in carrier().queues:
            raise ValueError(f"no worker serves the queue {self.queue!r}")
        return Job(
            path=self.path,
            arguments={"args": normalize_json(self.args), "kwargs": normalize_json(self.kwargs)},
            unique_key=self.key,
            queue=self.queue,
            priority=self.priority,
            enqueued_at=now,
            run_after=self.run_after or now,
            max_attempts=self.max_attempts,
        )


def enqueue(
    path: str,
    *,
    now: datetime,
    key: str | None = None,
    queue: str = "default",
    priority: int = 0,
    run_after: datetime | None = None,
    again: bool = False,
    **kwargs: Any,
) -> Job:
    """Write a job by the name of its task, in the caller's transaction; `kwargs` go to the task.

    An unfinished job of the same key is returned instead. When that one is already running and `again` is true, it
    runs once more afterwards: for work that must not miss the change that asks for it.
    """
    order = Order(path=path, kwargs=kwargs, key=key, queue=queue, priority=priority, run_after=run_after)
    return place(order, now=now, again=again)


@transaction.atomic(savepoint=False)
def place(order: Order, *, now: datetime, again: bool = False) -> Job:
    """Write the job of this order, or join the unfinished one of its key."""
    while True:
        if order.key is not None and (found := _join(order, again)):
            return found
        job = order.job(now)
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:
            if order.key is None:
                raise
            continue  # another enqueued it meanwhile: join that one
        if job.run_after <= now:
            transaction.on_commit(partial(carry, [parcel(job)], now))
        return job


def _join(order: Order, again: bool) -> Job | None:
    # Locked until the caller commits: the job must not begin before what it was asked for can be read.
    job = Job.objects.select_for_update().unfinished().filter(unique_key=order.key).first()
    if job is not None and again and job.state == JobState.RUNNING:
        # Not before its time either: else what is asked for all along would run all along.
        Job.objects.filter(pk=job.pk).update(again=True, run_after=order.run_after or job.run_after)
    return job


def nudge(path: str, *, key: str, now: datetime, priority: int = 0, within: timedelta = timedelta(0)) -> None:
    """Once the caller commits, have the job of this key run, or run once more.

    For work that reads what waits, and that a schedule asks for anyway, should the process die in between. Whoever
    asks at the same time does not wait: `enqueue` holds the row of a job that is there until its caller commits.
    With `within`, all that ask in that time are served by one run at its end.
    """
    transaction.on_commit(partial(_nudge, path, key, now, priority, now + within))


def _nudge(path: str, key: str, now: datetime, priority: int, soon: datetime) -> None:
    waiting = Q(state=JobState.READY, run_after__lte=soon) | Q(state=JobState.RUNNING, again=True)
    if not Job.objects.unfinished().filter(waiting, unique_key=key).exists():
        enqueue(path, key=key, now=now, priority=priority, run_after=soon, again=True)


@transaction.atomic
def enqueue_many(orders: Iterable[Order], *, now: datetime) -> None:
    """Write many jobs at once; those whose key has an unfinished job are left out."""
    jobs = [order.job(now) for order in orders]
    Job.objects.bulk_create(jobs, batch_size=BATCH, ignore_conflicts=True)
    transaction.on_commit(partial(carry_waiting, now))

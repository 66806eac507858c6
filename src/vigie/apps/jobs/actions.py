"""What can be done to the ledger of work. Every claim is a conditional UPDATE, every end is fenced by its lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django_tasks.utils import normalize_json

from .carrier import carry_waiting
from .enums import JobState
from .failures import VANISHED, Failure, Interrupted, WorkerVanished, failure
from .lease import CurrentJob, LeaseLost, current_job
from .models import Job, JobQuerySet, Worker
from .orders import Order, enqueue, enqueue_many, nudge, place
from .schedules import Declared, ensure_schedules, run_due_schedules

__all__ = [
    "Claim", "CurrentJob", "Declared", "Interrupted", "LeaseLost", "Order", "beat", "claim", "claim_next",
    "current_job", "enqueue", "enqueue_many", "ensure_schedules", "fail", "fence", "finish", "forget_finished",
    "forget_silent_workers", "give_back", "holds_lease", "nudge", "place", "reconcile", "release_abandoned", "renew",
    "run_due_schedules", "sign_off", "sign_on",
]  # fmt: skip

LEASE = timedelta(seconds=15)  # renewed each third of it: a dead worker's job waits at most this long
FIRST_RETRY = timedelta(seconds=5)  # doubled at each attempt
LAST_RETRY = timedelta(minutes=10)
AT_ONCE = 500  # abandoned jobs looked at in one go
FAILURES_KEPT = 40
# A killed worker is seldom the job's fault, unless it happens each time.
MAX_VANISHED = 20


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that one worker holds until `lease_until`, unless it renews."""

    id: int
    token: UUID
    path: str
    args: list[Any]
    kwargs: dict[str, Any]
    attempt: int
    lease_until: datetime


def claim(*, job_id: int, worker: str, now: datetime, lease: timedelta = LEASE) -> Claim | None:
    """Take one job; None when it is not waiting, not due, or when another worker was faster."""
    job = Job.objects.ready(now).filter(pk=job_id).first()
    return _take(job, worker, now, lease) if job else None


def claim_next(
    *,
    worker: str,
    now: datetime,
    limit: int,
    lease: timedelta = LEASE,
    queues: Sequence[str] = (),
    overdue: timedelta = timedelta(0),
) -> list[Claim]:
    """Take up to `limit` jobs, most urgent first, from those queues or, when none is named, from all.

    With `overdue`, only those that have been due for that long.
    """
    waiting = Job.objects.ready(now - overdue)
    if queues:
        waiting = waiting.filter(queue__in=queues)
    taken = (_take(job, worker, now, lease) for job in waiting[:limit])
    return [one for one in taken if one is not None]


def _take(job: Job, worker: str, now: datetime, lease: timedelta) -> Claim | None:
    token = uuid4()
    changed = Job.objects.filter(pk=job.pk, state=JobState.READY).update(
        state=JobState.RUNNING,
        lease_token=token,
        lease_until=now + lease,
        worker=worker,
        started_at=now,
        attempts=F("attempts") + 1,
        again=False,
    )
    if not changed:
        return None
    arguments = job.arguments
    return Claim(job.pk, token, job.path, arguments["args"], arguments["kwargs"], job.attempts + 1, now + lease)


def renew(*, held: dict[int, UUID], now: datetime, lease: timedelta = LEASE) -> frozenset[int]:
    """Move the end of these leases; return the numbers of the jobs whose lease was lost."""
    kept = Job.objects.filter(pk__in=held, lease_token__in=held.values(), state=JobState.RUNNING)
    if not held or kept.update(lease_until=now + lease) == len(held):
        return frozenset()
    return frozenset(held) - frozenset(kept.values_list("pk", flat=True))


def holds_lease(job_id: int, token: UUID) -> bool:
    """Inside a transaction: true when nobody else has the job, and nobody can take it before the commit."""
    return Job.objects.select_for_update().leased(job_id, token).first() is not None


def fence() -> None:
    """Raise LeaseLost when the job that runs this code is another worker's by now; nothing outside a job.

    Call it first in the transaction that records a result: what a stuck worker brings late is then never recorded.
    """
    job = current_job()
    if job is not None and not holds_lease(job.id, job.token):
        raise LeaseLost(job.id)


@transaction.atomic
def finish(*, job_id: int, token: UUID, result: Any, now: datetime) -> bool:
    """End a job well; False, and nothing written, when its lease was lost."""
    ended = {"lease_token": None, "lease_until": None, "result": normalize_json(result), "error": ""}
    mine = Job.objects.leased(job_id, token)
    if mine.filter(again=False).update(state=JobState.SUCCEEDED, finished_at=now, **ended):
        return True
    once_more = {"run_after": Greatest(F("run_after"), now), "failures": [], "published_at": None, "again": False}
    if not mine.update(state=JobState.READY, **ended, **once_more):
        return False
    transaction.on_commit(partial(carry_waiting, now))
    return True


def fail(*, job_id: int, token: UUID, error: BaseException, now: datetime) -> bool:
    """End an attempt badly: it comes back after a while, or stays failed. False when its lease was lost."""
    return _end_attempt(Job.objects.leased(job_id, token), failure(error), now)


@transaction.atomic
def _end_attempt(mine: JobQuerySet, why: Failure, now: datetime) -> bool:
    job = mine.select_for_update().first()
    if job is None:
        return False
    job.failures = [*job.failures, why.told(worker=job.worker, at=now)][-FAILURES_KEPT:]
    job.error = why.line
    job.lease_token = job.lease_until = job.published_at = None
    delay = _next_attempt(job, why)
    if job.again:
        job.again, job.failures, delay = False, [], delay or timedelta(0)
    if delay is None:
        job.state, job.finished_at = JobState.FAILED, now
    else:
        job.state, job.run_after = JobState.READY, now + delay
    job.save()
    return True


def _next_attempt(job: Job, why: Failure) -> timedelta | None:
    """Return how long to wait before the next attempt; None when there have been enough."""
    vanished = [one["exception"] == VANISHED for one in job.failures]
    if why.exception == VANISHED:
        return timedelta(0) if sum(vanished) < MAX_VANISHED else None
    failed = vanished.count(False)
    return min(FIRST_RETRY * (1 << failed - 1), LAST_RETRY) if failed < job.max_attempts else None


def give_back(*, job_id: int, token: UUID, now: datetime) -> bool:
    """Return an unfinished job as if it had not been taken: its worker was asked to end."""
    mine = Job.objects.leased(job_id, token)
    freed = {"lease_token": None, "lease_until": None, "published_at": None, "run_after": now}
    return bool(mine.update(state=JobState.READY, attempts=F("attempts") - 1, **freed))


def release_abandoned(now: datetime, *, of_worker: str | None = None) -> int:
    """Return to the queue the jobs whose lease ran out, and all those of a worker that is known to be dead.

    They wait for nothing, but a job that keeps killing its workers ends as failed.
    """
    abandoned = Job.objects.abandoned(now)
    if of_worker is not None:
        abandoned |= Job.objects.filter(state=JobState.RUNNING, worker=of_worker)
    released = 0
    for job in abandoned[:AT_ONCE]:
        why = failure(WorkerVanished(job.worker))
        # Asked again under lock: its worker may have renewed meanwhile.
        released += _end_attempt(abandoned.filter(pk=job.pk), why, now)
    return released


def reconcile(now: datetime) -> int:
    """Heal the ledger: abandoned jobs wait again, lost messages are sent again. Return how many."""
    return release_abandoned(now) + carry_waiting(now)


def sign_on(*, worker: str, now: datetime) -> None:
    """Note that this worker began; a row that a dead namesake left is its own from now on."""
    Worker.objects.update_or_create(name=worker, defaults={"started_at": now, "seen_at": now})


def beat(*, worker: str, now: datetime) -> None:
    """Note that this worker is alive."""
    if not Worker.objects.filter(name=worker).update(seen_at=now):
        Worker.objects.get_or_create(name=worker, defaults={"started_at": now, "seen_at": now})


def sign_off(*, worker: str) -> None:
    """Note that this worker ended as asked."""
    Worker.objects.filter(name=worker).delete()


def forget_silent_workers(*, before: datetime) -> int:
    """Delete the rows of workers that died and never came back; return how many."""
    return Worker.objects.filter(seen_at__lt=before).delete()[0]


def forget_finished(*, before: datetime) -> int:
    """Delete jobs that ended before that moment; return how many. What they did is told by the apps, not by them."""
    forgotten = 0
    while batch := list(Job.objects.filter(finished_at__lt=before).values_list("pk", flat=True)[:AT_ONCE]):
        forgotten += Job.objects.filter(pk__in=batch).delete()[0]
    return forgotten

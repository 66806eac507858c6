"""Running one claimed job, from its path to its end in the ledger."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connections
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskContext
from django_tasks.utils import normalize_json

from . import actions
from .actions import Claim
from .failures import Interrupted, NoSuchTask
from .lease import CurrentJob, LeaseLost, working_on
from .models import Job

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
PAUSE_SECONDS = 0.2


@dataclass(slots=True)
class Held:
    """The jobs that this process runs now: what is renewed, and given back when it must end."""

    jobs: dict[int, CurrentJob] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def keeping(self, job: CurrentJob) -> Iterator[None]:
        with self.lock:
            self.jobs[job.id] = job
        try:
            yield
        finally:
            with self.lock:
                self.jobs.pop(job.id, None)

    def tokens(self) -> dict[int, UUID]:
        with self.lock:
            return {job.id: job.token for job in self.jobs.values()}

    def tell_to_stop(self, numbers: frozenset[int] | None = None) -> None:
        """Ask these jobs, or all, to leave early."""
        with self.lock:
            for job in self.jobs.values():
                if numbers is None or job.id in numbers:
                    job.stop.set()


def run(claim: Claim, held: Held, *, clock: Clock, lease: timedelta = actions.LEASE) -> None:
    """Run a job and record its end, if its lease still holds by then. Nothing that it does can end the worker."""
    job = CurrentJob(claim.id, claim.token)
    with held.keeping(job), working_on(job):
        end = _attempt(claim, clock)
        if end is not None and not _recorded(end, lease):
            logger.warning("job %d (%s): what it ended with is discarded, its lease was lost", claim.id, claim.path)
    connections.close_all()


def _attempt(claim: Claim, clock: Clock) -> Callable[[], bool] | None:
    """Run the task; return how to record its end, None when there is nothing to record."""
    number, token = claim.id, claim.token
    try:
        result = call(claim)
    except LeaseLost as error:
        logger.warning("%s: nothing was recorded", error)
        return None
    except Interrupted:
        return lambda: actions.give_back(job_id=number, token=token, now=clock())
    # The border: whatever a task raises belongs to its row, where people read it, and never ends the worker.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        logger.warning("job %d (%s) failed: %s: %s", number, claim.path, type(error).__name__, error)
        kept = error
        return lambda: actions.fail(job_id=number, token=token, error=kept, now=clock())
    return lambda: actions.finish(job_id=number, token=token, result=result, now=clock())


def call(claim: Claim) -> Any:
    """Call the task and return its result as JSON can hold it."""
    task = find(claim.path)
    if not task.takes_context:
        return normalize_json(task.call(*claim.args, **claim.kwargs))
    from .backends.ledger import result_of  # the backends stand on the actions, which stand beside this module

    context = TaskContext(task_result=result_of(Job.objects.get(pk=claim.id), task, task.backend))
    return normalize_json(task.call(context, *claim.args, **claim.kwargs))


def find(path: str) -> Task[..., Any]:
    try:
        task = import_string(path)
    except ImportError as error:
        raise NoSuchTask(f"{path}: {error}") from error
    if not isinstance(task, Task):
        raise NoSuchTask(f"{path} is not a task")
    return task


def _recorded(end: Callable[[], bool], patience: timedelta) -> bool:
    """Record the end, again and again while the database is away for less than a lease."""
    give_up = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return end()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            if time.monotonic() > give_up:
                return False
            time.sleep(PAUSE_SECONDS)

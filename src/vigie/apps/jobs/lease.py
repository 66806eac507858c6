"""Which job is this code running for, and may it still record what it found?"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event
from uuid import UUID


class LeaseLost(Exception):
    """Another worker has this job by now: what this one found is discarded."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"job {job_id} was given to another worker")
        self.job_id = job_id


@dataclass(frozen=True, slots=True)
class CurrentJob:
    id: int
    token: UUID
    # Set when the worker is asked to end or the lease is lost: a long task looks at it and leaves early.
    stop: Event = field(default_factory=Event, compare=False)


_current: ContextVar[CurrentJob | None] = ContextVar("vigie_current_job", default=None)


def current_job() -> CurrentJob | None:
    """Return the job that this code runs for; None when it was called directly."""
    return _current.get()


@contextmanager
def working_on(job: CurrentJob) -> Iterator[CurrentJob]:
    mark = _current.set(job)
    try:
        yield job
    finally:
        _current.reset(mark)

"""What both backends share: the ledger holds the truth, only the way to the worker differs."""

from typing import Any, TypeVar

from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from vigie.apps.jobs import actions
from vigie.apps.jobs.enums import JobState
from vigie.apps.jobs.models import Job

T = TypeVar("T")

STATUS = {
    JobState.READY: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.SUCCEEDED: TaskResultStatus.SUCCESSFUL,
    JobState.FAILED: TaskResultStatus.FAILED,
}


class LedgerBackend(BaseTaskBackend):
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[Any, T], args: Any, kwargs: Any) -> TaskResult[T]:
        self.validate_task(task)
        order = actions.Order(
            path=task.module_path,
            args=tuple(args),
            kwargs=dict(kwargs),
            queue=task.queue_name,
            priority=task.priority,
            run_after=task.run_after,
        )
        # An entry point: the task API leaves no room for the caller's clock.
        result = result_of(actions.place(order, now=timezone.now()), task, self.alias)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        job = Job.objects.filter(pk=int(result_id)).first() if result_id.isdecimal() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(job, import_string(job.path), self.alias)


def result_of(job: Job, task: Task[Any, T], alias: str) -> TaskResult[T]:
    """The job as the task API tells it."""
    result: TaskResult[T] = TaskResult(
        task=task,
        id=str(job.pk),
        status=STATUS[JobState(job.state)],
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        last_attempted_at=job.started_at,
        finished_at=job.finished_at,
        args=job.arguments["args"],
        kwargs=job.arguments["kwargs"],
        backend=alias,
        errors=[TaskError(exception_class_path=one["exception"], traceback=one["traceback"]) for one in job.failures],
        worker_ids=[*(one["worker"] for one in job.failures), *_present_worker(job)],
    )
    object.__setattr__(result, "_return_value", job.result)  # as the immediate backend does: it is frozen
    return result


def _present_worker(job: Job) -> list[str]:
    """The worker of an attempt that has not failed; the failed ones tell their own."""
    return [job.worker] if job.state in {JobState.RUNNING, JobState.SUCCEEDED} else []

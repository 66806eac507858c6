"""How the work is going, in a few numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from .enums import JobState
from .models import Job, Worker

STUCK_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class QueueState:
    state: str  # "ok", "no-worker", or "stuck": workers live, yet nothing runs of what has long been due
    ready: int  # waiting, those that are not due yet included
    running: int
    workers: int

    @property
    def well(self) -> bool:
        return self.state == "ok"


def queue_state(now: datetime) -> QueueState:
    counts = dict(Job.objects.unfinished().order_by().values_list("state").annotate(Count("pk")))
    ready, running = counts.get(JobState.READY, 0), counts.get(JobState.RUNNING, 0)
    workers = Worker.objects.alive(now).count()
    state = "ok"
    if not workers:
        state = "no-worker"
    elif ready and not running and _has_waited_long(now):
        state = "stuck"
    return QueueState(state, ready, running, workers)


def _has_waited_long(now: datetime) -> bool:
    oldest = Job.objects.ready(now).order_by().aggregate(oldest=Min("run_after"))["oldest"]
    return oldest is not None and oldest < now - STUCK_AFTER


def failed_since(moment: datetime) -> int:
    return Job.objects.filter(state=JobState.FAILED, finished_at__gte=moment).count()

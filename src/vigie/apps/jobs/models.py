"""The ledger of work: the truth about every job, whatever carries it to a worker."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from .enums import JobState

SEEN_WITHIN = timedelta(seconds=30)  # several missed beats: a worker that waits for the database is still alive


class JobQuerySet(models.QuerySet["Job"]):
    def ready(self, now: datetime) -> Self:
        """What a worker may claim, most urgent first."""
        due = self.filter(state=JobState.READY, run_after__lte=now)
        return due.order_by("-priority", "run_after", "id")

    def abandoned(self, now: datetime) -> Self:
        """Claimed, but the lease ran out: its worker is dead or stuck."""
        return self.filter(state=JobState.RUNNING, lease_until__lt=now)

    def unfinished(self) -> Self:
        return self.filter(state__in=[JobState.READY, JobState.RUNNING])

    def leased(self, job_id: int, token: UUID) -> Self:
        """The job, as long as this lease on it has not been given to another."""
        return self.filter(pk=job_id, state=JobState.RUNNING, lease_token=token)

    def not_carried_since(self, moment: datetime) -> Self:
        return self.filter(Q(published_at=None) | Q(published_at__lt=moment))


class Job(models.Model):
    """One enqueued task. Claimed by a conditional UPDATE; `lease_token` fences a worker that lost its lease."""

    path = models.CharField(max_length=200)  # import path of the task: vigie.apps.scans.tasks.run_shard
    arguments = models.JSONField(default=dict)  # {"args": [...], "kwargs": {...}}
    queue = models.CharField(max_length=40, default="default")
    priority = models.SmallIntegerField(default=0)
    # Two enqueues under one key while the first is unfinished are one job.
    unique_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 -- NULL means no key
    state = models.CharField(max_length=12, choices=JobState, default=JobState.READY)
    enqueued_at = models.DateTimeField()
    run_after = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)  # last time it was handed to the carrier
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    # Asked again under its key while it ran: what it had read may be old, so it runs once more.
    again = models.BooleanField(default=False)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)  # of the last failed attempt, in one line
    failures = models.JSONField(default=list)  # one {"exception", "traceback", "worker", "at"} per failed attempt

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "-priority", "run_after", "id"],
                condition=Q(state=JobState.READY),
                name="jobs_ready",
            ),
            models.Index(fields=["lease_until"], condition=Q(state=JobState.RUNNING), name="jobs_leased"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=Q(state__in=[JobState.READY, JobState.RUNNING]),
                name="jobs_one_unfinished_per_key",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False, lease_token__isnull=False),
                name="jobs_running_has_a_lease",
            ),
        ]


class Schedule(models.Model):
    """A task that comes back: claimed by moving `next_run` forward, so that two schedulers run it once."""

    name = models.SlugField(unique=True)
    path = models.CharField(max_length=200)
    every = models.DurationField()
    next_run = models.DateTimeField()
    last_run = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_run=None) | Q(next_run__gte=F("last_run")),
                name="jobs_schedule_moves_forward",
            ),
        ]


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self, now: datetime) -> Self:
        return self.filter(seen_at__gte=now - SEEN_WITHIN)


class Worker(models.Model):
    """A live worker says so every few seconds; readiness and doctor read it."""

    name = models.CharField(max_length=120, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

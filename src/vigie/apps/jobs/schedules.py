"""Work that comes back. Rows with `next_run`, claimed by moving it forward: two schedulers run it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from .models import Schedule
from .orders import enqueue


@dataclass(frozen=True, slots=True)
class Declared:
    """A schedule as an app declares it; `path` is its task, called without arguments."""

    name: str
    path: str
    every: timedelta


DEFAULTS = (Declared("forget-old-jobs", "vigie.apps.jobs.tasks.forget_old_jobs", timedelta(days=1)),)


@transaction.atomic
def ensure_schedules(declared: Sequence[Declared], now: datetime) -> None:
    """Write what the program declares; a person's `enabled` and a running rhythm are left as they are."""
    for one in declared:
        row, made = Schedule.objects.get_or_create(
            name=one.name, defaults={"path": one.path, "every": one.every, "next_run": now + one.every}
        )
        if not made and (row.path, row.every) != (one.path, one.every):
            row.path, row.every = one.path, one.every
            row.next_run = min(row.next_run, now + one.every)
            row.save(update_fields=["path", "every", "next_run"])
    Schedule.objects.exclude(name__in=[one.name for one in declared]).delete()


def run_due_schedules(now: datetime) -> int:
    """Enqueue what is due, once however late it is; return how many were."""
    due = Schedule.objects.filter(enabled=True, next_run__lte=now).order_by("next_run")
    return sum(_run(schedule, now) for schedule in due)


@transaction.atomic
def _run(schedule: Schedule, now: datetime) -> bool:
    mine = Schedule.objects.filter(pk=schedule.pk, enabled=True, next_run=schedule.next_run)
    if not mine.update(next_run=next_after(schedule.next_run, schedule.every, now), last_run=now):
        return False  # another scheduler was faster
    enqueue(schedule.path, key=f"schedule:{schedule.name}", now=now)
    return True


def next_after(planned: datetime, every: timedelta, now: datetime) -> datetime:
    """Return the next time after now on the same grid: after a long sleep it runs once, not for each time missed."""
    return planned + every * ((now - planned) // every + 1)

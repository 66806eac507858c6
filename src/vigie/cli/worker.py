"""vigie worker: run the jobs that wait."""

import os
import signal
from typing import Annotated

import typer

from .runtime import OK, USAGE, django_ready, end


def worker(
    lanes: Annotated[
        int | None, typer.Option(min=1, max=128, help="Jobs run side by side; VIGIE_WORKER_LANES when not given.")
    ] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue to serve; may be repeated; all of them when not given.")
    ] = None,
) -> None:
    """Run the jobs that wait, until told to stop (SIGTERM or Ctrl-C).

    `vigie serve` starts one by itself. Start more, here or on other machines, once VIGIE_BROKER_URL is set: see
    docs/runbooks/scale-out.md. What is still running 8 seconds after SIGTERM is given back, and done by another.

    Exit codes: 0 ended as asked, 1 could not start, 2 badly asked.

    Examples:

        vigie worker

        vigie worker --lanes 32 --queue scans
    """
    django_ready()
    from django.conf import settings

    from vigie.config import schedules

    known = settings.TASKS["default"]["QUEUES"]
    for name in queue or []:
        if name not in known:
            end(f"There is no queue {name!r}. The queues are: {', '.join(known)}.", USAGE)
    schedules.write()
    count = lanes or settings.VIGIE.worker_lanes
    if settings.VIGIE.broker_url:
        from vigie.config.celery import CeleryWorker

        raise SystemExit(CeleryWorker(lanes=count, queues=queue or ()).work())
    raise SystemExit(_embedded(count, queue or []))


def _embedded(lanes: int, queues: list[str]) -> int:
    from django.conf import settings
    from django.utils import timezone

    from vigie.apps.jobs.worker import EmbeddedWorker
    from vigie.config.bell import Bell
    from vigie.config.locks import AlreadyHeld, hold

    runner = EmbeddedWorker(lanes=lanes, clock=timezone.now, queues=queues)
    bell = Bell(runner.stop)
    signal.signal(signal.SIGTERM, bell.ring)
    signal.signal(signal.SIGINT, bell.ring)
    try:
        with hold(settings.VIGIE.home / "worker.lock"):
            ended_well = runner.work()
    except AlreadyHeld as error:
        end(
            f"A worker already runs in {settings.VIGIE.home} (process {error.holder.pid}). "
            "To run several, set VIGIE_BROKER_URL and VIGIE_DATABASE_URL: see docs/runbooks/scale-out.md."
        )
    if not ended_well:
        os._exit(OK)  # threads still run what was given back, and cannot be ended otherwise
    return OK


if __name__ == "__main__":
    typer.run(worker)

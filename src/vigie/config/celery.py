"""The worker at scale: Celery brings the number of a job, the ledger says what it is and whether it may run."""

import logging
import os
import platform
import time
from collections.abc import Sequence
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_shutting_down
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone
from django_tasks import default_task_backend

from vigie.apps.jobs import actions
from vigie.apps.jobs.backends.celery import RUN_JOB, CeleryBackend
from vigie.apps.jobs.execution import Held, run
from vigie.apps.jobs.upkeep import Upkeep
from vigie.apps.jobs.worker import GRACE, give_back_all

from .bell import Bell

logger = logging.getLogger(__name__)

REFUSED_PAUSE_SECONDS = 1.0
# What has waited longer than a message takes to be sent again is claimed from the ledger itself: work goes on, if
# slowly, without a broker, and whatever the broker or its client may do wrong.
OVERDUE = timedelta(seconds=90)
RESCUE_SECONDS = 2.0


class CeleryWorker:
    """A Celery worker of threads; the upkeep of the ledger goes on beside it."""

    def __init__(
        self,
        *,
        lanes: int,
        queues: Sequence[str] = (),
        lease: timedelta = actions.LEASE,
        grace: timedelta = GRACE,
    ) -> None:
        backend: Any = default_task_backend
        self._backend: CeleryBackend = backend
        self._lanes, self._queues, self._lease, self._grace = lanes, queues, lease, grace
        self.name = f"{platform.node()}-{os.getpid()}"
        self._leaving = Event()
        self._held = Held()
        self._upkeep = Upkeep(worker=self.name, held=self._held, clock=timezone.now, lease=lease)

    def work(self) -> int:
        """Run until SIGTERM; return the exit code. Past the grace, what still runs is given back."""
        app = self._backend.app
        app.task(name=RUN_JOB, acks_late=True)(self._run)
        worker_shutting_down.connect(Bell(self._leave).ring, weak=False)
        prefix = self._backend.options["prefix"]
        celery = app.Worker(
            hostname=self.name,
            pool="threads",
            concurrency=self._lanes,
            queues=[prefix + queue for queue in self._queues or sorted(self._backend.queues)],
            without_gossip=True,
            without_mingle=True,
            loglevel="WARNING",
            quiet=True,
        )
        self._upkeep.start()
        Thread(target=self._rescue, name="rescue", daemon=True).start()
        celery.start()
        self._leaving.set()
        while self._held.tokens():  # the rescue's job; `_leave` ends the wait when it lasts
            time.sleep(REFUSED_PAUSE_SECONDS / 10)
        self._upkeep.end()
        return int(celery.exitcode or 0)

    def _run(self, job_id: int) -> None:
        try:
            claim = actions.claim(job_id=job_id, worker=self.name, now=timezone.now(), lease=self._lease)
        except (DatabaseError, InterfaceError) as error:
            connections.close_all()
            time.sleep(max(REFUSED_PAUSE_SECONDS, self._upkeep.outage.pause_seconds))
            raise Reject(str(error), requeue=True) from error
        if claim is not None:  # else another had it: a message may come twice, a claim does not
            run(claim, self._held, clock=timezone.now, lease=self._lease)
        connections.close_all()

    def _rescue(self) -> None:
        """One lane more, for what no message brings."""
        while not self._leaving.is_set():
            if not (claims := self._upkeep.outage.survive(self._claim_overdue)):
                self._leaving.wait(max(RESCUE_SECONDS, self._upkeep.outage.pause_seconds))
                continue
            logger.info("job %d has long been due: taken from the ledger itself", claims[0].id)
            run(claims[0], self._held, clock=timezone.now, lease=self._lease)
        connections.close_all()

    def _claim_overdue(self) -> list[actions.Claim]:
        return actions.claim_next(
            worker=self.name, now=timezone.now(), limit=1, lease=self._lease, queues=self._queues, overdue=OVERDUE
        )

    def _leave(self) -> None:
        self._leaving.set()
        self._held.tell_to_stop()
        time.sleep(self._grace.total_seconds())
        # Threads cannot be ended from outside: their jobs go to other workers, and a late result is fenced off.
        self._upkeep.outage.survive(lambda: give_back_all(self._held, timezone.now))
        self._upkeep.end()
        os._exit(0)


def application() -> Celery:
    """For Celery's own command line (`celery -A vigie.config.celery:application ...`)."""
    backend: Any = default_task_backend
    app: Celery = backend.app
    return app

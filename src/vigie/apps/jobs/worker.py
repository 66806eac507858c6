"""The embedded worker: one process, several lanes, looking at the ledger itself."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

from django.db import connections

from . import actions
from .backends.embedded import something_new
from .execution import Clock, Held, run
from .upkeep import Upkeep

logger = logging.getLogger(__name__)

NAME = "embedded"  # one per installation, held by a lock: what this name left behind belongs to a dead process
LOOK_SECONDS = 0.25
GRACE = timedelta(seconds=8)  # to end what runs, of the ten seconds that service managers give


class EmbeddedWorker:
    def __init__(
        self,
        *,
        lanes: int,
        clock: Clock,
        queues: Sequence[str] = (),
        lease: timedelta = actions.LEASE,
        grace: timedelta = GRACE,
    ) -> None:
        self._lanes, self._clock, self._queues, self._lease, self._grace = lanes, clock, queues, lease, grace
        self._stopped = Event()
        self._held = Held()
        self._running: set[Future[None]] = set()
        self._upkeep = Upkeep(worker=NAME, held=self._held, clock=clock, lease=lease)

    def stop(self) -> None:
        """Make `work` return soon; from any thread, never from a signal handler."""
        self._stopped.set()
        something_new.set()

    def work(self, *, until_idle: bool = False) -> bool:
        """Run jobs until told to stop; False when some had to be given back unfinished.

        `until_idle` ends it once nothing is due: for a single pass over the ledger.
        """
        self._upkeep.outage.survive(lambda: actions.release_abandoned(self._clock(), of_worker=NAME))
        self._upkeep.start()
        pool = ThreadPoolExecutor(self._lanes, thread_name_prefix="lane")
        try:
            while True:
                something_new.clear()
                if self._stopped.is_set():
                    break
                claimed = self._fill(pool)
                if until_idle and not claimed and not self._running:
                    break
                if not claimed or len(self._running) >= self._lanes:
                    something_new.wait(max(LOOK_SECONDS, self._upkeep.outage.pause_seconds))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            ended_well = self._end()
        return ended_well

    def _fill(self, pool: ThreadPoolExecutor) -> int:
        """Give every free lane a job; return how many were claimed."""
        self._running = {one for one in self._running if not one.done()}
        free = self._lanes - len(self._running)
        if not free:
            return 0
        claims = self._upkeep.outage.survive(
            lambda: actions.claim_next(
                worker=NAME, now=self._clock(), limit=free, lease=self._lease, queues=self._queues
            )
        )
        for claim in claims or []:
            lane = pool.submit(run, claim, self._held, clock=self._clock, lease=self._lease)
            lane.add_done_callback(lambda _: something_new.set())
            self._running.add(lane)
        return len(claims or [])

    def _end(self) -> bool:
        self._held.tell_to_stop()
        unfinished = wait(self._running, timeout=self._grace.total_seconds()).not_done
        if unfinished:
            logger.warning("%d jobs are given back unfinished", len(unfinished))
            self._upkeep.outage.survive(lambda: give_back_all(self._held, self._clock))
        self._upkeep.end()
        connections.close_all()
        return not unfinished


def give_back_all(held: Held, clock: Clock) -> None:
    for job_id, token in held.tokens().items():
        actions.give_back(job_id=job_id, token=token, now=clock())

"""What goes on beside the lanes of every worker: it shows that it lives, keeps its leases, and tends the ledger."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connections

from . import actions, signals
from .execution import Clock, Held

logger = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.5
LAST_PAUSE_SECONDS = 15.0
TEND_SECONDS = 1.0


class Outage:
    """One line when the database goes away, one when it is back, and longer and longer pauses between."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failed = 0

    @property
    def pause_seconds(self) -> float:
        """How long to wait before asking again; 0 while all is well."""
        return min(FIRST_PAUSE_SECONDS * 2 ** (self._failed - 1), LAST_PAUSE_SECONDS) if self._failed else 0.0

    def survive(self, work: Callable[[], T]) -> T | None:
        """Return what the work returns; None when the database does not answer."""
        try:
            done = work()
        except (DatabaseError, InterfaceError) as error:
            connections.close_all()
            self._note(error)
            return None
        self._note(None)
        return done

    def _note(self, error: Exception | None) -> None:
        with self._lock:
            before, self._failed = self._failed, min(self._failed + 1, 20) if error else 0
        if error and not before:
            first_line = str(error).strip().splitlines()[:1] or [type(error).__name__]
            logger.error("the database does not answer, trying again: %s", first_line[0])
        elif before and not error:
            logger.warning("the database answers again")


class Upkeep:
    """Two threads: the beat must never wait for the tending."""

    def __init__(self, *, worker: str, held: Held, clock: Clock, lease: timedelta = actions.LEASE) -> None:
        self.outage = Outage()
        self._worker, self._held, self._clock, self._lease = worker, held, clock, lease
        self._ended = Event()
        beat_seconds = lease.total_seconds() / 3
        self._threads = [
            Thread(target=self._every, args=(beat_seconds, self._beat), name="beat", daemon=True),
            Thread(target=self._every, args=(TEND_SECONDS, self._tend), name="tend", daemon=True),
        ]

    def start(self) -> None:
        self.outage.survive(lambda: actions.sign_on(worker=self._worker, now=self._clock()))
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=2)
        self.outage.survive(lambda: actions.sign_off(worker=self._worker))
        connections.close_all()

    def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while True:
            self.outage.survive(work)
            if self._ended.wait(max(seconds, self.outage.pause_seconds)):
                break
        connections.close_all()

    def _beat(self) -> None:
        now = self._clock()
        lost = actions.renew(held=self._held.tokens(), now=now, lease=self._lease)
        self._held.tell_to_stop(lost)
        actions.beat(worker=self._worker, now=now)

    def _tend(self) -> None:
        now = self._clock()
        actions.run_due_schedules(now)
        actions.reconcile(now)
        signals.tended.send(sender=None, now=now)

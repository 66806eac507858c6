"""At scale: RabbitMQ tells the workers, on as many machines as wanted, which job of the ledger to claim."""

import time
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from threading import Lock
from typing import Any, TypeVar

from amqp.exceptions import AMQPError, NotFound  # type: ignore[import-untyped]
from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from vigie.apps.jobs.carrier import CarrierDown, CarrierStillDown, Parcel

from .ledger import LedgerBackend

T = TypeVar("T")

RUN_JOB = "vigie.run_job"
TOP_PRIORITY = 10  # RabbitMQ keeps one inner queue per priority: few are enough
PATIENCE_SECONDS = 4
# A page must not wait for a dead broker at each job that it asks for; the reconciler carries them later.
SILENCE_SECONDS = 10


@cache
def application(broker_url: str, prefix: str, queues: tuple[str, ...]) -> Celery:
    """The Celery application; `prefix` keeps two installations apart on one broker."""
    app = Celery("vigie", broker=broker_url, fixups=[], set_as_current=False)
    app.conf.update(
        task_queues=[_queue(prefix, name) for name in queues],
        task_default_queue=prefix + "default",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_prefetch_count_reduction=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a worker waits for its broker for ever, and says so
        broker_connection_timeout=PATIENCE_SECONDS,
        broker_heartbeat=20,
        broker_transport_options={"confirm_publish": True, "max_retries": 1, "interval_start": 0},
    )
    return app


def _queue(prefix: str, name: str) -> Queue:
    # Its own exchange and key: without them Celery binds every queue to one key, and each message comes twice.
    exchange = Exchange(prefix + "jobs", type="direct", durable=True)  # type: ignore[no-untyped-call]
    return Queue(prefix + name, exchange, routing_key=name, durable=True, max_priority=TOP_PRIORITY)  # type: ignore[no-untyped-call]


def broker_priority(priority: int) -> int:
    """Map the task API's -100..100 to RabbitMQ's 0..10."""
    return (priority + 100) * TOP_PRIORITY // 200


class CeleryBackend(LedgerBackend):
    by_message = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self._lock = Lock()
        self._silent_until = 0.0

    @cached_property
    def app(self) -> Celery:
        return application(self.options["broker_url"], self.options["prefix"], tuple(sorted(self.queues)))

    def publish(self, parcels: Sequence[Parcel]) -> None:
        self._ask(partial(self._send_all, parcels))

    def _send_all(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self._send(parcel)

    def _send(self, parcel: Parcel) -> None:
        self.app.send_task(
            RUN_JOB,
            args=(parcel.job_id,),
            queue=self.options["prefix"] + parcel.queue,
            priority=broker_priority(parcel.priority),
            retry=True,
            retry_policy={"max_retries": 1, "interval_start": 0},  # a pooled connection may be stale
            timeout=PATIENCE_SECONDS,
            confirm_timeout=PATIENCE_SECONDS,
        )

    def backlog(self, queue: str) -> int:
        return self._ask(lambda: self._count(self.options["prefix"] + queue))

    def _count(self, name: str) -> int:
        with self.app.connection_for_write() as connection:
            try:
                count: int = connection.default_channel.queue_declare(name, passive=True).message_count
            except NotFound:
                return 0
        return count

    def _ask(self, question: Callable[[], T]) -> T:
        """Ask the broker, unless it was silent a moment ago."""
        if time.monotonic() < self._silent_until:
            raise CarrierStillDown
        try:
            return question()
        except (OperationalError, AMQPError, OSError) as error:
            with self._lock:
                self._silent_until = time.monotonic() + SILENCE_SECONDS
            raise CarrierDown(str(error) or type(error).__name__) from error

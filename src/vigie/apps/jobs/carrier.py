"""How a worker hears of a job: by looking at the ledger, or by a message."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast

from django_tasks import default_task_backend

from .models import Job

logger = logging.getLogger(__name__)

CARRIED_WITHIN = timedelta(minutes=1)  # a message older than this may be lost
AT_ONCE = 500  # messages published in one go


class CarrierDown(Exception):
    """The messages could not be handed over; the ledger still has the jobs, and they are carried later."""


class CarrierStillDown(CarrierDown):
    """It was not even asked: it did not answer a moment ago, and that was said."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that a message says of a job: the ledger tells the rest."""

    job_id: int
    queue: str
    priority: int


class Carrier(Protocol):
    queues: set[str]  # empty when any name will do
    by_message: bool  # False when workers look at the ledger themselves

    def publish(self, parcels: Sequence[Parcel]) -> None:
        """Hand the parcels over; raise CarrierDown when that fails. A parcel may be handed over twice."""

    def backlog(self, queue: str) -> int:
        """Return the number of messages that wait in the queue; raise CarrierDown when nobody can tell."""


def carrier() -> Carrier:
    return cast(Carrier, default_task_backend)


def parcel(job: Job) -> Parcel:
    return Parcel(job.pk, job.queue, job.priority)


def carry(parcels: Sequence[Parcel], now: datetime) -> int:
    """Hand over what is due and note it. A failure fails nobody's page: the reconciler carries it later."""
    try:
        carrier().publish(parcels)
    except CarrierStillDown:
        return 0
    except CarrierDown as error:
        logger.warning("jobs wait in the database, the message broker does not answer: %s", error)
        return 0
    if parcels and carrier().by_message:
        Job.objects.filter(pk__in=[one.job_id for one in parcels]).update(published_at=now)
    return len(parcels)


def carry_waiting(now: datetime) -> int:
    """Hand over what is due and was never carried, or so long ago that its message may be lost."""
    if not carrier().by_message:
        return carry([], now)
    fresh = Job.objects.ready(now).filter(published_at=None)[:AT_ONCE]
    return carry([*map(parcel, fresh), *_lost(now)], now)


def _lost(now: datetime) -> list[Parcel]:
    """What has waited in the ledger for a while, and in its broker's queue no longer."""
    old = Job.objects.ready(now).filter(published_at__lt=now - CARRIED_WITHIN)
    parcels: list[Parcel] = []
    for queue in old.order_by("queue").values_list("queue", flat=True).distinct():
        mine = old.filter(queue=queue)
        try:
            waiting = carrier().backlog(queue)
        except CarrierDown:
            return []
        # A long queue is not a lost one: publishing all of it again each minute would never end.
        if waiting < mine.count():
            parcels += map(parcel, mine[:AT_ONCE])
    return parcels

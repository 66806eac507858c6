"""What the scans tell to the apps above them. Sent inside the transaction that records; wired in vigie.config.signals.

host_recorded    look, seen (tuple of SeenService), now: a host was looked at; judge what it showed
absences_weighed shard, absences (tuple of Absence): return a sentence to have them wait for a person, or None
absences_settled look, absences (tuple of Absence), now: these services were not seen, and it counts
"""

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal

from vigie.apps.vulns.models import Pair
from vigie.engine.facts import ServiceLook

from .models import Service

host_recorded = Signal()
absences_weighed = Signal()
absences_settled = Signal()


@dataclass(frozen=True, slots=True)
class SeenService:
    """One service of one look: what came back, the interval that it confirms or begins, and its products."""

    look: ServiceLook
    row: Service
    pairs: tuple[Pair, ...]  # as the identities, in the same order


@dataclass(frozen=True, slots=True)
class Absence:
    """A service that a completed look did not see any more."""

    address: str
    port: int
    name: str
    looked_at: datetime
    transport: str = "tcp"

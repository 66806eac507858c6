"""Hosts that stopped answering: shared between the looks of all machines, and noted where people read it."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue

from django.db import transaction

from vigie.apps.audit.actions import record
from vigie.data.care import care_rule
from vigie.probes.breaker import Breaker, PauseFile, still_paused
from vigie.probes.breaker import Pause as Noticed

from .models import Pause, Shard


class Pauses:
    """The breaker of one shard, and its place in the database."""

    def __init__(self, shard: Shard, stop_file: Path) -> None:
        self._shard = shard
        self._file = PauseFile(stop_file.with_name("PAUSED"))
        self._noticed: SimpleQueue[Noticed] = SimpleQueue()
        self._addresses: frozenset[str] = frozenset()
        self._last = 0
        self.breaker = Breaker(self._file, on_pause=self._noticed.put)

    def begin(self, addresses: Iterable[str], now: datetime) -> None:
        """Spare what other machines paused, and note what a look without database paused on this one."""
        self._addresses = frozenset(addresses)
        self.refresh(now)
        for address, since in self._file.all().items():
            if address in self._addresses and still_paused(since, now, care_rule().pause):
                _note(self._shard, Noticed(address, since), now)

    def refresh(self, now: datetime) -> None:
        """What the others noticed since the last time."""
        rows = Pause.objects.in_force(now).filter(pk__gt=self._last).order_by("pk")
        for number, address, since in rows.values_list("pk", "address", "since"):
            self._last = number
            if address in self._addresses:
                self.breaker.pause(address, since)

    def note(self, now: datetime) -> None:
        """Write what this shard noticed."""
        while True:
            try:
                noticed = self._noticed.get_nowait()
            except Empty:
                return
            _note(self._shard, noticed, now)


@transaction.atomic
def _note(shard: Shard, noticed: Noticed, now: datetime) -> None:
    _, made = Pause.objects.get_or_create(
        establishment_id=shard.establishment_id,
        address=noticed.address,
        since=noticed.since,
        defaults={"shard": shard},
    )
    if made:
        record(
            kind="host-paused", subject=shard.establishment, by="scanner", at=now,
            address=noticed.address, since=noticed.since.isoformat(), campaign=shard.campaign_id,
        )  # fmt: skip

"""Bring events into the chain. Writers never wait for it: they insert, and one sealer follows a second later.

On PostgreSQL an event may be committed after one of a higher number. The chain therefore follows the order in which
events became visible, not their numbers: a late one is sealed in its turn. Each second the sealer looks among the last
NEAR numbers; each hour among all, for a transaction that stayed open while NEAR others went by.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from .chain import FIELDS, GENESIS, digest, link
from .models import AppendOnlyQuerySet, Event, Seal

NEAR = 5_000
BATCH = 1_000  # one short transaction each: under 200 ms on SQLite
MOST = 20_000  # events sealed in one go


def unsealed(near: int | None = None) -> AppendOnlyQuerySet:
    """Events that are not in the chain yet, in the order of their numbers; all of them when `near` is None."""
    rows: AppendOnlyQuerySet = Event.objects.filter(~Exists(Seal.objects.filter(event=OuterRef("pk"))))
    if near is not None:
        highest = Seal.objects.order_by("-event").values_list("event", flat=True).first() or 0
        rows = rows.filter(pk__gt=highest - near)
    return rows.order_by("pk")


def seal(now: datetime, near: int | None = NEAR) -> int:
    """Seal what waits; return how many. Called by several at once, one does it and the others return 0."""
    sealed = 0
    while sealed < MOST:
        rows = list(unsealed(near).values_list(*FIELDS)[:BATCH])
        if not rows:
            break
        try:
            with transaction.atomic():
                last = Seal.objects.order_by("-position").values_list("position", "sha256").first()
                position, sha256 = last or (0, GENESIS)
                Seal.objects.bulk_create(_links(rows, position, sha256, now), batch_size=200)
        except IntegrityError:
            break  # another sealer was faster: its links are as good
        sealed += len(rows)
        if len(rows) < BATCH:
            break
    return sealed


def _links(rows: list[tuple[Any, ...]], position: int, previous: str, now: datetime) -> Iterator[Seal]:
    for place, row in enumerate(rows, position + 1):
        own = digest(*row)
        previous = link(previous, row[0], own)
        yield Seal(position=place, event=row[0], digest=own, sha256=previous, sealed_at=now)

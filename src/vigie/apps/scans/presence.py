"""Which establishment shows which product: kept in step with the services, in the transactions that change them."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F
from django.db.models.functions import Greatest

from vigie.apps.audit.actions import record
from vigie.apps.registry.models import Establishment

from .models import Campaign, Presence, PresenceChange, Service

Moves = Counter[int]  # pair -> services that began less services that ended
AT_ONCE = 500  # establishments counted again in one transaction
_ADD = (
    "INSERT INTO scans_presence (pair_id, establishment_id, services) VALUES (%s, %s, %s) "
    "ON CONFLICT (pair_id, establishment_id) DO UPDATE SET services = scans_presence.services + excluded.services"
)


class CampaignRuns(Exception):
    """Counting again beside a campaign that records could write an old count over a new one."""


def pairs_of(row: Service) -> frozenset[int]:
    """The pairs that a stored service tells, in first place or beside."""
    beside = row.other_pairs.values_list("pk", flat=True)
    return frozenset(beside) | ({row.pair_id} if row.pair_id is not None else set())


def move(*, establishment_id: int, moves: Moves, now: datetime) -> None:
    """Follow services that began and ended, in their transaction; pairs are taken in order, so that none waits in a
    circle for another."""
    changed = sorted((pair, number) for pair, number in moves.items() if number)
    if not changed:
        return
    begun = [(pair, establishment_id, number) for pair, number in changed if number > 0]
    if begun:
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, begun)
    mine = Presence.objects.filter(establishment=establishment_id)
    for pair, number in changed:
        if number < 0:
            # Never under zero, even where a count went astray: a look must not fail for it.
            mine.filter(pair=pair).update(services=Greatest(F("services") + number, 0))
    mine.filter(services=0).delete()
    PresenceChange.objects.create(establishment_id=establishment_id, at=now)


def recount(*, by: str, now: datetime) -> int:
    """Count every establishment again from its services; return how many counts were wrong. Raise CampaignRuns."""
    if Campaign.objects.running().exists():
        raise CampaignRuns
    wrong = sum(_recount(some, now) for some in _establishments())
    with transaction.atomic():
        record(kind="presence-recounted", by=by, at=now, wrong=wrong)
    return wrong


def _establishments() -> Iterator[list[int]]:
    last = 0
    numbers = Establishment.objects.order_by("pk").values_list("pk", flat=True)
    while some := list(numbers.filter(pk__gt=last)[:AT_ONCE]):
        yield some
        last = some[-1]


@transaction.atomic
def _recount(establishments: list[int], now: datetime) -> int:
    wanted = counted(establishments)
    stored = Presence.objects.filter(establishment__in=establishments)
    known = {(pair, place): number for pair, place, number in stored.values_list("pair", "establishment", "services")}
    wrong = sorted(key for key in wanted.keys() | known.keys() if wanted.get(key) != known.get(key))
    for pair, place in wrong:
        Presence.objects.filter(pair=pair, establishment=place).delete()
    Presence.objects.bulk_create(
        Presence(pair_id=pair, establishment_id=place, services=wanted[pair, place])
        for pair, place in wrong
        if (pair, place) in wanted
    )
    PresenceChange.objects.bulk_create(
        PresenceChange(establishment_id=place, at=now) for place in sorted({place for _, place in wrong})
    )
    return len(wrong)


def counted(establishments: list[int]) -> Counter[tuple[int, int]]:
    """(pair, establishment) -> services, as the services themselves say it."""
    found: Counter[tuple[int, int]] = Counter()
    current = Service.objects.current().filter(establishment__in=establishments).order_by()
    first = current.filter(pair__isnull=False).values_list("pair", "establishment").annotate(number=Count("pk"))
    # A service that tells a product twice, in first place and beside, is one service.
    beside = Service.other_pairs.through.objects.filter(service__in=current).order_by()
    beside = beside.exclude(service__pair__isnull=False, service__pair=F("pair"))
    more = beside.values_list("pair", "service__establishment").annotate(number=Count("pk"))
    for rows in (first, more):
        for pair, place, number in rows:
            found[pair, place] += number
    return found

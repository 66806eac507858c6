"""What was to be looked at and was not: a row for each place and reason, and the counts by reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction

from vigie.engine.facts import Answer, HostLook

from .models import Look, Shard, Unlooked

LEFT = "stopped"


def unlooked_of(shard_id: int, host: HostLook) -> list[Unlooked]:
    """Rows to be, of one host: its ports by reason, the names under which it was not asked."""
    ports: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for one in host.not_asked:
        ports["", one.transport.value, one.reason].add(one.port)
    for service in host.services:
        if service.answer is Answer.NOT_ASKED:
            ports[service.name or "", service.transport.value, service.reason].add(service.port)
    rows = [
        Unlooked(
            shard_id=shard_id,
            address=host.address,
            name=name,
            transport=transport,
            reason=plain(reason),
            ports=sorted(numbers),
            count=len(numbers),
        )
        for (name, transport, reason), numbers in sorted(ports.items())
    ]
    return rows + [
        Unlooked(shard_id=shard_id, address=host.address, name=name, reason=plain(why), count=1)
        for name, why in host.names_not_asked
    ]


def plain(reason: str) -> str:
    """Without the network or the error that it tells between brackets: what is counted together is named alike."""
    return reason.partition(" (")[0][:120]


def added(counts: dict[str, int], rows: Iterable[Unlooked]) -> dict[str, int]:
    found = Counter(counts)
    for row in rows:
        found[row.reason] += row.count
    return dict(found)


@dataclass(frozen=True, slots=True)
class UnknownCheck:
    """A check that could not conclude of a service that answered, and why."""

    port: int
    name: str
    check: str
    reason: str


def note_unknown_checks(look: Look, found: list[UnknownCheck]) -> None:
    """On the look, and counted on its shard; in the transaction that records the look."""
    if not found:
        return
    look.unknown_checks = [asdict(one) for one in found]
    look.save(update_fields=["unknown_checks"])
    live = Shard.objects.select_for_update().get(pk=look.shard_id)
    counts = Counter(live.unknown_checks)
    counts.update(f"{one.check}: {plain(one.reason)}" for one in found)
    live.unknown_checks = dict(counts)
    live.save(update_fields=["unknown_checks"])


@transaction.atomic
def note_left(shard: Shard) -> None:
    """What a stop left of this shard, as one row; what an earlier stop had left is told no more."""
    forget_left(shard)
    live = Shard.objects.select_for_update().get(pk=shard.pk)
    left = live.hosts - live.hosts_done
    if left <= 0:
        return
    row = Unlooked.objects.create(shard=live, reason=LEFT, count=left)
    live.unlooked = added(live.unlooked, [row])
    live.save(update_fields=["unlooked"])


@transaction.atomic
def forget_left(shard: Shard) -> None:
    """The look goes on: what a stop had left is asked after all."""
    mine = Unlooked.objects.filter(shard=shard, address="", name="", reason=LEFT)
    if sum(mine.values_list("count", flat=True)):
        live = Shard.objects.select_for_update().get(pk=shard.pk)
        live.unlooked = {reason: count for reason, count in live.unlooked.items() if reason != LEFT}
        live.save(update_fields=["unlooked"])
        mine.delete()

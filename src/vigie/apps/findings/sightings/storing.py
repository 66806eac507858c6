"""Sightings written by batches: new, told again, or told otherwise."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from vigie.apps.registry.models import Establishment, ImportRun
from vigie.sources.scanners import SightingRow
from vigie.sources.scanners.evidence import MOST_EVIDENCE

from .models import Sighting

BATCH = 200  # rows of one write transaction: well under 200 ms on a busy machine
# What a report says anew of a place that it named before.
TOLD = ["title", "kind", "severity", "cves", "evidence", "first_seen", "last_seen"]
_SEVERITIES = ("critical", "high", "medium", "low", "")
_KINDS = ("weakness", "fact", "sound")


@dataclass(frozen=True, slots=True)
class Target:
    """Whose sightings, told by which import, and when a report that names no day is taken to be of."""

    establishment: Establishment
    run: ImportRun
    day: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    added: int
    changed: int


def key_of(row: SightingRow) -> str:
    place = (row.tool, row.identifier, row.address, row.name, str(row.port or 0), row.transport)
    return hashlib.sha256("\x1f".join(place).encode()).hexdigest()[:32]


def batches(rows: Iterable[SightingRow]) -> Iterator[dict[str, SightingRow]]:
    """Yield the rows by their key, those of one key joined: a table may give one line per CVE of a plug-in."""
    batch: dict[str, SightingRow] = {}
    for row in rows:
        key = key_of(row)
        if key in batch:
            batch[key] = _joined(batch[key], row)
            continue
        if len(batch) >= BATCH:
            yield batch
            batch = {}
        batch[key] = row
    if batch:
        yield batch


def _joined(one: SightingRow, other: SightingRow) -> SightingRow:
    worst = min(one, other, key=lambda row: (_KINDS.index(row.told), _SEVERITIES.index(row.severity or "")))
    days = [at for at in (one.seen_at, other.seen_at) if at is not None]
    first = [at for at in (one.first_seen_at, other.first_seen_at) if at is not None]
    return replace(
        worst,
        cves=tuple(dict.fromkeys((*one.cves, *other.cves))),
        seen_at=max(days, default=None),
        first_seen_at=min(first, default=None),
        evidence=_both(one.evidence, other.evidence),
    )


def _both(one: str, other: str) -> str:
    if not other or other in one:
        return one
    return f"{one}\n{other}"[:MOST_EVIDENCE] if one else other


@transaction.atomic
def store(batch: dict[str, SightingRow], target: Target) -> Stored:
    """Write one batch. A report that is older than what is known tells when it began, and changes nothing else."""
    known = {row.key: row for row in Sighting.objects.filter(establishment=target.establishment, key__in=list(batch))}
    fresh: list[Sighting] = []
    changed: list[Sighting] = []
    same: list[Sighting] = []
    for key, row in batch.items():
        told = _sighting(key, row, target)
        before = known.get(key)
        if before is None:
            fresh.append(told)
            continue
        after = _after(before, told)
        (changed if any(getattr(before, name) != getattr(after, name) for name in TOLD) else same).append(after)
    Sighting.objects.bulk_create(
        [*fresh, *changed],
        update_conflicts=True,
        unique_fields=["establishment", "key"],
        update_fields=[*TOLD, "run"],
    )
    Sighting.objects.filter(pk__in=[row.pk for row in same]).update(run=target.run)
    return Stored(len(fresh), len(changed))


def _sighting(key: str, row: SightingRow, target: Target) -> Sighting:
    # A clock that is ahead of ours would keep every later report from being believed.
    last = min(row.seen_at or target.day, target.now)
    return Sighting(
        establishment=target.establishment,
        run=target.run,
        tool=row.tool.value,
        identifier=row.identifier,
        key=key,
        address=row.address,
        name=row.name,
        port=row.port or 0,
        transport=row.transport,
        title=row.title,
        kind=row.told.value,
        severity=row.severity.value if row.severity else "",
        cves=list(row.cves),
        evidence=row.evidence,
        first_seen=min(row.first_seen_at or last, last),
        last_seen=last,
        recorded_at=target.now,
    )


def _after(before: Sighting, told: Sighting) -> Sighting:
    """What is known once this was told too; `before` is left as it is."""
    first = min(before.first_seen, told.first_seen)
    newest = told if told.last_seen >= before.last_seen else before
    after = Sighting(
        **{field.attname: getattr(newest, field.attname) for field in Sighting._meta.concrete_fields},
    )
    after.pk, after.state, after.recorded_at = before.pk, before.state, before.recorded_at
    after.first_seen, after.run = first, told.run
    if before.run_id == told.run_id:
        # Two parts of the same report tell the same thing: together they are what it says.
        after.cves = [*before.cves, *(cve for cve in told.cves if cve not in before.cves)]
        after.evidence = _both(before.evidence, told.evidence)
    return after

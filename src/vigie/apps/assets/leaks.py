"""Leaks of credentials and of code, brought in as counts and days: nothing of a person is stored, nor its hash."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports.report import ImportReport, Progress, Reading, Tally, keep, no_progress
from vigie.data.suffixes import registered_domain
from vigie.engine.names import LeakFacts
from vigie.sources.faults import BadRow
from vigie.sources.leaks import Leaked, read_leaks

from .enums import AssetKind, LeakKind
from .models import Asset, Leak

Key = tuple[int, str]  # establishment, declared domain


@dataclass(slots=True)
class _Sum:
    count: int = 0
    first_on: date | None = None
    last_on: date | None = None

    def add(self, row: Leaked) -> None:
        self.count += row.count
        if row.day is not None:
            self.first_on = min(self.first_on or row.day, row.day)
            self.last_on = max(self.last_on or row.day, row.day)


class _DryRun(Exception):
    """Undoes what was written: it carries the report."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


def import_leaks(
    *,
    path: Path,
    kind: LeakKind,
    columns: Mapping[str, str],
    by: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Count the lines of each declared domain; the same file again changes nothing. Raise SourceUnreadable.

    A file tells all that its source knows: its counts replace those that were known of the domains that it names.
    Lines of domains that nobody declared are left out, without saying which.
    """
    try:
        with transaction.atomic():
            report = _import(path, kind, columns, by, now, progress)
            if dry_run:
                raise _DryRun(report)
    except _DryRun as undone:
        return undone.report
    return report


def _import(
    path: Path, kind: LeakKind, columns: Mapping[str, str], by: str, now: datetime, progress: Progress
) -> ImportReport:
    tally = Tally()
    sums = _sums(read_leaks(path, columns), _owners(now), tally)
    counted = sorted((key, one.count, one.first_on, one.last_on) for key, one in sums.items())
    # Of the counts, not of the file: the hash of a file of one line would be that of an address.
    digest = sha256(repr((str(kind), counted)).encode()).hexdigest()
    name = path.name if "@" not in path.name else f"leaks{path.suffix}"
    reading = Reading(ImportKind.LEAKS, name, digest, by, now, progress)
    for (establishment, domain), one in sums.items():
        _replace(establishment, domain, kind, one, now, tally)
    return keep(reading, tally, records=str(kind))


def _owners(now: datetime) -> dict[str, list[Key]]:
    """Registered domain -> who declares it, or a name below it."""
    found: defaultdict[str, list[Key]] = defaultdict(list)
    declared = Asset.objects.as_of(now.date(), now).filter(kind=AssetKind.DOMAIN)
    for establishment, value in declared.order_by("pk").values_list("establishment", "value"):
        found[registered_domain(value) or value].append((establishment, value))
    return found


def _sums(rows: Iterable[Leaked | BadRow], owners: Mapping[str, list[Key]], tally: Tally) -> dict[Key, _Sum]:
    sums: defaultdict[Key, _Sum] = defaultdict(_Sum)
    for row in rows:
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
            continue
        own = registered_domain(row.domain) or row.domain
        declaring: dict[int, str] = {}
        for establishment, value in owners.get(own, ()):
            # Whoever declares the domain itself is told of what is below it; one who declares a name, of that name.
            if row.domain == value or row.domain.endswith(f".{value}"):
                kept = declaring.get(establishment, value)
                declaring[establishment] = max(kept, value, key=len)
        if not declaring:
            tally.leave_out(BadRow(row.line, "of a domain that no establishment declares", ""))
        for establishment, value in declaring.items():
            sums[establishment, value].add(row)
    return dict(sums)


def _replace(establishment: int, domain: str, kind: LeakKind, one: _Sum, now: datetime, tally: Tally) -> None:
    mine = Leak.objects.current().filter(establishment=establishment, domain=domain, kind=kind)
    before = mine.select_for_update().first()
    told = (one.count, one.first_on, one.last_on)
    if before is not None and (before.count, before.first_on, before.last_on) == told:
        return
    mine.update(replaced_at=now)
    Leak.objects.create(
        establishment_id=establishment,
        domain=domain,
        kind=kind,
        count=one.count,
        first_on=one.first_on,
        last_on=one.last_on,
        recorded_at=now,
    )
    tally.added += before is None
    tally.changed += before is not None


def leaks_of(establishment_id: int) -> dict[str, tuple[LeakFacts, ...]]:
    """What is known of each of its declared domains today, for those of which something is."""
    found: defaultdict[str, list[LeakFacts]] = defaultdict(list)
    for row in Leak.objects.current().filter(establishment=establishment_id).order_by("domain", "kind"):
        found[row.domain].append(LeakFacts(row.kind, row.count, row.last_on))
    return {domain: tuple(rows) for domain, rows in found.items()}

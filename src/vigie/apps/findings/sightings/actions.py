"""What is done with the reports of other tools: brought in, verified. They open no finding and close none."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from vigie.apps.audit import actions as audit
from vigie.apps.findings.enums import SightingState
from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports.report import ImportReport, Progress, Reading, Tally, begin, keep, no_progress
from vigie.apps.registry.models import Establishment
from vigie.engine.outcome import Severity
from vigie.sources.scanners import SightingRow, recognise
from vigie.sources.scanners.evidence import MOST_EVIDENCE
from vigie.sources.scanners.row import Told as TellsOf
from vigie.sources.scanners.row import Tool
from vigie.sources.text_file import file_digest

from .models import Sighting
from .perimeter import perimeter_of
from .reading import stage, why_refused
from .staging import Staging
from .storing import Target, batches, key_of, store

MOST_TITLE = 250
CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)


class NotToVerify(Exception):
    """The sighting is confirmed or rejected already."""


class NoReason(Exception):
    """To reject what a tool says, one says why."""


def import_report(
    *,
    path: Path,
    establishment: Establishment,
    by: str,
    now: datetime,
    day: datetime | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store what the report says of the declared perimeter of this establishment; tell what it says of others.

    The file is read to its end before anything is written: one that is cut raises SourceError and leaves nothing.
    An empty one is a good one. `day` is that of a report which names none; now when it is not given.
    """
    report = recognise(path)
    records = f"{report.tool or 'empty'} {establishment.finess}"
    reading = Reading(ImportKind.SCANNER, path.name, file_digest(path), by, now, progress)
    tally = Tally()
    with Staging() as staging:
        foreign = stage(report, perimeter_of(establishment.pk, now), staging, tally, progress)
        refusal = why_refused(staging, foreign, tally, establishment)
        foreign.leave_out(tally, establishment)
        if refusal:
            with transaction.atomic():
                return keep(reading, tally, records=records, refusal=refusal)
        run = begin(reading, records=records)
        _store(staging, Target(establishment, run, min(day or now, now), now), reading, tally)
    with transaction.atomic():
        return keep(reading, tally, records=records, begun=run)


def _store(staging: Staging, target: Target, reading: Reading, tally: Tally) -> None:
    done = 0
    for batch in batches(staging.rows()):
        stored = store(batch, target)
        tally.added += stored.added
        tally.changed += stored.changed
        done += len(batch)
        reading.progress(done, staging.count)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person tells of one place; `name` or `address`, the other one empty."""

    identifier: str  # of the report: told again, it is the same sighting
    title: str
    address: str
    name: str
    port: int | None
    severity: Severity | None
    evidence: str
    at: datetime


@transaction.atomic
def take_word(*, told: Told, establishment: Establishment, by: str, now: datetime) -> Sighting:
    """Store what somebody reported as a sighting, to be verified: it opens no finding."""
    row = SightingRow(
        line=1,
        tool=Tool.PERSON,
        identifier=told.identifier,
        title=told.title[:MOST_TITLE],
        told=TellsOf.WEAKNESS,
        severity=told.severity,
        address=told.address,
        name=told.name,
        learnt=(),
        port=told.port,
        transport="tcp" if told.port else "",
        cves=tuple(dict.fromkeys(found.upper() for found in CVE.findall(f"{told.title} {told.evidence}"))),
        seen_at=told.at,
        first_seen_at=None,
        evidence=told.evidence[:MOST_EVIDENCE],
    )
    digest = hashlib.sha256(f"{told.title}\n{told.evidence}".encode()).hexdigest()
    reading = Reading(ImportKind.SCANNER, told.identifier, digest, by, now)
    run, tally = begin(reading, records=f"person {establishment.finess}"), Tally(lines=1)
    stored = store({key_of(row): row}, Target(establishment, run, told.at, now))
    tally.added, tally.changed = stored.added, stored.changed
    keep(reading, tally, records=run.records, begun=run)
    return Sighting.objects.get(establishment=establishment, key=key_of(row))


@transaction.atomic
def verify(*, sighting: Sighting, confirmed: bool, reason: str, by: str, now: datetime) -> None:
    """Note what a person found out of it, once. A weakness is found by a look of our own, never by this."""
    if not confirmed and not reason.strip():
        raise NoReason(sighting.pk)
    state, words = (SightingState.CONFIRMED if confirmed else SightingState.REJECTED), reason.strip()[:500]
    row = Sighting.objects.to_verify().filter(pk=sighting.pk)
    if not row.update(state=state, verified_at=now, verified_by=by[:200], words=words):
        raise NotToVerify(sighting.pk)
    audit.record(kind=f"sighting-{state.value}", by=by, at=now, subject=sighting, reason=words)

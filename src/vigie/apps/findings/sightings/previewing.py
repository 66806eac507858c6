"""What would a report bring in? Read to its end, nothing written."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vigie.apps.registry.imports.report import Tally, no_progress
from vigie.apps.registry.models import Establishment
from vigie.sources.scanners import recognise

from .models import Sighting
from .perimeter import perimeter_of
from .reading import stage, why_refused
from .staging import Staging
from .storing import batches

SHOWN = 20  # bad rows, places of another perimeter


@dataclass(frozen=True, slots=True)
class Preview:
    """`told` counts distinct things by what they are; `known` are those that were told before."""

    tool: str  # "" of an empty report
    rows: int
    told: dict[str, int]  # weakness, fact, sound
    known: int
    unrecognised: int  # weaknesses that no check of ours asks, and that name no CVE
    bad: int
    bad_rows: tuple[tuple[int, str], ...]
    foreign: int  # rows of another perimeter
    foreign_places: tuple[str, ...]
    refusal: str  # why it would be refused whole; "" when it may come in

    @property
    def things(self) -> int:
        return sum(self.told.values())


def preview(*, path: Path, establishment: Establishment, now: datetime) -> Preview:
    """Raise SourceError when the file cannot be trusted whole."""
    report = recognise(path)
    tally = Tally()
    with Staging() as staging:
        foreign = stage(report, perimeter_of(establishment.pk, now), staging, tally, no_progress)
        refusal = why_refused(staging, foreign, tally, establishment)
        told: Counter[str] = Counter()
        known = unrecognised = 0
        for batch in batches(staging.rows()):
            told.update(row.told.value for row in batch.values())
            known += Sighting.objects.filter(establishment=establishment, key__in=list(batch)).count()
            rows = (Sighting(tool=row.tool, identifier=row.identifier, cves=list(row.cves)) for row in batch.values())
            told_weak = (row.told.value == "weakness" for row in batch.values())
            unrecognised += sum(weak and not row.is_recognised for row, weak in zip(rows, told_weak, strict=True))
    return Preview(
        tool=str(report.tool or ""),
        rows=tally.lines,
        told=dict(told),
        known=known,
        unrecognised=unrecognised,
        bad=tally.bad,
        bad_rows=tuple((row.line, row.reason) for row in tally.bad_rows[:SHOWN]),
        foreign=foreign.rows,
        foreign_places=foreign.places[:SHOWN],
        refusal=refusal,
    )

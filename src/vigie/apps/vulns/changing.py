"""What changed of a record: the lines of its history."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from vigie.engine.matching import VulnerabilityRecord
from vigie.sources.kev import KevEntry

from .enums import ChangeKind
from .models import Vulnerability, VulnerabilityChange

ALERTE = re.compile(r"https://www\.cert\.ssi\.gouv\.fr/alerte/(CERTFR-\d{4}-ALE-\d{3,4})/")
NEWS = (ChangeKind.EXPLOITED, ChangeKind.WARNED)


def alertes(references: Iterable[str]) -> list[str]:
    """The alertes of CERT-FR among the references of a vulnerability."""
    return [found[1] for one in references if (found := ALERTE.match(one))]


def of_list(row: Vulnerability, entry: KevEntry | None, now: datetime, on: date) -> VulnerabilityChange | None:
    """What CISA's list changes; call it before the row changes. None when it was listed, or not, already."""
    if (row.kev_on is None) == (entry is None):
        return None
    kind, day = (ChangeKind.EXPLOITED, entry.added_on) if entry else (ChangeKind.UNLISTED, on)
    return VulnerabilityChange(vulnerability=row, kind=kind, at=now, on=day, source="kev")


def newly_listed(row: Vulnerability, now: datetime) -> VulnerabilityChange:
    """One that nobody had told before CISA listed it."""
    return VulnerabilityChange(vulnerability=row, kind=ChangeKind.EXPLOITED, at=now, on=row.kev_on, source="kev")


def of_record(
    row: Vulnerability, before: dict[str, object] | None, record: VulnerabilityRecord, now: datetime
) -> Iterator[VulnerabilityChange]:
    """What one record of a source changed of the vulnerability; `before` is None when nobody had told it."""
    on = record.published_at.date() if record.published_at else None
    had = alertes(before["references"]) if before else []  # type: ignore[arg-type]
    for reference in alertes(record.references):
        if reference not in had:
            yield VulnerabilityChange(
                vulnerability=row, kind=ChangeKind.WARNED, at=now, on=on, source=record.source[:80], after=reference
            )
    if before is None:
        return
    if before["rejected"] != row.rejected:
        kind = ChangeKind.REJECTED if row.rejected else ChangeKind.RESTORED
        yield VulnerabilityChange(vulnerability=row, kind=kind, at=now, source=record.source[:80])
    if before["cvss"] is not None and before["cvss"] != row.cvss:
        yield VulnerabilityChange(
            vulnerability=row, kind=ChangeKind.SCORED, at=now, source=record.source[:80],
            before=str(before["cvss"]), after=str(row.cvss),
        )  # fmt: skip

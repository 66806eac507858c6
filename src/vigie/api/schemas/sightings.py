"""What other tools say of an establishment, and the reports by which they say it."""

from datetime import datetime

from pydantic import Field

from vigie.apps.findings.enums import ScannerTool, Severity, SightingKind, SightingState, UploadState
from vigie.apps.findings.sightings.models import Sighting, Upload

from ..paging import Page
from .values import Told


class SightingOut(Told):
    id: int
    establishment: str = Field(description="FINESS number.")
    tool: ScannerTool
    identifier: str = Field(description="The tool's own: plug-in, template, script.")
    title: str
    kind: SightingKind
    severity: Severity | None
    cves: list[str]
    address: str
    name: str
    port: int = Field(description="0 is the host as a whole.")
    state: SightingState
    first_seen: datetime
    last_seen: datetime


class Sightings(Page[SightingOut]):
    pass


class ReportOut(Told):
    id: int
    file_name: str
    size: int
    state: UploadState = Field(description="Nothing comes in before it is `read`, and then accepted.")
    reason: str = Field(description="Why it was refused.")
    sent_at: datetime
    added: int | None = Field(description="Sightings that came in; null before.")


def sighting_out(row: Sighting) -> SightingOut:
    plain = "tool", "identifier", "title", "kind", "cves", "address", "name", "port", "state", "first_seen", "last_seen"
    return SightingOut(
        id=row.pk,
        establishment=row.establishment.finess,
        severity=Severity(row.severity) if row.severity else None,
        **{name: getattr(row, name) for name in plain},
    )


def report_out(row: Upload) -> ReportOut:
    plain = "file_name", "size", "state", "reason", "sent_at"
    return ReportOut(
        id=row.pk, added=row.run.added if row.run else None, **{name: getattr(row, name) for name in plain}
    )

"""What happens in the demonstration, in order: two looks at the region, which is partly mended between them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db.models import QuerySet

from vigie.apps.assets.imports import import_perimeter
from vigie.apps.registry import actions as registry
from vigie.apps.registry.imports.report import ImportReport
from vigie.apps.registry.models import Establishment
from vigie.apps.scans import actions as scans
from vigie.apps.scans.enums import CampaignState
from vigie.apps.scans.models import Campaign

from . import draw, people, region, towns
from .plan import PORTS
from .running import shown_phase, write_phase

BY = "demonstration"
POLL_SECONDS = 0.5
PHASE_TURNS_WITHIN_SECONDS = 60.0  # it takes a third of a second; a machine short of breath takes more
CHAPTER_AT_MOST = timedelta(minutes=5)


class StoryBroken(Exception):
    """Something in the demonstration did not go as told; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One campaign over the region in one of its phases."""

    name: str
    phase: int


CHAPTERS = (Chapter("Premier passage", 1), Chapter("Second passage, après corrections", 2))


def settle(folder: Path, *, network: str, now: datetime) -> int:
    """Bring the region in through the imports that a real one uses; return how many establishments it has."""
    declare_territories(now=now)
    files = region.write(folder, draw.make(draw.SEED, network))
    for path in (files.entities, files.sites, files.groups):
        _accepted(registry.import_file(path=path, by=BY, now=now))
    for path in (files.perimeter, files.mandates):
        _accepted(import_perimeter(path=path, by=BY, now=now))
    people.declare(inhabitants().order_by("finess"), now=now)
    return inhabitants().count()


def declare_territories(*, now: datetime) -> None:
    region_row = registry.declare_territory(
        kind="region", code=towns.REGION_CODE, name=towns.REGION_NAME, by=BY, now=now
    )
    for code, name in towns.DEPARTMENTS.items():
        registry.declare_territory(kind="department", code=code, name=name, parent=region_row, by=BY, now=now)


def inhabitants() -> QuerySet[Establishment]:
    return Establishment.objects.filter(department__invented=True)


def _accepted(report: ImportReport) -> None:
    if report.refused or report.bad:
        first = f"line {report.bad_rows[0].line}: {report.bad_rows[0].reason}" if report.bad_rows else report.reason
        raise StoryBroken(f"The invented region could not be brought in: {report.file_name}, {first}")


def tell(folder: Path, *, between: timedelta, say: Callable[[str], None]) -> None:
    """Play the chapters that were not played yet on this home, then return. For a thread beside the servers.

    `between` leaves time to look at the first result before it changes. Raises StoryBroken.
    """
    for number, chapter in enumerate(CHAPTERS):
        campaign = Campaign.objects.filter(name=chapter.name, started_by=BY).first()
        if campaign is None:
            time.sleep(between.total_seconds() if number else 0)
            _turn(folder, chapter.phase)
            campaign = _begin(chapter)
        _follow(campaign)
        say(_outcome(campaign))


def _turn(folder: Path, phase: int) -> None:
    """Ask the laboratory for a phase, and wait until its doors show it."""
    write_phase(folder, phase)
    deadline = time.monotonic() + PHASE_TURNS_WITHIN_SECONDS
    while shown_phase(folder) != phase:
        if time.monotonic() > deadline:
            raise StoryBroken(f"The laboratory does not turn to phase {phase}: see its log in {folder}.")
        time.sleep(POLL_SECONDS)


def _begin(chapter: Chapter) -> Campaign:
    return scans.start_campaign(
        name=chapter.name, establishments=inhabitants(), ports=PORTS, by=BY, now=datetime.now(UTC)
    )


def _follow(campaign: Campaign) -> None:
    deadline = time.monotonic() + CHAPTER_AT_MOST.total_seconds()
    while campaign.state == CampaignState.RUNNING:
        if time.monotonic() > deadline:
            raise StoryBroken(f"The campaign {campaign.name} did not end in time: see the worker's log.")
        time.sleep(POLL_SECONDS)
        campaign.refresh_from_db()


def _outcome(campaign: Campaign) -> str:
    seconds = (campaign.ended_at - campaign.started_at).total_seconds() if campaign.ended_at else 0
    return f"{campaign.name}: {campaign.state} in {seconds:.0f} s."

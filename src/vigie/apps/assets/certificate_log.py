"""An export of certificate transparency brought in: the names below the declared domains are proposed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction

from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports.report import ImportReport, Progress, Reading, Tally, keep, no_progress
from vigie.apps.registry.models import Establishment
from vigie.data.suffixes import registered_domain
from vigie.sources.certificate_log import read_certificate_log
from vigie.sources.faults import BadRow
from vigie.sources.text_file import file_digest

from .enums import AssetKind, ProposalSource
from .proposals import Clue, propose
from .queries import assets_of

NO_DOMAIN = "no domain of this establishment is declared: the names cannot be told from those of others"


@transaction.atomic
def import_certificate_log(
    *, path: Path, establishment: Establishment, by: str, now: datetime, progress: Progress = no_progress
) -> ImportReport:
    """Propose what is new; names of other owners are left out unread. Raise SourceUnreadable."""
    reading = Reading(ImportKind.CERTIFICATE_LOG, path.name, file_digest(path), by, now, progress)
    declared = assets_of(establishment.pk, now).filter(kind=AssetKind.DOMAIN).values_list("value", flat=True)
    own = {registered_domain(name) or name for name in declared}
    tally = Tally()
    clues = list(_clues(path, own, tally))
    tally.added = propose(establishment=establishment, clues=clues, by=by, now=now)
    return keep(reading, tally, records="certificate_log", refusal="" if own else NO_DOMAIN)


def _clues(path: Path, own: set[str], tally: Tally) -> Iterator[Clue]:
    for row in read_certificate_log(path):
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
            continue
        for name in row.names:
            plain = name.removeprefix("*.")
            if registered_domain(plain) in own:
                yield Clue(AssetKind.DOMAIN, plain, ProposalSource.CERTIFICATE_LOG, path.name)

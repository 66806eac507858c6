"""A file of contacts brought in: judged whole, then declared one by one; each is asked to confirm its address."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import translation

from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports import runs
from vigie.apps.registry.imports.report import ImportReport, Progress, Reading, Tally, keep, no_progress
from vigie.apps.registry.models import Establishment
from vigie.sources.contacts import ContactRow, read_contacts
from vigie.sources.faults import BadRow
from vigie.sources.text_file import file_digest

from .contacts import declare_contact
from .models import Contact
from .planning import plan_verification
from .refusals import InvalidContact
from .terms import contact_terms


@transaction.atomic
def import_contacts(
    *, path: Path, by: str, now: datetime, dry_run: bool = False, progress: Progress = no_progress
) -> ImportReport:
    """Declare the contacts of a CSV or a workbook; bad lines are left out and told. Raise SourceError.

    A dry run does all of it, messages included, and takes it back: what it tells is what would be done.
    """
    reading = Reading(ImportKind.CONTACTS, path.name, file_digest(path), by, now, progress)
    tally = Tally()
    # The reasons are stored: in one language, whoever reads them later.
    with translation.override("en"):
        rows = _usable(path, tally)
    refusal = runs.too_many_bad(tally)
    if not refusal:
        for done, (row, owner) in enumerate(rows, start=1):
            tally.added += _declare(row, owner, reading)
            progress(done, len(rows))
    report = keep(reading, tally, records="contacts", refusal=refusal)
    if dry_run:
        transaction.set_rollback(True)
    return report


def _usable(path: Path, tally: Tally) -> list[tuple[ContactRow, Establishment]]:
    found = []
    owners = {one.finess: one for one in Establishment.objects.all()}
    for row in read_contacts(path):
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        elif (owner := owners.get(row.finess)) is None:
            tally.leave_out(BadRow(row.line, f"{row.finess} is no legal entity of the registry", row.finess))
        else:
            try:
                _terms(row, owner)
            except InvalidContact as error:
                tally.leave_out(BadRow(row.line, str(error), row.finess))
            else:
                found.append((row, owner))
    return found


def _terms(row: ContactRow, owner: Establishment) -> None:
    contact_terms(owner=owner, webhook="", role=row.role, name=row.name, email=row.email, telephone=row.telephone,
                  language=row.language)  # fmt: skip


def _declare(row: ContactRow, owner: Establishment, reading: Reading) -> bool:
    """Whether the contact is new."""
    before = Contact.objects.current().filter(establishment=owner).count()
    contact = declare_contact(
        owner=owner,
        role=row.role,
        name=row.name,
        email=row.email,
        telephone=row.telephone,
        language=row.language,
        by=reading.by,
        now=reading.now,
    )
    if Contact.objects.current().filter(establishment=owner).count() == before:
        return False
    plan_verification(contact=contact, now=reading.now)
    return True

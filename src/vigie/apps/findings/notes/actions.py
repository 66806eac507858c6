"""An analyst notes something, for the analysts; who and when is kept, and nothing takes it back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.findings.models import Finding
from vigie.apps.findings.refusals import Incomplete
from vigie.apps.registry.models import Establishment

from .models import Note

MOST_CHARACTERS = 2000


@transaction.atomic
def write(*, establishment: Establishment, finding: Finding | None, text: str, by: str, now: datetime) -> Note:
    """Raises Incomplete: nothing is said, or the finding is of somebody else."""
    words = text.strip()
    if not words or len(words) > MOST_CHARACTERS:
        raise Incomplete(_("Write something, in at most %(n)d characters.") % {"n": MOST_CHARACTERS}, "text")
    if finding is not None and finding.establishment_id != establishment.pk:
        raise Incomplete(_("This finding is of another establishment."), "finding")
    made: Note = Note.objects.create(
        establishment=establishment, finding=finding, text=words, written_at=now, written_by=by[:200]
    )
    # The words stay out of the trail: whoever reads it may not read the notes.
    audit.record(kind="note-written", by=by, at=now, subject=made, finess=establishment.finess)
    return made

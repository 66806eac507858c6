"""Tick the steps of a playbook for an incident; taken back, a tick stays in the history."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.data.playbooks import playbooks

from .models import Incident, StepDone
from .refusals import AlreadyDone, Incomplete


def do_step(*, incident: Incident, playbook: str, step: str, by: str, now: datetime) -> StepDone:
    """Raises Incomplete when there is no such step, AlreadyDone when it was ticked."""
    _known(playbook, step)
    try:
        with transaction.atomic():
            made: StepDone = StepDone.objects.create(
                incident=incident, playbook=playbook, step=step, done_at=now, done_by=by[:200]
            )
            record(kind="incident-step-done", by=by, at=now, subject=incident, playbook=playbook, step=step)
    except IntegrityError as error:
        raise AlreadyDone(_("Somebody ticked this step already.")) from error
    return made


@transaction.atomic
def undo_step(*, incident: Incident, playbook: str, step: str, by: str, now: datetime) -> None:
    """Raises Incomplete when there is no such step, AlreadyDone when it was not ticked."""
    _known(playbook, step)
    ticked = StepDone.objects.filter(incident=incident, playbook=playbook, step=step, undone_at=None)
    if not ticked.update(undone_at=now, undone_by=by[:200]):
        raise AlreadyDone(_("This step is not ticked."))
    record(kind="incident-step-undone", by=by, at=now, subject=incident, playbook=playbook, step=step)


def _known(playbook: str, step: str) -> None:
    found = playbooks().get(playbook)
    if found is None or step not in {one.slug for one in found.steps}:
        raise Incomplete(_("There is no such step."))

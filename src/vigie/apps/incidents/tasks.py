"""Entry points of the workers for the incidents."""

from django.utils import timezone
from django_tasks import task

from . import actions
from .mending import mend_what_is_proved


@task()
def tend() -> dict[str, int]:
    """Each minute: reminders whose time has come, authorities to write to, which were reached, which do not answer."""
    now = timezone.now()
    return {
        "answered": actions.write_back(now),  # as a rule, nothing is left
        "reminded": actions.remind(now),
        "written": actions.write_to_authorities(now),
        "told": actions.note_told(now),
        "mended": mend_what_is_proved(now),
        "authorities_reminded": actions.remind_authorities(now),
    }


@task()
def write_back() -> int:
    """Soon after a declaration: the receipts of all that wait for one."""
    return actions.write_back(timezone.now())


@task()
def forget_drafts() -> int:
    """Once a day: what was begun and never sent."""
    return actions.forget_drafts(timezone.now())

"""What comes back by itself, gathered from the apps: one line here, and `vigie init` or a starting worker writes it."""

from django.utils import timezone

from vigie.apps.jobs.schedules import DEFAULTS, Declared, ensure_schedules

SCHEDULES: tuple[Declared, ...] = (*DEFAULTS,)


def write() -> None:
    """Write them in the database; for entry points."""
    ensure_schedules(SCHEDULES, timezone.now())

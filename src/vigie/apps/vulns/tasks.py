"""Entry points of the workers: they read the clock and the settings, and pass them on."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from . import actions, queries
from .synchronising import door, synchronise

AT_ONCE = 2_000  # pairs judged in one run; the next run goes on


@task()
def sync_feeds(only: list[str] | None = None) -> None:
    """Bring up to date the feeds that are due, from where VIGIE_FEEDS says; each failure is written on its feed.

    What is exploited comes first: whoever is exposed to it is told before long rounds of documents are fetched.
    """
    vigie = settings.VIGIE
    if vigie.feeds == "off":
        return
    now = timezone.now()
    wanted = frozenset(only) if only is not None else queries.due_feeds(now)
    mirror = None if vigie.feeds == "network" else Path(vigie.feeds)
    for part in (wanted & {actions.KEV}, wanted):
        if part:
            synchronise(
                paths=[mirror] if mirror else [],
                fetch_into=None if mirror else vigie.home / "feeds",
                door=door(nvd_key=vigie.nvd_api_key, contact=vigie.scanner_contact),
                now=timezone.now(),
                by="worker",
                only=part,
            )


@task()
def match_waiting() -> None:
    """Judge what was seen and could not be judged at once."""
    actions.match_pairs(pairs=list(queries.unmatched_pairs()[:AT_ONCE]), now=timezone.now())

"""Entry points of the workers: they read the clock and the settings, and pass them on."""

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from . import actions, queries
from .synchronising import synchronise

AT_ONCE = 2_000  # pairs judged in one run; the next run goes on


@task()
def sync_feeds(only: list[str] | None = None) -> None:
    """Bring the feeds up to date from the network; each failure is written on its feed."""
    synchronise(
        paths=[],
        fetch_into=settings.VIGIE.home / "feeds",
        now=timezone.now(),
        by="worker",
        only=frozenset(only) if only else None,
        nvd_key=settings.VIGIE.nvd_api_key,
    )


@task()
def match_waiting() -> None:
    """Judge what was seen and could not be judged at once."""
    actions.match_pairs(pairs=list(queries.unmatched_pairs()[:AT_ONCE]), now=timezone.now())

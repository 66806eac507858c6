"""Entry points of the workers for the audit trail."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from . import actions, keeping, queries
from .sealing import seal


def seal_each_second(*, now: datetime, **_: Any) -> None:
    """Connected in config to the upkeep of every worker; one of them seals."""
    seal(now)


@task()
def seal_all() -> int:
    """What the second-by-second look may have passed by: see sealing."""
    return seal(timezone.now(), near=None)


@task()
def export_head() -> str:
    """Write the head of the day; copy that folder to where this installation cannot write."""
    path = keeping.keep_head(settings.VIGIE.home / keeping.FOLDER, timezone.now())
    return path.name if path else ""


@task()
def verify_trail() -> bool:
    """Read the whole trail again, once a day, and note what it showed."""
    now = timezone.now()
    heads = [keeping.read_head(path) for path in keeping.kept_heads(settings.VIGIE.home / keeping.FOLDER)]
    found = queries.verify(now, heads)
    actions.note_verification(found=found, heads=len(heads), at=now)
    return found.holds

"""Entry points of the workers for the levels."""

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from . import actions, image_building


@task()
def compute_levels(establishment_ids: list[int], alone: bool = False) -> int:
    """`alone`: the groups and territories follow at the end of the campaign, not at each of its shards."""
    now = timezone.now()
    if alone:
        return actions.compute(subjects=actions.establishments(establishment_ids), now=now)
    return actions.compute_around(establishment_ids=establishment_ids, now=now)


@task()
def compute_all() -> int:
    return actions.compute_all(now=timezone.now())


@task()
def refresh_image() -> bool:
    """Make the columnar image of this machine again where it is not fresh; whether it was made."""
    return image_building.refresh(settings.VIGIE.home, now=timezone.now()) is not None

"""Entry points of the workers: they read the clock and the settings, and pass them on."""

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from vigie.apps.assets.registrations import Round, door_to_registries
from vigie.apps.jobs import actions as jobs
from vigie.probes.look import settings_for

from . import discovery, running
from .actions import shard_order, stop_file
from .models import Campaign, Shard
from .settling import close_campaign


def scanner() -> running.Scanner:
    probes = settings_for(
        settings.VIGIE.scanner_contact,
        resolvers=tuple(settings.VIGIE.resolvers),
        sweep_socket=settings.VIGIE.sweep_socket,
        explores=True,
    )
    registries = None
    if settings.VIGIE.feeds == "network":
        registries = Round(door_to_registries(settings.VIGIE.scanner_contact), timezone.now)
    return running.Scanner(settings=probes, stop_file=stop_file(), clock=timezone.now, registries=registries)


@task()
def run_shard(shard_id: int) -> None:
    running.run_shard(shard_id, scanner=scanner())


@task()
def heal_campaigns() -> None:
    """Each minute: a shard that lost its job gets one again, and a campaign that was left half closed is closed."""
    now = timezone.now()
    waiting = Shard.objects.unfinished().filter(campaign__in=Campaign.objects.running()).select_related("campaign")
    waiting = waiting.filter(Q(waits_until=None) | Q(waits_until__lte=now))
    jobs.enqueue_many([shard_order(shard) for shard in waiting], now=now)
    for campaign in Campaign.objects.running():
        close_campaign(campaign.pk, now=now)


@task()
def discover_again() -> int:
    """Each day, after the looks of the day."""
    return discovery.discover_again(now=timezone.now())


@task()
def discover(establishment_id: int) -> int:
    """What else may belong to an establishment, proposed to a person."""
    resolvers = tuple(settings.VIGIE.resolvers)
    return discovery.discover(establishment_id=establishment_id, resolvers=resolvers, now=timezone.now())

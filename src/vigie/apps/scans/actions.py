"""What people decide about campaigns: start one, judge a held one, stop everything, lift the stop."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from vigie.apps.assets.models import Mandate
from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.apps.registry.models import Establishment
from vigie.engine.place import place
from vigie.probes.datagrams import DATAGRAMS

from .enums import CampaignState, ShardState
from .models import Campaign, Look, Shard, StopOrder
from .settling import LEVELS, close_campaign, settle_shard
from .unlooked import note_left

RUN_SHARD = "vigie.apps.scans.tasks.run_shard"
NO_MANDATE = "no mandate"
AHEAD = 20  # a person waits for the answer: before every shard, and before what shards bring


class StopInForce(Exception):
    """An emergency stop is in force: nothing starts before it is lifted."""


class NothingToAsk(ValueError):
    """No port was given, or one that is not a port."""


class NoMandate(Exception):
    """Nobody allows today that this establishment be looked at."""


class NotRunning(Exception):
    """The campaign is not in a state from which it can be paused, or go on."""


class NotHeld(Exception):
    """The campaign does not wait for a person."""


@transaction.atomic
def start_campaign(
    *,
    name: str,
    establishments: Iterable[Establishment],
    ports: Iterable[int],
    by: str,
    now: datetime,
    datagrams: Iterable[str] = (),
) -> Campaign:
    """Write a shard and its job for each establishment with a mandate in force; the others are noted as not looked at.

    Raises StopInForce, NothingToAsk.
    """
    _refuse_under_stop()
    asked = sorted(set(ports))
    if not asked or asked[0] < 1 or asked[-1] > 65535:
        raise NothingToAsk("ports go from 1 to 65535, and at least one is needed")
    wanted = {establishment.pk: establishment for establishment in establishments}
    covered = set(Mandate.objects.in_force(now).values_list("establishment", flat=True))
    campaign = Campaign.objects.create(
        name=name,
        ports=asked,
        datagrams=[service for service in DATAGRAMS if service in set(datagrams)],
        started_at=now,
        started_by=by,
        not_looked=[
            {"establishment": one.pk, "finess": one.finess, "reason": NO_MANDATE}
            for one in wanted.values()
            if one.pk not in covered
        ],
    )
    shards = Shard.objects.bulk_create(
        [Shard(campaign=campaign, establishment=one) for one in wanted.values() if one.pk in covered], batch_size=500
    )
    record(kind="campaign-started", subject=campaign, by=by, at=now, shards=len(shards), ports=asked)
    jobs.enqueue_many([shard_order(shard) for shard in shards], now=now)
    if not shards:
        close_campaign(campaign.pk, now=now)
        campaign.refresh_from_db()
    return campaign


def _refuse_under_stop() -> None:
    if StopOrder.objects.in_force().exists() or stop_file().exists():
        raise StopInForce


@transaction.atomic
def start_retest(
    *,
    establishment: Establishment,
    address: str,
    port: int,
    by: str,
    now: datetime,
    domain: str = "",
    transport: str = "tcp",
) -> Campaign:
    """Look again at one port of one address, or at one domain, before everything that waits, within the mandate.

    Raises StopInForce, NoMandate.
    """
    _refuse_under_stop()
    if not Mandate.objects.in_force(now).filter(establishment=establishment).exists():
        raise NoMandate(establishment.pk)
    where = place(address, port, domain)
    campaign = Campaign.objects.create(
        name=where[:120],
        ports=[port] if transport == "tcp" else [],
        datagrams=[] if transport == "tcp" else [name for name, one in DATAGRAMS.items() if one.port == port],
        only_address=address or None,
        only_domain=domain,
        started_at=now,
        started_by=by,
    )
    shard = Shard.objects.create(campaign=campaign, establishment=establishment)
    record(kind="retest-started", subject=campaign, by=by, at=now, place=where)
    jobs.place(shard_order(shard), now=now)
    return campaign


def shard_order(shard: Shard) -> jobs.Order:
    return jobs.Order(
        path=RUN_SHARD,
        kwargs={"shard_id": shard.pk},
        key=f"shard:{shard.pk}",
        queue="scans",
        priority=AHEAD if shard.campaign.is_retest else 0,
    )


@transaction.atomic
def judge_held(*, campaign: Campaign, absences_are_real: bool, by: str, now: datetime) -> None:
    """A person judged a held campaign: its absences count from now on, or never. Raises NotHeld."""
    mine = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.HELD)
    if not mine.update(state=CampaignState.FINISHED):
        raise NotHeld(campaign.pk)
    for shard in campaign.shards.filter(state=ShardState.DONE):
        if absences_are_real:
            settle_shard(shard, now=now)
    Look.objects.filter(shard__campaign=campaign, absences_applied_at=None).update(absences_applied_at=now)
    record(kind="campaign-judged", subject=campaign, by=by, at=now, absences_are_real=absences_are_real)
    touched = list(campaign.shards.order_by("establishment").values_list("establishment", flat=True))
    jobs.enqueue(LEVELS, key=f"levels:campaign:{campaign.pk}", now=now, again=True, establishment_ids=touched)


@transaction.atomic
def pause_campaign(*, campaign: Campaign, by: str, now: datetime) -> None:
    """What is under way ends within the second, nothing is lost, nothing begins until it goes on. Raises NotRunning."""
    if not Campaign.objects.running().filter(pk=campaign.pk).update(state=CampaignState.PAUSED):
        raise NotRunning(campaign.pk)
    record(kind="campaign-paused", subject=campaign, by=by, at=now)


@transaction.atomic
def resume_campaign(*, campaign: Campaign, by: str, now: datetime) -> None:
    """Go on with what is left of a paused or stopped campaign; hosts already recorded are not asked again.

    Raises NotRunning, StopInForce.
    """
    _refuse_under_stop()
    mine = Campaign.objects.filter(pk=campaign.pk, state__in=[CampaignState.PAUSED, CampaignState.STOPPED])
    if not mine.update(state=CampaignState.RUNNING, ended_at=None):
        raise NotRunning(campaign.pk)
    stopped = Shard.objects.filter(campaign=campaign, state=ShardState.STOPPED)
    stopped.update(state=ShardState.WAITING, ended_at=None, waits_until=None)
    record(kind="campaign-resumed", subject=campaign, by=by, at=now)
    left = Shard.objects.unfinished().filter(campaign=campaign).select_related("campaign")
    jobs.enqueue_many([shard_order(shard) for shard in left], now=now)
    if not left:
        close_campaign(campaign.pk, now=now)


def stop_file() -> Path:
    """The file that stops what runs without a database; every probe of this installation looks at it."""
    home: Path = settings.VIGIE.home
    return home / "STOP"


def stop_everything(*, by: str, reason: str, now: datetime) -> StopOrder:
    """Order that no packet leaves any more. A second order while one is in force is that one.

    The file comes first and on its own: it stops this machine even when the database is locked or gone.
    """
    try:
        stop_file().write_text(f"{now.isoformat()} {by}: {reason}\n", encoding="utf-8")
        trouble = ""
    except OSError as error:
        trouble = str(error)  # the order in the database must not be lost for that
    return _order_stop(by=by, reason=reason, now=now, file_trouble=trouble)


@transaction.atomic
def _order_stop(*, by: str, reason: str, now: datetime, file_trouble: str) -> StopOrder:
    order = StopOrder.objects.in_force().order_by("ordered_at").first()
    if order is None:
        order = StopOrder.objects.create(ordered_at=now, ordered_by=by, reason=reason)
        record(kind="stop-ordered", subject=order, by=by, at=now, reason=reason, file_trouble=file_trouble)
    # What runs stops by itself within the second; what waits is stopped here, worker or not.
    idle = Q(started_at=None) | Q(waits_until__isnull=False) | Q(campaign__state=CampaignState.PAUSED)
    for shard in Shard.objects.unfinished().filter(idle):
        Shard.objects.filter(pk=shard.pk, state=ShardState.WAITING).update(state=ShardState.STOPPED, ended_at=now)
        note_left(shard)
    Campaign.objects.filter(state=CampaignState.PAUSED).update(state=CampaignState.RUNNING)
    for campaign in Campaign.objects.running():
        close_campaign(campaign.pk, now=now)
    return order


@transaction.atomic
def lift_stop(*, by: str, now: datetime) -> int:
    """Allow packets again; return how many orders were lifted. Stopped campaigns stay stopped: start a new one."""
    lifted = list(StopOrder.objects.in_force())
    for order in lifted:
        StopOrder.objects.filter(pk=order.pk, lifted_at=None).update(lifted_at=now, lifted_by=by)
        record(kind="stop-lifted", subject=order, by=by, at=now)
    stop_file().unlink(missing_ok=True)
    return len(lifted)

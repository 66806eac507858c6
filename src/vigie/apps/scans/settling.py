"""Once every shard of a campaign has ended: may its absences count, and what is the campaign's end?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.data.params import absence_rule
from vigie.engine.lifecycle import AbsenceRule, Seen, State, Transition, next_step

from . import presence
from .enums import CampaignState, ShardState
from .models import Campaign, Look, Service, Shard
from .signals import Absence, absences_settled, absences_weighed

LEVELS = "vigie.apps.observatory.tasks.compute_levels"
IMAGE = "vigie.apps.observatory.tasks.refresh_image"
LONGEST_REASON = 300


def weigh_shard(shard: Shard, now: datetime) -> str:
    """Why the absences of this shard must wait for a person, "" when they may count.

    Only the addresses and ports that both this look and the one before asked for are compared.
    """
    rule = absence_rule(now.date())
    before = (
        Shard.objects.of_rounds()
        .filter(establishment=shard.establishment_id, state=ShardState.DONE, started_at__lt=shard.started_at)
        .exclude(pk=shard.pk)
        .order_by("-started_at")
        .first()
    )
    if before is not None and (reason := _fall(before, shard, rule)):
        return reason
    answers = absences_weighed.send(sender=Shard, shard=shard, absences=tuple(absences_of(shard)), now=now)
    return next((reason for _, reason in answers if reason), "")


def _fall(before: Shard, after: Shard, rule: AbsenceRule) -> str:
    # Addresses only: what a domain publishes is asked of our resolvers, whose failures end nothing.
    old = {look.address: look for look in before.looks.all() if look.address}
    pairs = [(old[look.address], look) for look in after.looks.all() if look.address in old]
    shown = [(_shown(a, _asked(b)), _shown(b, _asked(a))) for a, b in pairs]
    reached = sum(a.reached for a, _ in shown), sum(b.reached for _, b in shown)
    ports = sum(a.open_ports for a, _ in shown), sum(b.open_ports for _, b in shown)
    for what, (was, is_now) in (("hosts that answer", reached), ("open ports", ports)):
        if rule.falls_too_much(was, is_now):
            return f"{what}: {was} at the last look, {is_now} at this one"
        if rule.rises_too_much(was, is_now):
            return f"{what}: {was} at the last look, {is_now} at this one: is something answering for everything?"
    return ""


@dataclass(frozen=True, slots=True)
class _Shown:
    reached: bool
    open_ports: int


def _shown(look: Look, asked_both_times: set[int]) -> _Shown:
    """What a host showed on the ports that both looks asked; nothing when one of them was not made at all."""
    answered = {*look.open_ports, *look.refused_ports} & asked_both_times
    return _Shown(bool(answered), len(answered & set(look.open_ports)))


def _asked(look: Look) -> set[int]:
    return {*look.open_ports, *look.refused_ports, *look.silent_ports}


def absences_of(shard: Shard) -> Iterable[Absence]:
    for look in shard.looks.filter(absences_applied_at=None).order_by("ended_at", "pk"):
        yield from _absences(look)


def _absences(look: Look) -> list[Absence]:
    return [
        Absence(look.address, gone["port"], gone["name"], look.ended_at, gone.get("transport", "tcp"))
        for gone in look.absent
    ]


def close_campaign(campaign_id: int, *, now: datetime) -> bool:
    """End the campaign when no shard is left to run; True for the one call that ended it."""
    campaign = Campaign.objects.get(pk=campaign_id)
    if campaign.state != CampaignState.RUNNING or campaign.shards.unfinished().exists():
        return False
    shards = list(campaign.shards.select_related("establishment"))
    if any(shard.state == ShardState.STOPPED for shard in shards):
        return _end(campaign, CampaignState.STOPPED, "", now)
    reason = _held_reason(shards, absence_rule(now.date()))
    everything = reason.startswith("most")
    for shard in shards:
        if shard.state == ShardState.DONE and not (everything or shard.held_reason):
            settle_shard(shard, now=now)
    return _end(campaign, CampaignState.HELD if reason else CampaignState.FINISHED, reason, now)


def _held_reason(shards: list[Shard], rule: AbsenceRule) -> str:
    held = [shard for shard in shards if shard.held_reason]
    if not held:
        return ""
    told = "; ".join(f"{shard.establishment.name}: {shard.held_reason}" for shard in held)
    # When most establishments lose at once, it is the scanner that lost its way, not they.
    if rule.falls_too_much(len(shards), len(shards) - len(held)):
        return f"most of the run is in doubt ({len(held)} of {len(shards)}). {told}"[:LONGEST_REASON]
    return told[:LONGEST_REASON]


def settle_shard(shard: Shard, *, now: datetime) -> None:
    """Make the absences of each look count, a short transaction per look, once each."""
    rule = absence_rule(now.date())
    for look in shard.looks.filter(absences_applied_at=None).order_by("ended_at", "pk"):
        if look.absent:
            _settle_look(look, shard, rule, now)


@transaction.atomic
def _settle_look(look: Look, shard: Shard, rule: AbsenceRule, now: datetime) -> None:
    if not Look.objects.filter(pk=look.pk, absences_applied_at=None).update(absences_applied_at=now):
        return  # another worker did
    absences = tuple(_absences(look))
    keys = {(absence.port, absence.transport, absence.name) for absence in absences}
    rows = Service.objects.current().select_for_update()
    rows = rows.filter(establishment=shard.establishment_id, address=look.address)
    moves: presence.Moves = Counter()
    for row in rows.filter(last_confirmed__lt=look.started_at):
        if (row.port, row.transport, row.name) in keys:
            _absent(row, look.ended_at, rule)
            if row.ended_at is not None:
                moves.subtract(presence.pairs_of(row))
    presence.move(establishment_id=shard.establishment_id, moves=moves, now=now)
    absences_settled.send(sender=Look, look=look, absences=absences, now=now)


def _absent(row: Service, looked_at: datetime, rule: AbsenceRule) -> None:
    step = next_step(State.OPEN, Seen.ABSENT, absent_since=row.absent_since, looked_at=looked_at, rule=rule)
    row.absences += 1
    if step is Transition.WAIT:
        row.absent_since = looked_at
    elif step is Transition.END:
        row.ended_at, row.end_reason = looked_at, "no longer observed"
    row.save(update_fields=["absences", "absent_since", "ended_at", "end_reason"])


@transaction.atomic
def _end(campaign: Campaign, state: CampaignState, reason: str, now: datetime) -> bool:
    mine = Campaign.objects.running().filter(pk=campaign.pk)
    # A worker's clock may be late on that of the page that asked for a look of one second.
    ended_at = max(now, campaign.started_at)
    if not mine.update(state=state, ended_at=ended_at, held_reason=reason):
        return False
    record(kind=f"campaign-{state.value}", subject=campaign, by="worker", at=now, reason=reason)
    establishments = list(campaign.shards.order_by("establishment").values_list("establishment", flat=True))
    jobs.enqueue(LEVELS, key=f"levels:campaign:{campaign.pk}", now=now, priority=10, establishment_ids=establishments)
    jobs.enqueue(IMAGE, key="refresh-image", now=now, again=True)
    return True

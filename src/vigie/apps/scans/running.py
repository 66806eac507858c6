"""Run one shard: look at one establishment outside any transaction, record each host as it is completed."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from vigie.apps.assets import registrations
from vigie.apps.assets.sparing import spared_now
from vigie.apps.jobs import actions as jobs
from vigie.apps.jobs.failures import Interrupted
from vigie.engine.facts import HostLook
from vigie.probes.domain import look_at_domains
from vigie.probes.gate import Gate
from vigie.probes.look import Plan, ProbeSettings, Summary, look
from vigie.probes.mail_hosts import MailHosts
from vigie.probes.pace import process_pace
from vigie.probes.scope import OUTSIDE_WINDOW
from vigie.probes.stop import FileStop, StopSignal

from .enums import CampaignState, ShardState
from .models import Campaign, Shard, StopOrder, Unlooked
from .pausing import Pauses
from .perimeter import Perimeter, perimeter_of
from .recording import questions_of, record_host
from .settling import close_campaign, weigh_shard
from .unlooked import added, forget_left, note_left, plain

MAX_ATTEMPTS = 5
ESTABLISHMENT_LEVEL = "vigie.apps.observatory.tasks.compute_levels"
POLL_SECONDS = 0.4  # how often the order to stop is looked for in the database
PAUSES_EVERY = 5  # polls: how often the hosts that other machines paused are read
EMERGENCY = "emergency stop"
PAUSED = "the campaign is paused"
ENDING = "the worker was asked to end"

Clock = Callable[[], datetime]


class Waits(Exception):
    """What is left of the shard may be looked at when a window opens, not before."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a run needs from the installation: who it says it is, where the stop file is, what time it is."""

    settings: ProbeSettings
    stop_file: Path
    clock: Clock
    registries: registrations.Round | None = None  # asked again at the retest of a domain; None: nobody is


def run_shard(shard_id: int, *, scanner: Scanner) -> None:
    """Look at what is left of this shard, then end it and, with the last one, its campaign.

    Run again after a crash, it skips the hosts already recorded. Raises Interrupted, and what a broken machine raises.
    """
    shard = Shard.objects.select_related("campaign").get(pk=shard_id)
    if shard.state == ShardState.WAITING and shard.campaign.state != CampaignState.PAUSED:
        _run(shard, scanner)
    close_campaign(shard.campaign_id, now=scanner.clock())


def _run(shard: Shard, scanner: Scanner) -> None:
    stop = FileStop(scanner.stop_file)
    if stop.is_set() or _stop_ordered():
        _end(shard, ShardState.STOPPED, now=scanner.clock())
        return
    if shard.attempts >= MAX_ATTEMPTS:
        _end(shard, ShardState.FAILED, now=scanner.clock(), error=f"given up after {MAX_ATTEMPTS} attempts")
        return
    _begin(shard, scanner.clock())
    try:
        summary = _look(shard, scanner, stop)
    except Interrupted:
        Shard.objects.filter(pk=shard.pk).update(attempts=F("attempts") - 1)
        raise
    except Waits as wait:
        Shard.objects.filter(pk=shard.pk).update(attempts=F("attempts") - 1, waits_until=wait.until)
        return
    except jobs.LeaseLost:
        raise
    except Exception as error:
        if shard.attempts < MAX_ATTEMPTS:
            raise
        _end(shard, ShardState.FAILED, now=scanner.clock(), error=f"{type(error).__name__}: {error}")
        return
    if summary.stopped == PAUSED:
        Shard.objects.filter(pk=shard.pk).update(attempts=F("attempts") - 1)
        return
    state = ShardState.STOPPED if summary.stopped else ShardState.DONE
    _end(shard, state, now=scanner.clock())


def _begin(shard: Shard, now: datetime) -> None:
    begun = {"attempts": F("attempts") + 1, "started_at": Coalesce("started_at", now), "waits_until": None}
    Shard.objects.filter(pk=shard.pk).update(**begun)
    shard.refresh_from_db()
    forget_left(shard)


def _look(shard: Shard, scanner: Scanner, stop: StopSignal) -> Summary:
    ports = tuple(shard.campaign.ports)
    if scanner.registries is not None and shard.campaign.only_domain:
        registrations.ask_again_now(domain=shard.campaign.only_domain, round_=scanner.registries)
    resolvers = scanner.settings.resolvers
    perimeter = perimeter_of(shard.establishment_id, ports=ports, resolvers=resolvers, now=scanner.clock())
    if shard.campaign.only_address is not None:
        perimeter = perimeter.only(shard.campaign.only_address)
    if shard.campaign.only_domain:
        perimeter = perimeter.only_domain(shard.campaign.only_domain)
    done = set(shard.looks.values_list("address", "domain"))
    left = tuple(target for target in perimeter.targets if (target.address, "") not in done)
    if not done:
        _note_perimeter(shard, perimeter)
    pauses = Pauses(shard, scanner.stop_file)
    pauses.begin([target.address for target in left], scanner.clock())
    settings = replace(scanner.settings, datagrams=tuple(shard.campaign.datagrams))
    plan = Plan(left, perimeter.scope, settings, pauses.breaker)
    domains = tuple(domain for domain in perimeter.domains if ("", domain) not in done)
    run = _Run(shard, perimeter, scanner.clock, stop, pauses)
    summary = run.go(plan, domains)
    # Connections that no recorded host accounts for: second tries, follow-up questions.
    Shard.objects.filter(pk=shard.pk).update(questions=F("questions") + max(0, summary.questions - run.asked))
    run.wait_for_window(summary)
    return summary


def _note_perimeter(shard: Shard, perimeter: Perimeter) -> None:
    with transaction.atomic():
        Unlooked.objects.filter(shard=shard).delete()  # of an attempt that ended before its first host
        rows = Unlooked.objects.bulk_create(
            [
                Unlooked(shard=shard, address=one.address, name=one.name, reason=plain(one.reason), count=1, ports=[])
                for one in perimeter.left_out
            ]
        )
        Shard.objects.filter(pk=shard.pk).update(
            hosts=len(perimeter.targets), names=perimeter.name_reasons, unlooked=added({}, rows)
        )


class _Run:
    """One shard under way: probing in a thread of its own, which never waits for the database; recording in this one,
    which never probes."""

    def __init__(self, shard: Shard, perimeter: Perimeter, clock: Clock, stop: StopSignal, pauses: Pauses) -> None:
        self.shard, self.perimeter, self.clock, self.stop, self.pauses = shard, perimeter, clock, stop, pauses
        self.asked = 0  # connections that the recorded hosts account for
        self.shut: list[HostLook] = []  # those whose window closed before their end

    def go(self, plan: Plan, domains: tuple[str, ...]) -> Summary:
        hosts: SimpleQueue[HostLook] = SimpleQueue()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="look") as probing:
            try:
                future = probing.submit(_probe, plan, domains, self.stop, self.clock, hosts.put)
                for host in self._completed(future, hosts):
                    self._record(host)
            finally:
                self.stop.set(ENDING)
                self.pauses.note(self.clock())
        summary = future.result()
        if summary.stopped == ENDING:
            raise Interrupted
        return summary

    def wait_for_window(self, summary: Summary) -> None:
        """Raises Waits when a later window covers what this one closed on; what none covers is recorded as it is."""
        if summary.stopped:
            return
        now = self.clock()
        openings = [(host, self.perimeter.scope.opening(host.address, now)) for host in self.shut]
        for host, opening in openings:
            if opening is None:
                self._record(host)
        later = [opening for _, opening in openings if opening is not None]
        if later:
            raise Waits(min(later))

    def _record(self, host: HostLook) -> None:
        moved = self.perimeter.moved_from(host.address)
        told = self.perimeter.as_told(host)
        if record_host(shard=self.shard, host=told, moved=moved, now=self.clock()):
            self.asked += questions_of(host)

    def _completed(self, future: "Future[Summary]", hosts: "SimpleQueue[HostLook]") -> Iterator[HostLook]:
        """Yield each completed host, and pass on the orders to stop while waiting for the next one."""
        next_poll, polls = 0.0, 0
        while not (future.done() and hosts.empty()):
            if monotonic() >= next_poll:
                next_poll, polls = monotonic() + POLL_SECONDS, polls + 1
                self._pass_on_orders()
                if polls % PAUSES_EVERY == 0:
                    self.pauses.refresh(self.clock())
                    self._spare()
                self.pauses.note(self.clock())
            try:
                host = hosts.get(timeout=0.1)
            except Empty:
                continue
            if host.cut == OUTSIDE_WINDOW:
                self.shut.append(host)
            elif not host.cut:  # one that the stop cut short is not a completed look: it will be asked again
                yield host

    def _spare(self) -> None:
        """What somebody asked to be left alone since the look began."""
        known = set(self.perimeter.scope.spared)
        for one in spared_now(self.clock()):
            if one not in known:
                self.perimeter.scope.spare(one)

    def _pass_on_orders(self) -> None:
        if _worker_ends():
            self.stop.set(ENDING)
        if _stop_ordered():
            self.stop.set(EMERGENCY)
        if Campaign.objects.filter(pk=self.shard.campaign_id, state=CampaignState.PAUSED).exists():
            self.stop.set(PAUSED)


def _probe(
    plan: Plan, domains: tuple[str, ...], stop: StopSignal, clock: Clock, tell: Callable[[HostLook], None]
) -> Summary:
    """The addresses, then what the domains publish."""
    summary = look(plan, stop=stop, clock=clock, on_host=tell)
    if summary.stopped or not domains:
        return summary
    gate = Gate(plan.scope, stop, process_pace(), clock, plan.breaker)
    settings = plan.settings
    look_at_domains(
        domains,
        gate=gate,
        stop=stop,
        resolvers=settings.resolvers,
        seconds=settings.timeouts.conversation,
        mail=MailHosts(gate, settings),
        tell=tell,
    )
    stopped = stop.reason if stop.is_set() else ""
    return replace(summary, questions=summary.questions + gate.questions, stopped=stopped)


def _stop_ordered() -> bool:
    return StopOrder.objects.in_force().exists()


def _worker_ends() -> bool:
    job = jobs.current_job()
    return job is not None and job.stop.is_set()


def _end(shard: Shard, state: ShardState, *, now: datetime, error: str = "") -> None:
    held = weigh_shard(shard, now) if state == ShardState.DONE else ""
    if state == ShardState.STOPPED:
        note_left(shard)
    with transaction.atomic():
        jobs.fence()
        mine = Shard.objects.filter(pk=shard.pk, state=ShardState.WAITING)
        if mine.update(state=state, ended_at=now, error=error, held_reason=held[:300]):
            jobs.enqueue(
                ESTABLISHMENT_LEVEL,
                key=f"levels:establishment:{shard.establishment_id}",
                now=now,
                priority=10,
                again=True,
                establishment_ids=[shard.establishment_id],
                alone=True,
            )

"""Run one shard: look at one establishment outside any transaction, record each host as it is completed."""

from collections import Counter
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

from vigie.apps.jobs import actions as jobs
from vigie.apps.jobs.failures import Interrupted
from vigie.engine.facts import HostLook
from vigie.probes.domain import look_at_domains
from vigie.probes.gate import Gate
from vigie.probes.look import Plan, ProbeSettings, Summary, look
from vigie.probes.pace import process_pace
from vigie.probes.stop import FileStop, StopSignal

from .enums import ShardState
from .models import Shard, StopOrder
from .perimeter import Perimeter, perimeter_of
from .recording import questions_of, record_host
from .settling import close_campaign, weigh_shard

MAX_ATTEMPTS = 5
ESTABLISHMENT_LEVEL = "vigie.apps.observatory.tasks.compute_levels"
POLL_SECONDS = 0.4  # how often the order to stop is looked for in the database
EMERGENCY = "emergency stop"
ENDING = "the worker was asked to end"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a run needs from the installation: who it says it is, where the stop file is, what time it is."""

    settings: ProbeSettings
    stop_file: Path
    clock: Clock


def run_shard(shard_id: int, *, scanner: Scanner) -> None:
    """Look at what is left of this shard, then end it and, with the last one, its campaign.

    Run again after a crash, it skips the hosts already recorded. Raises Interrupted, and what a broken machine raises.
    """
    shard = Shard.objects.select_related("campaign").get(pk=shard_id)
    if shard.state == ShardState.WAITING:
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
    except jobs.LeaseLost:
        raise
    except Exception as error:
        if shard.attempts < MAX_ATTEMPTS:
            raise
        _end(shard, ShardState.FAILED, now=scanner.clock(), error=f"{type(error).__name__}: {error}")
        return
    state = ShardState.STOPPED if summary.stopped else ShardState.DONE
    _end(shard, state, now=scanner.clock())


def _begin(shard: Shard, now: datetime) -> None:
    Shard.objects.filter(pk=shard.pk).update(attempts=F("attempts") + 1, started_at=Coalesce("started_at", now))
    shard.refresh_from_db()


def _look(shard: Shard, scanner: Scanner, stop: StopSignal) -> Summary:
    ports = tuple(shard.campaign.ports)
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
    plan = Plan(left, perimeter.scope, scanner.settings)
    domains = tuple(domain for domain in perimeter.domains if ("", domain) not in done)
    summary, asked = _looked(plan, domains, shard, perimeter, scanner.clock, stop)
    # Connections that no recorded host accounts for: second tries, follow-up questions.
    Shard.objects.filter(pk=shard.pk).update(questions=F("questions") + max(0, summary.questions - asked))
    return summary


def _note_perimeter(shard: Shard, perimeter: Perimeter) -> None:
    Shard.objects.filter(pk=shard.pk).update(
        hosts=len(perimeter.targets),
        names=perimeter.name_reasons,
        unknowns=dict(Counter(perimeter.unknowns)),
    )


def _looked(
    plan: Plan, domains: tuple[str, ...], shard: Shard, perimeter: Perimeter, clock: Clock, stop: StopSignal
) -> tuple[Summary, int]:
    """Probe in a thread of its own, which never waits for the database; record in this one, which never probes."""
    hosts: SimpleQueue[HostLook] = SimpleQueue()
    asked = 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="look") as probing:
        try:
            future = probing.submit(_probe, plan, domains, stop, clock, hosts.put)
            for host in _completed(future, hosts, stop):
                moved = perimeter.moved_from(host.address)
                if record_host(shard=shard, host=perimeter.with_leaks(host), moved=moved, now=clock()):
                    asked += questions_of(host)
        finally:
            stop.set(ENDING)
    summary = future.result()
    if summary.stopped == ENDING:
        raise Interrupted
    return summary, asked


def _probe(
    plan: Plan, domains: tuple[str, ...], stop: StopSignal, clock: Clock, tell: Callable[[HostLook], None]
) -> Summary:
    """The addresses, then what the domains publish."""
    summary = look(plan, stop=stop, clock=clock, on_host=tell)
    if summary.stopped or not domains:
        return summary
    gate = Gate(plan.scope, stop, process_pace(), clock)
    settings = plan.settings
    look_at_domains(
        domains, gate=gate, stop=stop, resolvers=settings.resolvers, seconds=settings.timeouts.conversation, tell=tell
    )
    stopped = stop.reason if stop.is_set() else ""
    return replace(summary, questions=summary.questions + gate.questions, stopped=stopped)


def _completed(future: "Future[Summary]", hosts: "SimpleQueue[HostLook]", stop: StopSignal) -> Iterator[HostLook]:
    """Yield each completed host, and pass on the orders to stop while waiting for the next one."""
    next_poll = 0.0
    while not (future.done() and hosts.empty()):
        if monotonic() >= next_poll:
            next_poll = monotonic() + POLL_SECONDS
            if _worker_ends():
                stop.set(ENDING)
            if _stop_ordered():
                stop.set(EMERGENCY)
        try:
            host = hosts.get(timeout=0.1)
        except Empty:
            continue
        # A host that the stop cut short is not a completed look: it will be asked again.
        if host.not_asked_reason != "stopped":
            yield host


def _stop_ordered() -> bool:
    return StopOrder.objects.in_force().exists()


def _worker_ends() -> bool:
    job = jobs.current_job()
    return job is not None and job.stop.is_set()


def _end(shard: Shard, state: ShardState, *, now: datetime, error: str = "") -> None:
    held = weigh_shard(shard, now) if state == ShardState.DONE else ""
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

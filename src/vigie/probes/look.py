"""Look at these hosts, within this scope: what do they show?"""

import asyncio
import contextlib
import queue
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from vigie.engine.facts import Answer, HostLook, PortState, ServiceLook, Transport

from .datagram_services import ask_datagrams
from .gate import Gate
from .identify import Question, identify
from .pace import Pace, process_pace
from .raw_sweep import dial_unix
from .resolve import Resolution, resolve_all
from .scope import Scope
from .settings import ProbeSettings, settings_for
from .stop import LinkedStop, StopSignal
from .sweep import PortAnswer, sweep
from .targets import Target

BATCH = 64  # addresses swept together, so that conversations begin before a large range is swept
RAW_BATCH = 1024  # by vigie-sweep: questions to one address are further apart, the more others there are
STOP_PERIOD_SECONDS = 0.1
STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Plan:
    targets: tuple[Target, ...]
    scope: Scope
    settings: ProbeSettings


@dataclass(frozen=True, slots=True)
class Summary:
    hosts: int  # looked at to the end
    reached: int
    questions: int  # connections made
    services: int  # open ports seen, once per name
    unknowns: Mapping[str, int] = field(default_factory=dict)  # reason -> how many services, ports, names or hosts
    stopped: str = ""  # why it ended early, "" when it went to its end


def look(
    plan: Plan,
    *,
    stop: StopSignal,
    clock: Callable[[], datetime],
    on_host: Callable[[HostLook], None],
    pace: Pace | None = None,
) -> Summary:
    """Look at every target and call `on_host`, in the calling thread, as each is completed. Safe in several threads.

    When stopped, returns within a second; a host that was under way is told as far as it was seen, the rest of its
    ports being not asked. Raises what `on_host` raises, after all traffic has ended.
    """
    cut = LinkedStop(stop)
    looked: queue.SimpleQueue[HostLook | None] = queue.SimpleQueue()
    work = _Look(plan, cut, clock, looked.put, pace or process_pace())
    # The probes have a thread and an event loop of their own: the caller may write to its database meanwhile.
    with ThreadPoolExecutor(1, "vigie-look") as pool:
        summary = pool.submit(asyncio.run, work.run())
        summary.add_done_callback(lambda _: looked.put(None))
        try:
            while (host := looked.get()) is not None:
                on_host(host)
        except BaseException:
            cut.set("interrupted")
            raise
    return summary.result()


class _Look:
    def __init__(
        self,
        plan: Plan,
        stop: StopSignal,
        clock: Callable[[], datetime],
        on_host: Callable[[HostLook], None],
        pace: Pace,
    ) -> None:
        self.plan = plan
        self.stop = stop
        self.clock = clock
        self.on_host = on_host
        self.gate = Gate(plan.scope, stop, pace, clock)
        self.turns = asyncio.Semaphore(plan.settings.concurrency)
        self.unknowns: Counter[str] = Counter()
        self.hosts = self.reached = self.swept = self.services = 0

    async def run(self) -> Summary:
        work = asyncio.ensure_future(self._all_hosts())
        watch = asyncio.ensure_future(self._watch(work))
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await work
        finally:
            watch.cancel()
        questions = self.swept + self.gate.questions
        stopped = self.stop.reason if self.stop.is_set() else ""
        return Summary(self.hosts, self.reached, questions, self.services, dict(self.unknowns), stopped)

    async def _watch(self, work: asyncio.Future[None]) -> None:
        """Cut every wait soon after the stop is ordered."""
        while not self.stop.is_set():
            await asyncio.sleep(STOP_PERIOD_SECONDS)
        work.cancel()

    async def _all_hosts(self) -> None:
        names = await self._names()
        async with asyncio.TaskGroup() as group:
            path = self.plan.settings.sweep_socket
            for batch in _batches(self.plan.targets, BATCH if path is None else RAW_BATCH):
                started = self.clock()
                asked = [(target.address, target.ports) for target in batch]
                seconds = self.plan.settings.timeouts.connect
                answers = await asyncio.to_thread(
                    sweep,
                    asked,
                    gate=self.gate,
                    stop=self.stop,
                    timeout_seconds=seconds,
                    dial=dial_unix(path) if path else None,
                )
                self.swept += sum(a.state is not PortState.NOT_ASKED for a in answers.values())
                told = await asyncio.to_thread(
                    ask_datagrams,
                    [target.address for target in batch],
                    self.plan.settings,
                    gate=self.gate,
                    stop=self.stop,
                )
                for target in batch:
                    ports = {port: answers[target.address, port] for port in target.ports}
                    group.create_task(self._host(target, ports, names, started, told.get(target.address, ())))

    async def _names(self) -> dict[str, Resolution]:
        """Where the names lead at the time of contact: what was true at planning may have moved."""
        names = dict.fromkeys(name for target in self.plan.targets for name in target.names)
        return {r.name: r for r in await resolve_all(names, self.plan.settings.resolvers)}

    async def _host(
        self,
        target: Target,
        ports: Mapping[int, PortAnswer],
        names: Mapping[str, Resolution],
        started: datetime,
        without_connection: tuple[ServiceLook, ...],
    ) -> None:
        seen: list[ServiceLook] = [*without_connection]
        reason = ""
        try:
            async with self.turns:
                for port in [port for port, answer in ports.items() if answer.state is PortState.OPEN]:
                    await self._port(target, port, names, seen)
        except asyncio.CancelledError:
            reason = STOPPED
        self._tell(target, ports, seen, reason, started)
        if reason:
            raise asyncio.CancelledError

    async def _port(self, target: Target, port: int, names: Mapping[str, Resolution], seen: list[ServiceLook]) -> None:
        by_address = Question(target.address, port, None)
        first = await self._identify(by_address, seen)
        # A server that refuses TLS without a name may take one.
        refuses = first.service == "tls" and first.facts.tls is None
        if first.service not in {"http", "https", "fhir"} and not refuses:
            return
        for name in target.names:
            if self._still_leads_here(names[name], target.address):
                question = Question(target.address, port, name, hint="https" if first.facts.tls or refuses else "http")
                await self._identify(question, seen)

    async def _identify(self, question: Question, seen: list[ServiceLook]) -> ServiceLook:
        found = await identify(question, self.gate, self.plan.settings)
        if found.answer is Answer.NOT_ASKED and self.stop.is_set():
            raise asyncio.CancelledError
        seen.append(found)
        return found

    def _still_leads_here(self, resolution: Resolution, address: str) -> bool:
        if not resolution.known:
            self.unknowns["a name did not resolve"] += 1
        elif address not in resolution.addresses:
            self.unknowns["a name leads elsewhere now"] += 1
        return address in resolution.addresses

    def _tell(
        self,
        target: Target,
        ports: Mapping[int, PortAnswer],
        seen: list[ServiceLook],
        reason: str,
        started: datetime,
    ) -> None:
        done = {service.port for service in seen if service.transport is Transport.TCP}
        by_state = {state: tuple(p for p, a in ports.items() if a.state is state) for state in PortState}
        cut = tuple(port for port in by_state[PortState.OPEN] if port not in done)
        not_asked = by_state[PortState.NOT_ASKED] + cut
        reasons = sorted((ports[p].reason for p in by_state[PortState.NOT_ASKED]), key=lambda r: r != STOPPED)
        host = HostLook(
            address=target.address,
            names=target.names,
            started_at=started,
            ended_at=self.clock(),
            services=tuple(seen),
            refused_ports=by_state[PortState.REFUSED],
            silent_ports=by_state[PortState.SILENT] + by_state[PortState.UNREACHABLE],
            not_asked_ports=not_asked,
            not_asked_reason=reason or (reasons[0] if reasons else ""),
        )
        self._count(host)
        if seen or not (reason or host.not_asked_reason == STOPPED):
            self.on_host(host)

    def _count(self, host: HostLook) -> None:
        if host.not_asked_reason != STOPPED:
            self.hosts += 1
            self.reached += host.reached
        self.services += len(host.services)
        for service in host.services:
            if service.answer is not Answer.ANSWERED:
                self.unknowns[service.reason or service.answer.value] += 1
        if host.not_asked_ports:
            self.unknowns[f"not asked: {host.not_asked_reason}"] += len(host.not_asked_ports)
        if not host.reached and host.silent_ports:
            self.unknowns["a host did not answer"] += 1


def _batches(targets: tuple[Target, ...], size: int) -> Iterator[tuple[Target, ...]]:
    for start in range(0, len(targets), size):
        yield targets[start : start + size]


__all__ = ["Plan", "ProbeSettings", "Summary", "Target", "look", "settings_for"]

"""Look at these hosts, within this scope: what do they show?"""

import asyncio
import contextlib
import queue
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from vigie.engine.facts import Answer, HostLook, NotAsked, PortState, ServiceLook, Transport

from . import loop
from .breaker import Breaker
from .datagram_services import DatagramLook, ask_datagrams
from .gate import Gate
from .identify import Question, identify
from .pace import Pace, process_pace
from .raw_sweep import dial_unix
from .resolve import FreshNames, Resolution
from .scope import OUTSIDE_WINDOW, Scope
from .settings import ProbeSettings, settings_for
from .spared import recognised
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
    breaker: Breaker = field(default_factory=Breaker)


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
        summary = pool.submit(loop.run, work.run())
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
        self.gate = Gate(plan.scope, stop, pace, clock, plan.breaker)
        self.turns = asyncio.Semaphore(plan.settings.concurrency)
        self.names = FreshNames(plan.settings.resolvers)
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
                self.swept += sum(one.questions for one in told.values())
                for target in batch:
                    ports = {port: answers[target.address, port] for port in target.ports}
                    group.create_task(self._host(target, ports, started, told[target.address]))

    async def _host(
        self,
        target: Target,
        ports: Mapping[int, PortAnswer],
        started: datetime,
        told: DatagramLook,
    ) -> None:
        seen: list[ServiceLook] = [*told.services]
        reason = ""
        elsewhere: dict[str, str] = {}
        try:
            async with self.turns:
                for name in target.names:
                    if why := _leads_elsewhere(await self.names.of(name), target.address):
                        elsewhere[name] = why
                for port in [port for port, answer in ports.items() if answer.state is PortState.OPEN]:
                    await self._port(target, port, elsewhere, seen)
        except asyncio.CancelledError:
            reason = STOPPED
        self._tell(target, ports, seen, reason, started, told, elsewhere)
        if reason:
            raise asyncio.CancelledError

    async def _port(self, target: Target, port: int, elsewhere: dict[str, str], seen: list[ServiceLook]) -> None:
        named = any(name not in elsewhere for name in target.names)
        by_address = Question(target.address, port, None, named=named)
        first = await self._identify(by_address, seen)
        # A server that refuses TLS without a name may take one.
        refuses = first.service == "tls" and first.facts.tls is None
        if first.service not in {"http", "https", "fhir"} and not refuses:
            return
        for name in target.names:
            # Asked again at the contact: what led here when the look was planned may have moved since.
            if why := _leads_elsewhere(await self.names.of(name), target.address):
                elsewhere[name] = why
                continue
            question = Question(target.address, port, name, hint="https" if first.facts.tls or refuses else "http")
            await self._identify(question, seen)

    async def _identify(self, question: Question, seen: list[ServiceLook]) -> ServiceLook:
        found = await identify(question, self.gate, self.plan.settings)
        if found.answer is Answer.NOT_ASKED and self.stop.is_set():
            raise asyncio.CancelledError
        seen.append(found)
        if (spared := recognised(found.address, found.identities)) is not None:
            self.plan.scope.spare(spared)
        return found

    def _tell(
        self,
        target: Target,
        ports: Mapping[int, PortAnswer],
        seen: list[ServiceLook],
        reason: str,
        started: datetime,
        told: DatagramLook,
        elsewhere: Mapping[str, str],
    ) -> None:
        done = {service.port for service in seen if service.transport is Transport.TCP}
        by_state = {state: tuple(p for p, a in ports.items() if a.state is state) for state in PortState}
        not_asked = [NotAsked(port, ports[port].reason or STOPPED) for port in by_state[PortState.NOT_ASKED]]
        not_asked += [NotAsked(port, reason or STOPPED) for port in by_state[PortState.OPEN] if port not in done]
        not_asked += [NotAsked(port, why, Transport.UDP) for port, why in told.not_asked]
        reasons = {one.reason for one in not_asked} | {s.reason for s in seen if s.answer is Answer.NOT_ASKED}
        host = HostLook(
            address=target.address,
            names=target.names,
            started_at=started,
            ended_at=self.clock(),
            services=tuple(seen),
            refused_ports=by_state[PortState.REFUSED],
            silent_ports=by_state[PortState.SILENT] + by_state[PortState.UNREACHABLE],
            not_asked=tuple(not_asked),
            refused_datagrams=told.refused,
            silent_datagrams=told.silent,
            names_not_asked=tuple(sorted(elsewhere.items())),
            cut=reason or next((why for why in (STOPPED, OUTSIDE_WINDOW) if why in reasons), ""),
        )
        self._count(host)
        if seen or host.cut != STOPPED:
            self.on_host(host)

    def _count(self, host: HostLook) -> None:
        if not host.cut:
            self.hosts += 1
            self.reached += host.reached
        self.services += len(host.services)
        for service in host.services:
            if service.answer is not Answer.ANSWERED:
                self.unknowns[service.reason or service.answer.value] += 1
        for one in host.not_asked:
            self.unknowns[f"not asked: {one.reason}"] += 1
        self.unknowns.update(why for _, why in host.names_not_asked)
        if not host.reached and host.silent_ports:
            self.unknowns["a host did not answer"] += 1


def _leads_elsewhere(resolution: Resolution, address: str) -> str:
    """Why a name is not asked at this address at the time of contact, "" when it is."""
    if not resolution.known:
        return "a name did not resolve"
    return "" if address in resolution.addresses else "a name leads elsewhere now"


def _batches(targets: tuple[Target, ...], size: int) -> Iterator[tuple[Target, ...]]:
    for start in range(0, len(targets), size):
        yield targets[start : start + size]


__all__ = ["Plan", "ProbeSettings", "Summary", "Target", "look", "settings_for"]

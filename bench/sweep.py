"""How fast are ports asked on the loopback, and is any open one missed?"""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from bench import Case
from vigie.data.pace import PaceTable, Rates, pace_table
from vigie.engine.facts import PortState
from vigie.probes.gate import Gate
from vigie.probes.pace import Pace, RunBudget
from vigie.probes.scope import Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal
from vigie.probes.sweep import sweep

NETWORK = "127.93"
ADDRESSES = 200
PORTS = tuple(range(20000, 20100))
LISTENERS = 300  # spread over the addresses; everything else refuses
GOAL_PER_SECOND = 3000


def run() -> Iterator[Case]:
    addresses = [f"{NETWORK}.{number // 250}.{number % 250 + 1}" for number in range(ADDRESSES)]
    with _listening(addresses) as listening:
        seconds, answers = _swept(addresses)
    asked = len(answers)
    rate = asked / seconds
    found = {key for key, answer in answers.items() if answer.state is PortState.OPEN}
    recall = 100 * len(found & listening) / len(listening)
    note = f"{asked} ports of {ADDRESSES} addresses in {seconds:.1f} s, {len(listening)} open, one core, unprivileged"
    goal = f">= {GOAL_PER_SECOND} /s"
    yield Case("main", "sweep rate", round(rate), "connections/s", goal, rate >= GOAL_PER_SECOND, note=note)
    exact = found == listening
    yield Case("main", "sweep recall", round(recall, 2), "%", "100 %, none invented", exact, note=note)


def _swept(addresses: list[str]) -> tuple[float, dict[tuple[str, int], object]]:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LABORATORY,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(ip_network(f"{NETWORK}.0.0/16"),),
    )
    stop = StopSignal()
    gate = Gate(Scope([mandate]), stop, Pace(unbridled(), RunBudget()), lambda: datetime.now(UTC))
    started = time.perf_counter()
    answers = sweep([(address, PORTS) for address in addresses], gate=gate, stop=stop, timeout_seconds=2.0)
    return time.perf_counter() - started, dict(answers)


def unbridled() -> PaceTable:
    """What is measured is the engine, not the politeness that holds it back."""
    usual = pace_table()
    free = Rates(1e9, 1e9)
    return PaceTable(dict.fromkeys(usual.intensities, free), 1e9, usual.burst, usual.timeouts)


@contextmanager
def _listening(addresses: list[str]) -> Iterator[set[tuple[str, int]]]:
    with ExitStack() as stack:
        opened = set()
        for number in range(LISTENERS):
            place = (addresses[number * 7 % len(addresses)], PORTS[number * 13 % len(PORTS)])
            if place in opened:
                continue
            server = stack.enter_context(socket.socket())
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(place)
            server.listen(16)
            opened.add(place)
        yield opened

"""Does a national attack lose a declaration? A surge on the real server, and a kill in its middle."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import Case
from bench.installation import ESTABLISHMENTS, Absent, Env, end, installed, serve, served, within
from vigie.sources.finess_number import check_digit

CROWD = Path(__file__).with_name("declarants.py")
SECONDS = 60
ON_POSTGRESQL, ON_SQLITE = 100, 30  # declarations a second
LONGEST_MS = 500  # the 99th percentile
GOAL = f"< {LONGEST_MS} ms, none lost, none doubled"
TWICE = 50  # one in so many is sent twice at once
TICK = os.sysconf("SC_CLK_TCK")

Plan = list[tuple[float, int, str]]  # seconds after the start, number of the declarant, key of its form


def run() -> Iterator[Case]:
    for rate, database in ((ON_SQLITE, "SQLite"), (ON_POSTGRESQL, "PostgreSQL")):
        for measure, name in ((_surge, f"{rate} declarations/s for {SECONDS} s on {database}"),
                              (_killed, f"kill -9 of the server in a surge of {rate}/s on {database}")):  # fmt: skip
            try:
                with installed(database) as env:
                    yield measure(env, rate, name)
            except Absent as absent:
                yield Case("incidents", name, 0, "ms", GOAL, False, note=str(absent), absent=True)


@dataclass(slots=True)
class Surge:
    """What was sent, and what was answered: key -> reference."""

    answered: dict[str, str] = field(default_factory=dict)
    differing: int = 0  # the same key was answered with another reference
    refused: dict[int, int] = field(default_factory=dict)
    unanswered: list[tuple[int, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0  # of those who declare, all together

    def take(self, told: Iterable[tuple[int, str, int, str, float]]) -> None:
        for number, key, status, reference, wait in told:
            if status in {0, 502, 503}:
                self.unanswered.append((number, key))
                continue
            self.waits.append(wait)
            if not reference:
                self.refused[status] = self.refused.get(status, 0) + 1
            elif self.answered.setdefault(key, reference) != reference:
                self.differing += 1

    def at_ms(self, share: float) -> float:
        waits = sorted(self.waits)
        return 1000 * waits[min(len(waits) - 1, int(len(waits) * share))] if waits else 0.0


def plan_of(rate: int, seconds: int) -> Plan:
    found: Plan = []
    for number in range(rate * seconds):
        key = uuid.uuid4().hex
        found += [(number / rate, number, key)] * (2 if number % TWICE == 0 else 1)
    return found


def start(env: Env, plan: Plan) -> "subprocess.Popen[str]":
    command = [sys.executable, "-S", "-E", str(CROWD), env["VIGIE_PORT"]]
    crowd = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    finess = [number + check_digit(number) for number in (f"00{one * 2 + 1:06d}" for one in range(ESTABLISHMENTS))]
    if crowd.stdin is not None:
        json.dump({"plan": plan, "finess": finess}, crowd.stdin)
        crowd.stdin.close()
        crowd.stdin = None
    return crowd


def finish(crowd: "subprocess.Popen[str]", surge: Surge) -> None:
    told: dict[str, Any] = json.loads(crowd.communicate()[0])
    surge.take(told["told"])
    surge.cpu_ms += 1000 * told["cpu_seconds"]


def _surge(env: Env, rate: int, name: str) -> Case:
    surge, plan = Surge(), plan_of(rate, SECONDS)
    with served(env) as process:
        finish(start(env, [(0.0, 10**6 + n, uuid.uuid4().hex) for n in range(20)]), Surge())  # modules and templates
        before = spent_ms(process.pid)
        finish(start(env, plan), surge)
        spent = {what: ms - before.get(what, 0) for what, ms in spent_ms(process.pid).items()}
    lost, doubled = missing(env, surge)
    p99 = surge.at_ms(0.99)
    sound = not (lost or doubled or surge.differing or surge.refused or surge.unanswered)
    cost = ", ".join(f"{what} {ms / len(plan):.1f}" for what, ms in spent.items())
    note = (
        f"{told_of(surge, lost, doubled)}; processor ms each: {cost}, those who declare {surge.cpu_ms / len(plan):.1f}"
    )
    return Case(
        "incidents", name, round(p99, 1), "ms, 99th percentile", GOAL, sound and p99 < LONGEST_MS, note=note
    )  # fmt: skip


def spent_ms(parent: int) -> dict[str, float]:
    """Processor time so far of the server's processes, web and worker apart."""
    found = {"web": 0.0, "worker": 0.0}
    for pid in _below(parent):
        with suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_text()
            told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found["worker" if "vigie.cli.worker" in command else "web"] += 1000 * sum(map(int, told[11:13])) / TICK
    return found


def _below(parent: int) -> Iterator[int]:
    with suppress(OSError):
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            yield int(child)
            yield from _below(int(child))


def _killed(env: Env, rate: int, name: str) -> Case:
    """Half-way the whole server is killed, then started again; who had no answer sends the same form again."""
    surge, seconds, processes = Surge(), SECONDS // 3, [serve(env)]
    try:
        crowd = start(env, plan_of(rate, seconds))
        with suppress(subprocess.TimeoutExpired):
            crowd.wait(seconds / 2)
        os.killpg(processes[0].pid, signal.SIGKILL)
        finish(crowd, surge)
        processes[0].wait(timeout=20)
        before = len(surge.answered)
        lost, _doubled = missing(env, surge)
        processes.append(serve(env))
        cut, surge.unanswered = surge.unanswered, []
        finish(start(env, [(turn / rate, *one) for turn, one in enumerate(cut)]), surge)
    finally:
        for one in processes:
            end(one, signal.SIGTERM)
    lost_at_last, doubled = missing(env, surge)
    sound = not (lost or lost_at_last or doubled or surge.differing or surge.unanswered)
    note = f"{before} were answered before the kill, {len(cut)} had no answer and were sent again; "
    return Case(
        "incidents",
        name,
        lost + lost_at_last,
        "declarations lost of those that were answered",
        "0, none doubled",
        sound and before > 0 and bool(cut),
        note=note + told_of(surge, lost_at_last, doubled),
    )


def missing(env: Env, surge: Surge) -> tuple[int, int]:
    """(answered but not there whole, there more than once)."""
    lines = [line.split() for line in within(env, "from bench.surge import told; told()").splitlines()]
    there = {key: reference for key, reference, whole in lines if whole == "True"}
    lost = sum(there.get(key) != reference for key, reference in surge.answered.items())
    return lost, len(lines) - len({key for key, _reference, _whole in lines})


def told() -> None:
    """Inside the installation: print each declaration, its key, its reference, and whether it is whole."""
    from vigie.apps.incidents.models import Declaration, DeclarationVersion, Obligation

    versions = set(DeclarationVersion.objects.values_list("declaration", flat=True))
    owed = set(Obligation.objects.values_list("declaration", flat=True))
    for pk, key, reference in Declaration.objects.submitted().values_list("pk", "key", "reference"):
        print(key.hex, reference, pk in versions and pk in owed)


def told_of(surge: Surge, lost: int, doubled: int) -> str:
    return (
        f"{len(surge.answered)} answered with a reference, one in {TWICE} sent twice at once, {lost} lost, "
        f"{doubled} doubled, refused {surge.refused or 'none'}, unanswered {len(surge.unanswered)}; "
        f"median {surge.at_ms(0.5):.0f} ms, longest {surge.at_ms(1):.0f} ms; load {os.getloadavg()[0]:.1f}"
    )

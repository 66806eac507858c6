"""Port discovery between two network namespaces: what is found, and what does it cost, beside nmap and a loop in C?"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket

import numpy as np
from defusedxml import ElementTree
from tools.daemons import libraries, packages
from tools.namespaces import Pair, inside, pair, why_not

from bench import Case
from bench.responder import LIVE_ONE_IN, OPEN_EVERY
from bench.sweep import unbridled
from vigie.engine.facts import PortState
from vigie.probes.gate import Gate
from vigie.probes.knock import IN_FLIGHT
from vigie.probes.pace import Pace as Budgets
from vigie.probes.pace import RunBudget
from vigie.probes.raw.plan import FASTEST, OPEN, RECORD, Pace, Plan
from vigie.probes.scope import Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal
from vigie.probes.sweep import PortAnswer, sweep

HOSTS, PORTS = 4096, tuple(range(8000, 8040))
LISTENING = PORTS[::OPEN_EVERY]  # 8 of 40
NETWORK = "10.64.0.0/12"
FIRST = 0x0A400000
NATION = 1_048_576
MOST_SECONDS = 400


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    cpu: float
    megabytes: float
    found: set[tuple[int, int]]  # host, port


def run() -> Iterator[Case]:
    if reason := why_not():
        yield Case("detect", "port sweep in namespaces", 0, "s", "measured", False, absent=True, note=reason)
        return
    with pair(NETWORK) as ground:
        ground.local(f"10.64.0.0/{32 - (HOSTS - 1).bit_length()}")
        _widen(ground)
        for drops in (False, True):
            yield from _swept(ground, drops=drops)
        yield from _beside_c(ground)
    with pair(NETWORK) as ground:
        yield from _nation(ground)


def _swept(ground: Pair, *, drops: bool) -> Iterator[Case]:
    rest = "dropping" if drops else "refusing"
    expected = {(host, port) for host in range(HOSTS) for port in LISTENING}
    if drops and shutil.which("nft") is None:
        yield _absent(f"raw sweep, the rest {rest}", "nft, which drops for the far end, is not on this machine")
        return
    with _listening(ground), _dropping(ground, drops):
        ours = _vigie(ground, _plan(HOSTS, tries=2))
    peers = []
    for option in ("-sS", "-sT"):
        with _listening(ground), _dropping(ground, drops):
            peers.append(_nmap(ground, option))
    half_open = peers[0]
    told = "; ".join(
        f"nmap {option}: {one.seconds:.1f} s, {one.cpu:.1f} s of CPU, {len(one.found & expected)} of {len(expected)}"
        for option, one in zip(("-sS", "-sT"), peers, strict=True)
        if one
    )
    note = f"{HOSTS} hosts x {len(PORTS)} ports, {len(LISTENING)} open; {ours.seconds:.1f} s with 2 waits of 1 s for"
    note += f" what is late, {ours.megabytes:.0f} MB; {told or 'nmap is not unpacked: make daemons'}"
    recall = 100 * len(ours.found & expected) / len(expected)
    exact = ours.found == expected
    yield Case("detect", f"raw sweep, the rest {rest}: recall", recall, "%", "100 %, none invented", exact, note=note)
    case = f"raw sweep, the rest {rest}: CPU"
    name, value = ("nmap -sS", round(half_open.cpu, 2)) if half_open else (None, None)
    yield Case("detect", case, round(ours.cpu, 2), "s", "<= 2 s", ours.cpu <= 2, name, value, note=note)


def _beside_c(ground: Pair) -> Iterator[Case]:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        yield _absent("ordinary connections, beside a loop in C", "no C compiler on this machine")
        return
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "connects")
        subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_name("connects.c")], check=True)
        for state, ports, share in ((PortState.OPEN, LISTENING, 75), (PortState.REFUSED, range(7000, 7008), 55)):
            pairs = [_ordinary_and_c(ground, program, tuple(ports), state) for _ in range(5)]
            # The middle one of five turns, each of them with both: other work of the machine slows one or the other.
            ours, c = sorted(pairs, key=lambda pair: pair[0] / pair[1])[2]
            percent = 100 * ours / c
            note = f"{HOSTS} hosts x {len(ports)} ports, the middle of 5 turns of both"
            note += f"; {round(ours)} and {round(c)} connections/s, load {os.getloadavg()[0]:.1f}"
            note += f"; every port {state.value} to both"
            case = f"ordinary connections, {state.value}: share of the rate in C"
            yield Case("detect", case, round(percent), "%", f">= {share} %", percent >= share, "C", 100, note=note)


def _ordinary_and_c(ground: Pair, program: Path, ports: tuple[int, ...], state: PortState) -> tuple[float, float]:
    total = HOSTS * len(ports)
    step = ports[1] - ports[0]
    with _listening(ground):
        seconds, answers = _ordinary(ground, ports)
    ours = total / seconds
    assert {answer.state for answer in answers.values()} == {state}, "the recall is not whole"
    with _listening(ground):
        seconds = 0.0
        for port in range(ports[0], ports[-1] + 1, step):
            command = [program, "10.64.0.0", str(HOSTS), str(port), "1", str(IN_FLIGHT)]
            with inside(ground.near):
                told = subprocess.run(command, check=True, capture_output=True, timeout=MOST_SECONDS).stdout.split()
            assert int(told[0 if state is PortState.OPEN else 1]) == HOSTS, "the recall of the loop in C is not whole"
            seconds += float(told[3])
    return ours, total / seconds


def _ordinary(ground: Pair, ports: tuple[int, ...]) -> tuple[float, Mapping[tuple[str, int], PortAnswer]]:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LOCAL,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(ip_network(NETWORK),),
    )
    stop = StopSignal()
    gate = Gate(Scope([mandate]), stop, Budgets(unbridled(), RunBudget()), lambda: datetime.now(UTC))
    targets = [(str(IPv4Address(FIRST + number)), ports) for number in range(HOSTS)]
    with inside(ground.near):
        began = time.perf_counter()
        answers = sweep(targets, gate=gate, stop=stop, timeout_seconds=2.0)
        return time.perf_counter() - began, answers


def _nation(ground: Pair) -> Iterator[Case]:
    with inside(ground.far):
        command = [sys.executable, "-m", "bench.responder"]
        responder = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    try:
        assert responder.stdout.readline() == b"ready\n"
        _unanswered(ground)
        # What is silent is asked again where the host answered on some port; the daily sweep asks the others tomorrow.
        done = _vigie(ground, _plan(NATION, tries=2, retry_reached_only=True))
    finally:
        responder.terminate()
        responder.wait(10)
        responder.stdout.close()
    live = range(0, NATION, LIVE_ONE_IN)
    wrong = sum(host not in live or port not in LISTENING for host, port in done.found)
    expected = len(live) * len(LISTENING)
    note = f"{NATION} addresses x {len(PORTS)} ports, {len(live)} live, asked again where a host answers; "
    note += f"{done.cpu:.0f} s of CPU, load of the machine {os.getloadavg()[0]:.1f}"
    case = "rehearsal of the nation"
    whole = len(done.found) == expected and not wrong
    yield Case("detect", f"{case}: found", len(done.found), "ports", f"{expected} of {expected}", whole, note=note)
    yield Case("detect", f"{case}: time", round(done.seconds, 1), "s", "< 120 s", done.seconds < 120, note=note)
    memory = round(done.megabytes)
    yield Case("detect", f"{case}: memory", memory, "MB", "< 300 MB", done.megabytes < 300, note=note)


def _unanswered(ground: Pair) -> None:
    """Where nobody lives, drop at the card of the far end: its routing is work of machines that are not measured."""
    if shutil.which("nft"):
        hook = 'type filter hook ingress device "far" priority 0;'
        empty = f"ip daddr & 0.0.0.{LIVE_ONE_IN - 1} != 0.0.0.0"
        rule = f"table netdev far {{ chain ingress {{ {hook} {empty} drop; }}; }};"
        subprocess.run(["ip", "netns", "exec", ground.far, "nft", rule], check=True, timeout=20)


def _plan(hosts: int, *, tries: int, retry_reached_only: bool = False) -> Plan:
    numbers = np.arange(FIRST, FIRST + hosts, dtype=np.uint32).astype(">u4")
    return Plan(
        hosts4=numbers.view(np.uint8).reshape(hosts, 4),
        hosts6=np.empty((0, 16), dtype=np.uint8),
        ports=PORTS,
        allow=(NETWORK,),
        exclude=(),
        pace=Pace(FASTEST, FASTEST),
        key=os.urandom(16),
        wait_seconds=1.0,
        tries=tries,
        retry_reached_only=retry_reached_only,
    )


def _vigie(ground: Pair, plan: Plan) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        written, told = Path(folder, "plan"), Path(folder, "told")
        written.write_bytes(bytes(plan))
        # As it is once installed: what Python compiles at the first start is not compiled at the others.
        installed = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", "vigie.probes.raw"]
        _measured(ground, [*command, "--check"], subprocess.DEVNULL, installed)
        with told.open("wb") as output:
            done = _measured(ground, [*command, "--plan", written], output, installed)
        records = np.frombuffer(told.read_bytes(), dtype=RECORD)
    opened = records[records["kind"] == OPEN]
    return Run(*done, set(zip(opened["host"].tolist(), opened["port"].tolist(), strict=True)))


def _nmap(ground: Pair, option: str) -> Run | None:
    unpacked = packages.read()
    if unpacked is None or "nmap" not in unpacked.versions:
        return None
    root = unpacked.root("nmap")
    ports = ",".join(map(str, PORTS))
    # At its best: no name, no ping, its fastest timing, all hosts in one group, no slowing below what the cable takes.
    best = ["-n", "-Pn", "-T5", "--min-hostgroup", str(HOSTS), "--min-rate", "50000", "--max-retries", "1"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [root / "usr/bin/nmap", option, *best, "-p", ports, "-oX", report, f"10.64.0.0/{32 - 12}"]
        environment = {"LD_LIBRARY_PATH": libraries([root]), "NMAPDIR": str(root / "usr/share/nmap")}
        done = _measured(ground, command, subprocess.DEVNULL, environment)
        hosts = ElementTree.parse(report).getroot().iter("host")
        found = {
            (int(ip_address(host.find("address").get("addr"))) - FIRST, int(port.get("portid")))
            for host in hosts
            for port in host.iter("port")
            if port.find("state").get("state") == "open"
        }
    return Run(*done, found)


def _measured(ground: Pair, command: list, output, environment: dict[str, str] | None = None) -> tuple[float, ...]:
    """Wall seconds, CPU seconds and greatest memory of one program in the near namespace."""
    began = time.perf_counter()
    with inside(ground.near):
        process = subprocess.Popen(command, stdout=output, env=os.environ | (environment or {}))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command[0]} ended with {process.returncode}"
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _widen(ground: Pair) -> None:
    with inside(ground.far):
        Path("/proc/sys/net/core/somaxconn").write_text("65535")
    with inside(ground.near):
        Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("1024 60999")
        Path("/proc/sys/net/ipv4/tcp_tw_reuse").write_text("1")


@contextmanager
def _listening(ground: Pair) -> Iterator[None]:
    servers = []
    with inside(ground.far):
        for port in LISTENING:
            server = socket(AF_INET, SOCK_STREAM)
            server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            server.bind(("0.0.0.0", port))
            server.listen(65535)
            servers.append(server)
    try:
        yield
    finally:
        for server in servers:
            server.close()


@contextmanager
def _dropping(ground: Pair, drops: bool) -> Iterator[None]:
    if not drops:
        yield
        return
    ports = ", ".join(map(str, LISTENING))
    hook = "type filter hook input priority 0;"
    rule = f"table ip far {{ chain input {{ {hook} tcp dport != {{ {ports} }} drop; }}; }}"
    nft = ["ip", "netns", "exec", ground.far, "nft"]
    subprocess.run([*nft, rule], check=True, timeout=20)
    try:
        yield
    finally:
        subprocess.run([*nft, "delete table ip far"], check=True, timeout=20)


def _absent(case: str, why: str) -> Case:
    return Case("detect", case, 0, "", "measured", False, absent=True, note=why)

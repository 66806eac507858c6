"""Real services behind a cable: what does it cost to tell what they are, beside nmap -sV?"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_network
from pathlib import Path

from defusedxml import ElementTree
from tools.daemons import DAEMONS, certificates, libraries, packages
from tools.daemons.daemon import Daemon, DidNotStart, Place, Running, why_not
from tools.namespaces import Pair, inside, pair
from tools.namespaces import why_not as no_namespaces

from bench import Case
from vigie.probes.look import Plan, Summary, Target, look, settings_for
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

NETWORK = "10.64.0.0/12"
HOSTS = 254
MOST_SECONDS = 900
READY_SECONDS = 60.0

#   daemon -> the ports that it has here: the usual ones of what it speaks
EIGHT: Mapping[str, tuple[int, ...]] = {
    "openssh": (22,), "proftpd-version": (21,), "exim": (25,), "nginx": (80,),
    "redis": (6379,), "memcached": (11211,), "mariadb": (3306,), "postgresql": (5432,),
}  # fmt: skip
ONE_HOST: Mapping[str, tuple[int, ...]] = EIGHT | {
    "dropbear": (2222,), "vsftpd-tls": (2121,), "exim-own-words": (587,), "opensmtpd": (2525,), "sendmail": (2587,),
    "apache": (8080,), "lighttpd": (8000,), "caddy": (8081,), "webfs": (8088,), "tinyproxy": (8888,),
    "nginx-tls12": (443,), "apache-full": (8443,), "lighttpd-tls": (4443,), "haproxy-tls": (9443,),
    "stunnel": (10443,), "dovecot": (143, 110), "storescp": (104,), "orthanc": (4242, 8042), "dcmqrscp": (11112,),
    "storescp-tls": (2762,), "telnetd": (23,), "slapd": (389,), "unbound": (53,), "mosquitto": (1883,),
    "kamailio": (5060,), "samba": (4445,), "openvpn-tcp": (1194,),
}  # fmt: skip
# Their own settings do not let many strangers in at once; behind 254 addresses there is one of each here.
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Seen:
    products: Mapping[int, str]  # by port
    services: int
    seconds: float
    cpu: float = 0.0
    conversations: int = 0


def run() -> Iterator[Case]:
    found = packages.read()
    if reason := no_namespaces() or ("" if found else "the real daemons are not unpacked: run make daemons"):
        yield Case("detect", "identification in namespaces", 0, "s", "measured", False, absent=True, note=reason)
        return
    with pair(NETWORK) as ground, serving(ground, EIGHT, found) as missing:
        yield from _many(ground, found, missing)
    with pair(NETWORK) as ground, serving(ground, ONE_HOST, found) as missing:
        yield from _one(ground, found, missing)


def _many(ground: Pair, found: packages.Packages, missing: Mapping[str, str]) -> Iterator[Case]:
    addresses = [str(IPv4Address("10.64.0.0") + number) for number in range(1, HOSTS + 1)]
    ports = _ports(EIGHT, missing)
    ours = _ours(ground, addresses, ports)
    theirs = _theirs(ground, addresses, ports, found)
    peer, seconds = ("nmap -sV", round(theirs.seconds, 1)) if theirs else (None, None)
    named = f"{len(ours.products)} products named by us, {len(theirs.products) if theirs else 0} by nmap"
    note = f"{HOSTS} hosts x {len(ports)} services, the sweep included, {AT_ONCE} hosts at once; {named}"
    note += f"; load {os.getloadavg()[0]:.1f}; absent: {dict(missing) or 'none'}"
    whole = ours.services == HOSTS * len(ports) and len(ports) == len(EIGHT)
    case = f"identification of {HOSTS} hosts"
    ok = whole and ours.seconds <= 15
    yield Case("detect", f"{case}: time", round(ours.seconds, 1), "s", "<= 15 s", ok, peer, seconds, note=note)
    each = 1000 * ours.cpu / max(1, ours.services)
    yield Case("detect", f"{case}: CPU a service", round(each, 2), "ms", "<= 1 ms", each <= 1, note=note)
    each = ours.conversations / max(1, ours.services)
    yield Case("detect", f"{case}: connections a service", round(each, 3), "", "1", each == 1, note=note)
    lost = {port: name for port, name in (theirs.products if theirs else {}).items() if port not in ours.products}
    told = f"nmap alone: {lost or 'none'}"
    goal = "at least those that nmap names"
    yield Case("detect", f"{case}: products", len(ours.products), "", goal, not lost, peer,
               len(theirs.products) if theirs else None, note=told)  # fmt: skip


def _one(ground: Pair, found: packages.Packages, missing: Mapping[str, str]) -> Iterator[Case]:
    ports = _ports(ONE_HOST, missing)
    ours = _ours(ground, ["10.64.0.1"], ports)
    theirs = _theirs(ground, ["10.64.0.1"], ports, found)
    peer, seconds = ("nmap -sV", round(theirs.seconds, 1)) if theirs else (None, None)
    note = f"{len(ports)} services of one host, one conversation at a time, {ours.conversations} connections; "
    note += f"{len(ours.products)} products named, {len(theirs.products) if theirs else 0} by nmap; absent: "
    note += f"{dict(missing) or 'none'}; load {os.getloadavg()[0]:.1f}"
    ok = ours.seconds < 5 and len(ports) >= 37 and ours.services >= 37
    yield Case(
        "detect", "one host with 37 services", round(ours.seconds, 1), "s", "< 5 s", ok, peer, seconds, note=note
    )


@contextmanager
def serving(
    ground: Pair, wanted: Mapping[str, tuple[int, ...]], found: packages.Packages
) -> Iterator[Mapping[str, str]]:
    """Each of these daemons once, on every address of the far end; yields why some do not run."""
    ground.local("10.64.0.0/24")
    folder = packages.FOLDER / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tls = certificates.make(folder / "tls", datetime.now(UTC))
    with inside(ground.far):
        Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
    by_name = {daemon.name: daemon for daemon in DAEMONS}
    running: dict[str, Running] = {}
    missing: dict[str, str] = {}
    try:
        with inside(ground.far):
            for name, ports in wanted.items():
                if reason := why_not(by_name[name], found):
                    missing[name] = reason
                else:
                    running[name] = _started(replace(by_name[name], ports=ports), found, folder, tls)
            until = time.monotonic() + READY_SECONDS
            for name, one in running.items():
                try:
                    one.wait(until)
                except DidNotStart as error:
                    missing[name] = str(error)
        yield missing
    finally:
        for one in running.values():
            one.stop(15)
        time.sleep(1)
        for one in running.values():
            one.stop(9)
            one.process.wait(10)


def _started(daemon: Daemon, found: packages.Packages, folder: Path, tls: Path) -> Running:
    roots = tuple(dict.fromkeys(found.root(name) for name in daemon.packages))
    return Running(daemon, Place(roots, folder / daemon.name, tls, "0.0.0.0", daemon.ports))


def _ports(wanted: Mapping[str, tuple[int, ...]], missing: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(port for name, ports in wanted.items() if name not in missing for port in ports)


def _ours(ground: Pair, addresses: Sequence[str], ports: tuple[int, ...]) -> Seen:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LOCAL,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(ip_network(NETWORK),),
        intensity=Intensity.BRISK,
    )
    products: dict[int, str] = {}

    def keep(host) -> None:
        for service in host.services:
            if service.identities:
                products[service.port] = service.identities[0].product

    targets = tuple(Target(address, (), ports) for address in addresses)
    plan = Plan(targets, Scope([mandate]), settings_for("https://example.org", concurrency=AT_ONCE))
    with inside(ground.near):
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        done: Summary = look(plan, stop=StopSignal(), clock=lambda: datetime.now(UTC), on_host=keep)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    conversations = done.questions - len(addresses) * len(ports)
    return Seen(products, done.services, seconds, cpu, conversations)


def _theirs(ground: Pair, addresses: Sequence[str], ports: tuple[int, ...], found: packages.Packages) -> Seen | None:
    """At its best: fast timing, and all hosts in one group. What its XML says; its own files are read by it alone."""
    if "nmap" not in found.versions:
        return None
    root = found.root("nmap")
    options = ["-sV", "-sT", "--unprivileged", "-Pn", "-n", "-T4", "--min-hostgroup", "256", "-oX", "-"]
    began = time.perf_counter()
    with inside(ground.near):
        done = subprocess.run(
            [root / "usr/bin/nmap", *options, "-p", ",".join(map(str, ports)), *addresses],
            env=os.environ | {"LD_LIBRARY_PATH": libraries([root]), "NMAPDIR": str(root / "usr/share/nmap")},
            capture_output=True,
            check=True,
            timeout=MOST_SECONDS,
        )
    seconds = time.perf_counter() - began
    products, services = {}, 0
    for port in ElementTree.fromstring(done.stdout).iter("port"):
        told = port.find("service")
        services += port.find("state").get("state") == "open"
        if told is not None and told.get("method") == "probed" and told.get("product"):
            products[int(port.get("portid"))] = told.get("product")
    return Seen(products, services, seconds)

"""Real daemons, old and new settings: what do we name, and what does nmap -sV name on the same ports?"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from defusedxml import ElementTree
from tools.daemons import Running, libraries, packages, running

from bench import Case
from vigie.probes.look import Plan, Target, look, settings_for
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

NETWORK = ip_network("127.70.0.0/16")
MOST_SECONDS = 400
DICOM = {("storescp", 11112), ("orthanc", 4242), ("dcmqrscp", 11112)}

Place = tuple[str, int]  # daemon, port
# nmap opens a session without a name there, and subscribes to what the broker tells: Vigie never does.
BY_OPENING_A_SESSION: frozenset[Place] = frozenset({("mosquitto", 1883)})


@dataclass(frozen=True, slots=True)
class Named:
    service: str
    product: str
    version: str


def run() -> Iterator[Case]:
    found = packages.read()
    if found is None:
        yield _absent("the real daemons are not unpacked: run make daemons")
        return
    if "nmap" not in found.versions:
        yield _absent(f"nmap is not unpacked: {found.absent.get('nmap', '')}")
        return
    with running() as (started, absent):
        ours, our_seconds = _ours(started)
        theirs, their_seconds = _theirs(started, found.root("nmap"))
    yield from _cases(ours, our_seconds, theirs, their_seconds, f"nmap {packages.upstream(found.versions['nmap'])}")
    yield Case("detect", "real daemons that run", len(started), "daemons", "all", not absent, note=str(absent or ""))


def _absent(why: str) -> Case:
    return Case("detect", "real daemons, beside nmap -sV", 0, "products", "measured", False, absent=True, note=why)


def _cases(
    ours: Mapping[Place, Named], our_seconds: float, theirs: Mapping[Place, Named], their_seconds: float, peer: str
) -> Iterator[Case]:
    for case, told in (("products named", "product"), ("versions told", "version")):
        mine = {place for place, named in ours.items() if getattr(named, told)}
        other = {place for place, named in theirs.items() if getattr(named, told)}
        missed = [
            f"{name}:{port} ({getattr(theirs[name, port], told)})"
            for name, port in sorted(other - mine - BY_OPENING_A_SESSION)
        ]
        note = f"nmap alone: {', '.join(missed) or 'none'}; {len(mine - other)} by us alone; {len(ours)} services"
        goal = "at least those that nmap tells"
        yield Case(
            "detect", f"real daemons, {case}", len(mine), "services", goal, not missed, peer, len(other), note=note
        )
    note = f"{len(ours)} services, one look at our brisk pace; nmap -sV -sT -T4, one group, on the same"
    yield Case(
        "detect",
        "real daemons, time",
        round(our_seconds, 1),
        "s",
        "<= nmap",
        our_seconds <= their_seconds,
        peer,
        round(their_seconds, 1),
        note=note,
    )
    mine, other = (sum(place in told and told[place].service == "dicom" for place in DICOM) for told in (ours, theirs))
    yield Case("detect", "DICOM nodes recognised, one refusing us", mine, "of 3", "3", mine == 3, peer, other)


def _ours(started: Mapping[str, Running]) -> tuple[dict[Place, Named], float]:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LABORATORY,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(NETWORK,),
        intensity=Intensity.BRISK,
    )
    targets = tuple(Target(one.place.address, (), one.place.ports) for one in started.values() if one.place.ports)
    names = {one.place.address: name for name, one in started.items()}
    named = {}

    def keep(host) -> None:
        for service in host.services:
            first = service.identities[0] if service.identities else None
            named[names[host.address], service.port] = Named(
                service.service or "", first.product if first else "", (first.version or "") if first else ""
            )

    plan = Plan(targets, Scope([mandate]), settings_for("https://example.org"))
    began = time.perf_counter()
    look(plan, stop=StopSignal(), clock=lambda: datetime.now(UTC), on_host=keep)
    return named, time.perf_counter() - began


def _theirs(started: Mapping[str, Running], root: Path) -> tuple[dict[Place, Named], float]:
    """What its XML says; its own files are read by it alone."""
    names = {one.place.address: name for name, one in started.items()}
    ports = sorted({port for one in started.values() for port in one.place.ports})
    # At its best: fast timing, and all hosts in one group, whose services it then asks side by side.
    options = ["-sV", "-sT", "--unprivileged", "-Pn", "-n", "-T4", "--min-hostgroup", "256", "-oX", "-"]
    options += ["-p", ",".join(map(str, ports))]
    began = time.perf_counter()
    done = subprocess.run(
        [root / "usr/bin/nmap", *options, *names],
        env=os.environ | {"LD_LIBRARY_PATH": libraries([root]), "NMAPDIR": str(root / "usr/share/nmap")},
        capture_output=True,
        check=True,
        timeout=MOST_SECONDS,
    )
    seconds = time.perf_counter() - began
    named = {}
    for host in ElementTree.fromstring(done.stdout).iter("host"):
        name = names[host.find("address").get("addr")]
        for port in host.iter("port"):
            told = port.find("service")
            if port.find("state").get("state") == "open":
                read = told.get if told is not None else {}.get
                # Without an answer it guesses by the number of the port alone: method "table".
                service = read("name", "") if read("method") == "probed" else ""
                # A product called as its protocol names nobody, and "2.0.8 or later" is no version.
                product, version = read("product", ""), read("version", "")
                product = "" if product.lower() == service else product
                version = "" if " " in version else version
                named[name, int(port.get("portid"))] = Named(service, product, version)
    return named, seconds

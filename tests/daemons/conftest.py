"""The real daemons, started once and looked at once; skipped with a sentence where `make daemons` has not run."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import NoReturn

import pytest
from tools.daemons import DAEMONS, Daemon, Running, packages, running, why_not

from vigie.engine.facts import ServiceLook
from vigie.probes.look import Plan, Target, look, settings_for
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

NETWORK = ip_network("127.70.0.0/16")
DOMAIN = "valombre.example"


def missing(sentence: str) -> NoReturn:
    if os.environ.get("VIGIE_REQUIRE_DAEMONS") == "1":
        pytest.fail(f"{sentence}, and VIGIE_REQUIRE_DAEMONS=1 asks for it")
    pytest.skip(sentence)


@dataclass(frozen=True)
class House:
    """What runs, what does not and why."""

    packages: packages.Packages
    running: Mapping[str, Running]
    absent: Mapping[str, str]

    def demand(self, daemon: Daemon) -> None:
        """Skip or fail when this daemon does not run. A package that the mirror refuses is told, not asked for."""
        if reason := why_not(daemon, self.packages):
            pytest.skip(f"{daemon.name} is not on this machine: {reason}")
        if daemon.name in self.absent:
            missing(f"{daemon.name} did not start: {self.absent[daemon.name]}")

    def version(self, package: str) -> str:
        return packages.upstream(self.packages.versions[package])


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    found = packages.read()
    if found is None:
        missing("the real daemons are not unpacked (make daemons)")
    with running() as (started, absent):
        yield House(found, started, absent)


def look_at(*targets: Target, resolvers: tuple[str, ...] = ()) -> tuple[ServiceLook, ...]:
    """One look, as a campaign makes it, at today's date: certificates are made for it."""
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="daemons",
        kind=MandateKind.LABORATORY,
        signatory="Directrice Exemple",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(NETWORK,),
        names=frozenset({DOMAIN}),
        intensity=Intensity.BRISK,
    )
    seen: list[ServiceLook] = []
    plan = Plan(targets, Scope([mandate]), settings_for("https://example.org", resolvers=resolvers))
    look(plan, stop=StopSignal(), clock=lambda: datetime.now(UTC), on_host=lambda host: seen.extend(host.services))
    return tuple(seen)


@pytest.fixture(scope="session")
def seen(house: House) -> Mapping[tuple[str, int], ServiceLook]:
    """What one look at all of them brought, by daemon and port."""
    names = {one.place.address: name for name, one in house.running.items()}
    targets = [
        Target(daemon.address, (), daemon.ports) for daemon in DAEMONS if daemon.ports and daemon.name in house.running
    ]
    return {(names[service.address], service.port): service for service in look_at(*targets)}

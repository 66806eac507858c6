"""Every daemon is told for what it is, with all its weaknesses and no other."""

import json
import os
import subprocess
import sys

import pytest
from tools.daemons import DAEMONS

from tests.probes.dns_server import resolving
from vigie.engine.checks import judge_all
from vigie.engine.outcome import Verdict
from vigie.probes.look import Target

from .conftest import DOMAIN, look_at
from .truth import PACKAGED, TRUTH

pytestmark = pytest.mark.daemons

BY_NAME = {daemon.name: daemon for daemon in DAEMONS}
EACH = pytest.mark.parametrize(
    ("name", "port"), [pytest.param(name, port, id=f"{name}-{port}") for name, port in sorted(TRUTH)]
)


def slugs(service, verdict):
    return {outcome.check for outcome in judge_all(service) if outcome.verdict is verdict}


@EACH
def test_a_daemon_is_told_for_what_it_is(name, port, house, seen):
    house.demand(BY_NAME[name])
    truth, service = TRUTH[name, port], seen[name, port]
    assert service.service == truth.service
    first = service.identities[0] if service.identities else None
    assert (f"{first.vendor}:{first.product}" if first else None) == truth.product
    if first:
        version = house.version(BY_NAME[name].package) if truth.version == PACKAGED else truth.version
        assert first.version == version


@EACH
def test_a_daemon_shows_all_its_weaknesses_and_no_other(name, port, house, seen):
    house.demand(BY_NAME[name])
    truth, service = TRUTH[name, port], seen[name, port]
    assert slugs(service, Verdict.FAIL) == truth.weaknesses
    assert slugs(service, Verdict.UNKNOWN) == truth.unknowns


def test_a_distribution_is_told_with_its_package(house, seen):
    house.demand(BY_NAME["openssh"])
    openssh = seen["openssh", 2222].identities[0]
    assert openssh.distribution == "debian:12"
    assert openssh.package == house.packages.versions["openssh-server"]
    hidden = seen["openssh-no-distribution", 2222].identities[0]
    assert (hidden.distribution, hidden.package) == (None, None)


@pytest.mark.parametrize(
    ("name", "weaknesses"),
    [
        pytest.param(f"www.{DOMAIN}", {"http-protections-missing"}, id="the-name-of-the-certificate"),
        pytest.param(f"mail.{DOMAIN}", {"http-protections-missing", "tls-name-mismatch"}, id="another-name"),
    ],
)
def test_a_certificate_is_held_to_the_name_that_is_asked(name, weaknesses, house):
    daemon = BY_NAME["nginx-tls12"]
    house.demand(daemon)
    with resolving({name: (daemon.address,)}) as resolver:
        looked = look_at(Target(daemon.address, (name,), daemon.ports), resolvers=(resolver,))
    by_name = next(service for service in looked if service.name == name)
    assert slugs(by_name, Verdict.FAIL) == weaknesses


@pytest.mark.parametrize("name", ["caddy-tls", "caddy-tls-on-http-port"])
def test_a_server_that_refuses_tls_without_a_name_is_asked_under_it(name, house, seen):
    daemon = BY_NAME[name]
    house.demand(daemon)
    assert "refuses us" in seen[name, daemon.ports[0]].reason
    host = f"www.{DOMAIN}"
    with resolving({host: (daemon.address,)}) as resolver:
        looked = look_at(Target(daemon.address, (host,), daemon.ports), resolvers=(resolver,))
    by_name = next(service for service in looked if service.name == host)
    assert (by_name.service, by_name.identities[0].product) == ("https", "caddy")
    assert slugs(by_name, Verdict.FAIL) == {"http-no-hsts", "http-protections-missing"}


def test_the_command_tells_the_same(house, seen, tmp_path):
    daemon = BY_NAME["apache-tls10"]
    house.demand(daemon)
    command = [sys.executable, "-m", "vigie.cli.main", "scan", daemon.address, "--signatory", "tests", "--json"]
    done = subprocess.run(
        [*command, "--basis", "laboratory", "--ports", str(daemon.ports[0])],
        env=os.environ | {"VIGIE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (line,) = [json.loads(text) for text in done.stdout.splitlines()]
    assert (line["vendor"], line["product"], line["version"]) == ("apache", "http_server", house.version("apache2"))
    failed = {outcome["check"] for outcome in line["outcomes"] if outcome["verdict"] == "fail"}
    assert failed == TRUTH["apache-tls10", 8443].weaknesses

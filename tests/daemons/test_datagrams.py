"""Real daemons asked without connections, each by its one question."""

from dataclasses import replace

import pytest
from tools.daemons import DAEMONS

from tests.probes.conftest import NOW, free_pace, mandate
from vigie.engine.checks import judge_all
from vigie.engine.facts import PortState
from vigie.engine.outcome import Verdict
from vigie.probes.datagram_services import service_look
from vigie.probes.datagrams import DATAGRAMS
from vigie.probes.gate import Gate
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal
from vigie.probes.udp_sweep import udp_sweep

from .conftest import NETWORK

pytestmark = pytest.mark.daemons

BY_NAME = {daemon.name: daemon for daemon in DAEMONS}


@pytest.mark.parametrize(
    ("name", "service", "products", "weaknesses"),
    [
        pytest.param("snmpd", "snmp", ["net-snmp"], {"snmp-exposed"}, id="snmpd"),
        pytest.param("kamailio", "sip", ["kamailio"], set(), id="kamailio"),
        pytest.param("unbound", "dns", ["unbound"], set(), id="unbound"),
        # These tell what they speak, and nothing of what they are.
        pytest.param("openvpn", "openvpn", [], set(), id="openvpn"),
        pytest.param("chronyd", "ntp", [], set(), id="chronyd"),
    ],
)
def test_a_daemon_without_connections_is_told_for_what_it_is(name, service, products, weaknesses, house):
    daemon = BY_NAME[name]
    house.demand(daemon)
    port, answer, gate = asked(daemon, service)
    look = service_look(daemon.address, service, port, answer, gate)
    assert answer.state is PortState.OPEN
    assert [identity.product for identity in look.identities] == products
    assert {outcome.check for outcome in judge_all(look) if outcome.verdict is Verdict.FAIL} == weaknesses


def test_a_tunnel_that_answers_nobody_without_its_secret_is_silent(house):
    daemon = BY_NAME["openvpn-secret"]
    house.demand(daemon)
    _, answer, _ = asked(daemon, "openvpn")
    assert answer.state is PortState.SILENT


def asked(daemon, service):
    stop = StopSignal()
    gate = Gate(Scope([mandate(networks=(NETWORK,))]), stop, free_pace(), lambda: NOW)
    port = (daemon.ports or daemon.datagrams)[0]
    question = {service: replace(DATAGRAMS[service], port=port)}
    answers = udp_sweep([daemon.address], question, gate=gate, stop=stop, timeout_seconds=2.0)
    return port, answers[daemon.address, service], gate

"""Real daemons asked without connections, each by its one question."""

from dataclasses import replace

import pytest
from tools.daemons import DAEMONS

from tests.probes.conftest import NOW, free_pace, mandate
from vigie.engine.checks import judge_all
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
    ("name", "service", "product", "weaknesses"),
    [
        pytest.param("snmpd", "snmp", "net-snmp", {"snmp-exposed"}, id="snmpd"),
        pytest.param("kamailio", "sip", "kamailio", set(), id="kamailio"),
        pytest.param("unbound", "dns", "unbound", set(), id="unbound"),
    ],
)
def test_a_daemon_without_connections_is_told_for_what_it_is(name, service, product, weaknesses, house):
    daemon = BY_NAME[name]
    house.demand(daemon)
    stop = StopSignal()
    gate = Gate(Scope([mandate(networks=(NETWORK,))]), stop, free_pace(), lambda: NOW)
    question = {service: replace(DATAGRAMS[service], port=daemon.ports[0])}
    answers = udp_sweep([daemon.address], question, gate=gate, stop=stop, timeout_seconds=2.0)
    look = service_look(daemon.address, service, daemon.ports[0], answers[daemon.address, service], gate)
    assert [identity.product for identity in look.identities] == [product]
    assert {outcome.check for outcome in judge_all(look) if outcome.verdict is Verdict.FAIL} == weaknesses

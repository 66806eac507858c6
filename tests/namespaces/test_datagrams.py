"""What leaves when services without connections are asked, counted at the other end."""

from ipaddress import ip_network

from tools.namespaces import inside

from tests.probes.conftest import NOW, free_pace, mandate
from vigie.engine.facts import PortState
from vigie.probes.datagrams import DATAGRAMS
from vigie.probes.gate import Gate
from vigie.probes.scope import MandateKind, Scope
from vigie.probes.stop import StopSignal
from vigie.probes.udp_sweep import udp_sweep

from .conftest import NETWORK, NETWORK_6

ADDRESSES = ["10.64.7.1", "10.64.7.2", "fd64::7:1"]


def test_one_datagram_for_each_question_and_none_outside_the_mandate(ground, counted):
    networks = (ip_network(NETWORK), ip_network(NETWORK_6))
    given = mandate(kind=MandateKind.LOCAL, networks=networks, exclusions=(ip_network("10.64.7.2"),))
    stop = StopSignal()
    gate = Gate(Scope([given]), stop, free_pace(), lambda: NOW)
    with inside(ground.near):
        answers = udp_sweep([*ADDRESSES, "10.65.0.1"], DATAGRAMS, gate=gate, stop=stop, timeout_seconds=0.5)
    found = [one for one in counted().packets if one.protocol == 17]
    assert {one.address for one in found} == {"10.64.7.1", "fd64::7:1"}
    assert {one.port for one in found} == {one.port for one in DATAGRAMS.values()}
    assert len(found) <= 2 * 2 * len(DATAGRAMS)  # once more where the refusal of the host was lost
    refused = {place for place, answer in answers.items() if answer.state is PortState.REFUSED}
    assert {address for address, _ in refused} == {"10.64.7.1", "fd64::7:1"}
    assert {answers[address, "dns"].reason for address in ("10.64.7.2", "10.65.0.1")} == {
        "excluded by the mandate (10.64.7.2/32)",
        "outside the mandate",
    }

"""What answers without connections tell, read from what servers of each protocol send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Answer, Facts, Transport
from vigie.engine.facts_of_infrastructure import IkeFacts, NtpFacts, SipFacts, SnmpFacts
from vigie.probes import datagram_services
from vigie.probes.datagram_answers import facts_in
from vigie.probes.datagrams import DATAGRAMS
from vigie.probes.gate import Gate
from vigie.probes.look import Plan, Target, look
from vigie.probes.scope import Scope
from vigie.probes.settings import settings_for
from vigie.probes.stop import StopSignal

from .conftest import NOW, free_pace, mandate
from .test_udp_sweep import answering, asked

# What net-snmp 5.9.3 of Debian reported to our discovery.
SNMP = bytes.fromhex(
    "3071020103301102045b2a9f0a020300ffe30401000201030421301f041180001f8880e9c5e9028f95046b00000000020101"
    "02011f0400040004003036041180001f8880e9c5e9028f95046b000000000400a81f02045b2a9f0a0201000201003011300f"
    "060a2b060106030f01010400410101"
)


def test_an_agent_reports_its_identifier_its_maker_and_its_age():
    assert facts_in("snmp", SNMP).snmp == SnmpFacts("80001f8880e9c5e9028f95046b00000000", 8072, 1, 31)


@pytest.mark.parametrize("cut", range(0, len(SNMP), 7))
def test_an_agent_that_is_cut_tells_nothing_wrong(cut):
    facts = facts_in("snmp", SNMP[:cut])
    assert facts.snmp is None or facts.snmp.enterprise == 8072


def test_a_clock_tells_its_version_and_its_stratum():
    assert facts_in("ntp", b"\x24\x02" + bytes(46)).ntp == NtpFacts(4, 2)


def test_a_telephone_exchange_tells_its_server_before_its_user_agent():
    answer = b"SIP/2.0 404 Not Found\r\nUser-Agent: other\r\nServer: kamailio (5.6.3 (x86_64/linux))\r\n\r\n"
    assert facts_in("sip", answer).sip == SipFacts(404, "kamailio (5.6.3 (x86_64/linux))")


def test_a_gateway_tells_its_makers_marks_and_why_it_refused():
    vendor_id, notify = b"\x29\0\0\x08\xaa\xbb\xcc\xdd", b"\0\0\0\x0a\0\0\0\x11\x00\x0e"
    head = bytes(16) + b"\x2b\x20\x22\x20" + bytes(8)
    assert facts_in("ike", head + vendor_id + notify).ike == IkeFacts(2, ("aabbccdd",), 17)


def test_a_chain_of_payloads_that_never_ends_is_left():
    assert facts_in("ike", bytes(16) + b"\x2b\x20\x22\x20" + bytes(8) + b"\x2b\0\0\x04" * 1000).ike is not None


@given(st.sampled_from(sorted(DATAGRAMS)), st.binary(max_size=600))
def test_any_answer_is_read_without_a_crash(service, answered):
    facts_in(service, answered)


def looked(service, reply):
    """The look that one server on the port of this service gives."""
    with answering(lambda question: [reply(question)]) as (port, _):
        answer = asked(service, port)
    gate = Gate(Scope([mandate()]), StopSignal(), free_pace(), lambda: NOW)
    return datagram_services.service_look("127.77.0.1", service, port, answer, gate)


def test_what_answered_is_a_service_without_connection_and_recognised():
    def exchange(question):
        call = next(line for line in question.split(b"\r\n") if line.startswith(b"Call-ID"))
        return b"SIP/2.0 200 OK\r\nServer: Asterisk PBX 16.28.0\r\n" + call + b"\r\n\r\n"

    told = looked("sip", exchange)
    assert (told.transport, told.service, told.answer) == (Transport.UDP, "sip", Answer.ANSWERED)
    assert [(one.product, one.version) for one in told.identities] == [("asterisk", "16.28.0")]
    assert told.raw[0].answered.startswith(b"SIP/2.0 200")


def test_what_answers_in_no_form_that_we_read_is_unknown():
    told = looked(
        "snmp", lambda question: b"\x30\x1f\x02\x01\x03\x30\x10" + question[question.index(b"\x02\x04") :][:6]
    )
    assert (told.answer, told.facts) == (Answer.GARBLED, Facts())


def test_nothing_is_asked_unless_it_is_wanted():
    stop = StopSignal()
    gate = Gate(Scope([mandate()]), stop, free_pace(), lambda: NOW)
    settings = settings_for("https://example.org")
    assert datagram_services.ask_datagrams(["127.77.0.1"], settings, gate=gate, stop=stop) == {
        "127.77.0.1": datagram_services.DatagramLook()
    }


def test_a_look_tells_the_services_without_connections_beside_the_others():
    def exchange(question):
        call = next(line for line in question.split(b"\r\n") if line.startswith(b"Call-ID"))
        return [b"SIP/2.0 200 OK\r\nServer: Asterisk PBX 16.28.0\r\n" + call + b"\r\n\r\n"]

    seen = []
    settings = settings_for("https://example.org", datagrams=("sip",))
    plan = Plan((Target("127.77.0.1", (), ()),), Scope([mandate()]), settings)
    with answering(exchange, port=DATAGRAMS["sip"].port):
        look(plan, stop=StopSignal(), clock=lambda: NOW, on_host=seen.append, pace=free_pace())
    [service] = seen[0].services
    assert (service.transport, service.port, service.service) == (Transport.UDP, 5060, "sip")
    assert seen[0].reached

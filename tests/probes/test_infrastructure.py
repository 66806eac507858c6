"""Name servers and brokers of messages, over connections: honest, lying, silent."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts_of_infrastructure import BrokerFacts, NameServerFacts
from vigie.probes import amqp, mqtt, name_server
from vigie.probes.errors import Garbled

QUESTION = b"\xab\xcd" + bytes(6)


def version_answer(text="9.18.49-1~deb12u3-Debian", token=QUESTION):
    question = dns.message.from_wire(name_server.version_question(token, ""))
    answer = dns.message.make_response(question)
    answer.answer.append(dns.rrset.from_text("version.bind.", 0, "CH", "TXT", f'"{text}"'))
    return answer.to_wire()


def test_a_name_server_tells_its_version():
    assert name_server.version_of(version_answer()) == "9.18.49-1~deb12u3-Debian"


@pytest.mark.parametrize(
    ("offered", "code", "answered", "expected"),
    [
        pytest.param(True, dns.rcode.NOERROR, True, True, id="resolves"),
        pytest.param(True, dns.rcode.REFUSED, False, False, id="offers-and-refuses"),
        pytest.param(False, dns.rcode.NOERROR, True, False, id="answers-from-its-own-zone"),
        pytest.param(False, dns.rcode.REFUSED, False, False, id="refuses"),
        pytest.param(True, dns.rcode.SERVFAIL, False, None, id="tries-and-fails"),
        pytest.param(True, dns.rcode.NOERROR, False, None, id="an-empty-answer"),
    ],
)
def test_resolving_for_a_stranger_is_offered_and_done(offered, code, answered, expected):
    answer = dns.message.make_response(dns.message.from_wire(name_server.recursion_question(QUESTION)))
    answer.set_rcode(code)
    answer.flags |= dns.flags.RA if offered else 0
    if answered:
        answer.answer.append(dns.rrset.from_text(".", 0, "IN", "NS", "ns.example."))
    assert name_server.resolves(answer) is expected


def test_an_answer_to_another_question_is_none():
    asked = name_server.version_question(QUESTION, "")
    assert name_server.read(asked, version_answer(token=b"\x00\x01" + bytes(6))) is None
    assert name_server.read(asked, asked) is None  # an echo is no answer
    assert name_server.resolves(None) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_names_without_a_crash(data):
    assert name_server.read(data, data) is None or name_server.version_of(data) is None


@pytest.mark.parametrize("answer", [b"\x20\x02\x00\x01", b"\x20\x03\x00\x84"])
def test_a_broker_is_recognised_by_its_refusal(answer):
    assert mqtt.parse(answer) == BrokerFacts("mqtt", None, None)


@pytest.mark.parametrize("answer", [b"\x20\x02\x00\x00", b"HTTP", b"\x15\x03\x01\x00", b"\x20"])
def test_what_accepts_or_speaks_otherwise_is_no_broker(answer):
    with pytest.raises(Garbled):
        mqtt.parse(answer)


def test_the_question_to_a_broker_names_nobody_and_no_version_that_exists():
    assert b"MQTT\x7f" in mqtt.QUESTION
    assert mqtt.QUESTION[1] == len(mqtt.QUESTION) - 2


def long_string(name, text):
    return bytes([len(name)]) + name + b"S" + len(text).to_bytes(4, "big") + text


def test_an_amqp_broker_says_what_it_is_before_anybody_signs_in():
    table = long_string(b"product", b"RabbitMQ") + long_string(b"version", b"3.10.8")
    method = b"\x00\x0a\x00\x0a\x00\x09" + len(table).to_bytes(4, "big") + table
    assert amqp.parse(method) == BrokerFacts("amqp", "RabbitMQ", "3.10.8", None)


@given(st.binary(max_size=300))
def test_any_method_is_read_without_a_crash(data):
    assert amqp.parse(b"\x00\x0a\x00\x0a" + data).protocol == "amqp"


def test_the_facts_of_a_server_that_hides_its_version_say_so():
    assert NameServerFacts(name_server.version_of(b"\0" * 12), None) == NameServerFacts(None, None)

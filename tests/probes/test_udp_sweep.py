"""One question to a port without connections, and what counts as its answer."""

import socket
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import PortState
from vigie.probes.datagrams import DATAGRAMS
from vigie.probes.gate import Gate
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal
from vigie.probes.udp_sweep import udp_sweep

from .conftest import NOW, free_pace, mandate

TOKEN = bytes(range(1, 9))


def reply_of(service, question):
    """What a server of this protocol says, by its own document."""
    if service == "dns":
        return question[:2] + b"\x80\x05" + question[4:]  # refused
    if service == "ntp":
        return b"\x24\x02" + bytes(22) + question[40:48] + bytes(16)
    if service == "snmp":
        at = question.index(b"\x02\x04")
        return b"\x30\x1f\x02\x01\x03\x30\x10" + question[at : at + 6] + b"\x02\x03\x00\xff\xe3\x04\x01\0\x02\x01\x03"
    if service == "ike":
        return question[:8] + b"\x99" * 8 + b"\x29\x20\x22\x20" + bytes(4) + (38).to_bytes(4, "big") + bytes(10)
    if service == "openvpn":
        return b"\x40" + b"\x77" * 8 + b"\x01" + bytes(4) + question[1:9] + bytes(4)
    call = next(line for line in question.split(b"\r\n") if line.startswith(b"Call-ID"))
    return b"SIP/2.0 200 OK\r\n" + call + b"\r\n\r\n"


@contextmanager
def answering(respond, address="127.77.0.1", port=0):
    """A UDP server; `respond` gives the datagrams to send back. Yields its port and what it received."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        server.settimeout(0.05)
        received, ends = [], threading.Event()

        def serve():
            while not ends.is_set():
                try:
                    data, origin = server.recvfrom(4096)
                except TimeoutError:
                    continue
                received.append(data)
                for reply in respond(data):
                    server.sendto(reply, origin)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], received
        ends.set()
        thread.join()


def asked(service, port, *, given=None, stop=None, seconds=0.2):
    stop = stop or StopSignal()
    gate = Gate(Scope([given or mandate()]), stop, free_pace(), lambda: NOW)
    questions = {service: replace(DATAGRAMS[service], port=port)}
    return udp_sweep(["127.77.0.1"], questions, gate=gate, stop=stop, timeout_seconds=seconds)["127.77.0.1", service]


@pytest.mark.parametrize("service", DATAGRAMS)
def test_a_service_that_answers_its_question_is_open_and_was_asked_once(service):
    with answering(lambda data: [reply_of(service, data)]) as (port, received):
        found = asked(service, port, seconds=3)
    assert found.state is PortState.OPEN
    assert found.answered == reply_of(service, found.asked)
    assert received == [found.asked]


@pytest.mark.parametrize("service", DATAGRAMS)
def test_an_echo_or_another_answer_is_not_the_service(service):
    with answering(lambda data: [data, b"", b"\0" * 60, b"hello"]) as (port, received):
        found = asked(service, port)
    assert found.state is PortState.SILENT
    assert len(received) == 2


def test_silence_is_asked_twice_and_proves_nothing():
    with answering(lambda data: []) as (port, received):
        found = asked("ntp", port)
    assert (found.state, len(received)) == (PortState.SILENT, 2)
    assert received[0] != received[1]  # another token: a late answer to the first is not taken for the second


def test_a_host_that_says_that_nothing_listens_refuses():
    with answering(lambda data: []) as (port, _):
        pass
    assert asked("ntp", port, seconds=2).state is PortState.REFUSED


def test_no_datagram_leaves_without_a_permit():
    with answering(lambda data: []) as (port, received):
        found = asked("dns", port, given=mandate(excluded_ports=frozenset({port})))
        stop = StopSignal()
        stop.set()
        assert asked("dns", port, stop=stop).reason == "stopped"
    assert (found.state, found.reason, received) == (PortState.NOT_ASKED, "port excluded by the mandate", [])


def test_the_pace_holds_datagrams_as_it_holds_connections():
    gate = Gate(Scope([mandate()]), StopSignal(), free_pace(address=2), lambda: NOW)
    with answering(lambda data: []) as (port, _):
        first = gate.send("127.77.0.1", port, b"x")
        assert 0.4 < gate.send("127.77.0.1", port, b"x") <= 0.5
        first.close()


@given(st.sampled_from(sorted(DATAGRAMS)), st.binary(max_size=200))
def test_no_bytes_are_a_fault(service, reply):
    assert DATAGRAMS[service].is_answer(TOKEN, reply) in {True, False}


def test_each_question_is_small_and_names_its_reference():
    sizes = Counter({name: len(one.build(TOKEN, "203.0.113.7")) for name, one in DATAGRAMS.items()})
    assert max(sizes.values()) <= 400
    assert all(one.reference for one in DATAGRAMS.values())
    assert b"public" not in b"".join(one.build(TOKEN, "203.0.113.7") for one in DATAGRAMS.values())


def test_the_question_of_dns_is_read_by_a_resolver_library():
    message = dns.message.from_wire(DATAGRAMS["dns"].build(TOKEN, ""))
    assert str(message.question[0]) == "version.bind. CH TXT"
    assert message.flags == 0


def test_lengths_inside_the_questions_of_snmp_and_ike_are_right():
    snmp, ike = (DATAGRAMS[name].build(TOKEN, "") for name in ("snmp", "ike"))
    assert snmp[1] == len(snmp) - 2
    assert int.from_bytes(ike[24:28], "big") == len(ike)
    at, following = 28, ike[16]
    seen = []
    while following:
        seen.append(following)
        following, at = ike[at], at + int.from_bytes(ike[at + 2 : at + 4], "big")
    assert (seen, at) == ([33, 34, 40], len(ike))

"""The servers of a domain, asked through the gate: do they serve it, and do they give it to a stranger?"""

import asyncio
import socket
import struct
from datetime import timedelta

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.outcome import Verdict
from vigie.probes import delegation, transfer
from vigie.probes.gate import Gate
from vigie.probes.scope import Intensity, Scope
from vigie.probes.stop import StopSignal

from .conftest import NOW, free_pace, mandate
from .servers import listening, resets, silent
from .test_domain import DOMAIN, ZONE, look_at, verdicts

SOA = "valombre.example. SOA ns.valombre.example. a.valombre.example. 1 1 1 1 1"
HOST = "pacs.valombre.example. A 127.77.0.8"


def gives(*records: str, rcode=dns.rcode.NOERROR, start=SOA, start_code=dns.rcode.NOERROR, authority=True):
    """A name server that tells the start of its zone, and answers a transfer with these records, one message each."""

    def handle(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            query = dns.message.from_wire(data[2:])
            is_start = query.question[0].rdtype == dns.rdatatype.SOA
            for record in (start,) if is_start else records or ("",):
                reply = dns.message.make_response(query)
                reply.flags |= dns.flags.AA if authority else 0
                reply.set_rcode(start_code if is_start else rcode)
                if record:
                    name, kind, text = record.split(" ", 2)
                    reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, text))
                wire = reply.to_wire()
                connection.sendall(struct.pack(">H", len(wire)) + wire)
            if not is_start:
                return

    return handle


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        pytest.param(gives(SOA, HOST), True, id="gives"),
        pytest.param(gives(rcode=dns.rcode.REFUSED), False, id="refuses"),
        pytest.param(gives(), False, id="gives-nothing"),
        pytest.param(gives(SOA), None, id="begins-and-leaves"),
        pytest.param(resets, None, id="resets"),
        pytest.param(lambda c: c.sendall(b"\xff\xff" + b"x" * 100), None, id="promises-more-than-it-sends"),
        pytest.param(lambda c: c.sendall(b"\0\x05hello"), None, id="garbage"),
        pytest.param(gives(rcode=dns.rcode.SERVFAIL), None, id="in-trouble"),
    ],
)
def test_a_transfer_is_proven_by_the_records_that_come(handler, expected, monkeypatch):
    assert asked(handler, monkeypatch).gives is expected


def asked(handler, monkeypatch, heard=None, **changes) -> delegation.ServerAnswer:
    gate = Gate(Scope([mandate(**changes)]), StopSignal(), free_pace(), lambda: NOW)
    with listening(handler) as server:
        monkeypatch.setattr(delegation, "PORT", server.port)
        found = asyncio.run(delegation.ask(gate, server.address, DOMAIN, seconds=5.0))
        if heard is not None:
            heard.append(server.connections)
    return found


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        pytest.param(gives(), True, id="serves"),
        pytest.param(gives(authority=False), False, id="repeats-what-others-told"),
        pytest.param(gives(start=""), False, id="holds-nothing"),
        pytest.param(gives(start="", start_code=dns.rcode.REFUSED), False, id="refuses"),
        pytest.param(gives(start="", start_code=dns.rcode.NXDOMAIN), False, id="says-that-it-does-not-exist"),
        pytest.param(gives(start="", start_code=dns.rcode.SERVFAIL), None, id="in-trouble"),
        pytest.param(resets, None, id="resets"),
        pytest.param(lambda c: c.sendall(b"\0\x05hello"), None, id="garbage"),
    ],
)
def test_a_server_serves_a_zone_when_it_speaks_of_it_with_authority(handler, expected, monkeypatch):
    assert asked(handler, monkeypatch).serves is expected


def test_a_server_that_serves_and_then_leaves_still_serves(monkeypatch):
    def leaves(connection: socket.socket) -> None:
        query = dns.message.from_wire(connection.recv(4096)[2:])
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        reply.answer.append(dns.rrset.from_text(f"{DOMAIN}.", 60, "IN", "SOA", SOA.split(" ", 2)[2]))
        wire = reply.to_wire()
        connection.sendall(struct.pack(">H", len(wire)) + wire)

    assert asked(leaves, monkeypatch) == delegation.ServerAnswer(serves=True, gives=None)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"networks": ()}, id="another-network"),
        pytest.param({"names": frozenset({"other.example"})}, id="another-domain"),
        pytest.param({"valid_until": NOW - timedelta(hours=1)}, id="ended"),
    ],
)
def test_no_server_is_asked_outside_a_mandate(changes, monkeypatch):
    connections: list[int] = []
    assert asked(silent, monkeypatch, connections, **changes) == delegation.ServerAnswer()
    assert connections == [0]


def test_a_gentle_mandate_asks_for_the_start_of_the_zone_and_not_for_the_zone(monkeypatch):
    found = asked(gives(SOA, HOST), monkeypatch, intensity=Intensity.GENTLE)
    assert found == delegation.ServerAnswer(serves=True, gives=None)


def test_an_open_transfer_is_found_and_no_record_of_it_kept(monkeypatch):
    with listening(gives(SOA, HOST), address="127.77.0.4") as server:
        monkeypatch.setattr(delegation, "PORT", server.port)
        [look] = look_at(DOMAIN, zone=ZONE | {"ns.valombre.example": ("127.77.0.4",)})
    assert look.facts.domain.open_transfers == ("ns.valombre.example",)
    assert verdicts(look)["dns-open-transfer"] is Verdict.FAIL
    assert "pacs" not in repr(look)
    assert (look.facts.domain.name_servers_lame, verdicts(look)["dns-lame-delegation"]) == ((), Verdict.PASS)


#   what the second server of the domain is -> what is known of the delegation
@pytest.mark.parametrize(
    ("second", "lame", "verdict"),
    [
        pytest.param("127.77.0.5", ("ns2.valombre.example",), Verdict.FAIL, id="does-not-serve-it"),
        pytest.param("127.77.0.6", None, Verdict.UNKNOWN, id="does-not-answer"),
        pytest.param("198.51.100.5", None, Verdict.UNKNOWN, id="outside-the-mandate"),
    ],
)
def test_one_of_two_servers(second, lame, verdict, monkeypatch):
    zone = ZONE | {DOMAIN: (*ZONE[DOMAIN], "NS ns2.valombre.example."), "ns2.valombre.example": (second,),
                   "ns.valombre.example": ("127.77.0.4",)}  # fmt: skip
    with listening(gives(rcode=dns.rcode.REFUSED), address="127.77.0.4") as good:
        monkeypatch.setattr(delegation, "PORT", good.port)
        with listening(gives(start="", start_code=dns.rcode.REFUSED), address="127.77.0.5", port=good.port):
            [look] = look_at(DOMAIN, zone=zone)
    assert look.facts.domain.name_servers_lame == lame
    assert verdicts(look)["dns-lame-delegation"] is verdict
    assert verdicts(look)["dns-open-transfer"] is Verdict.PASS


@given(st.binary(max_size=200))
def test_any_message_is_counted_or_refused(data):
    assert transfer.count(data) is None or transfer.count(data) >= 0

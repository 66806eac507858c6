"""No packet leaves without a permit: the listeners count."""

import ast
import asyncio
import socket
import threading
import time
from pathlib import Path

import pytest

import vigie.probes
from vigie.engine.facts import Answer, PortState
from vigie.probes.errors import Closed, NotPermitted, Stopped
from vigie.probes.gate import Gate
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal

from .conftest import HURRIED, NOW, free_pace, ip_network, mandate
from .servers import listening, page, says, silent


def gate(*mandates, stop=None, pace=None) -> Gate:
    return Gate(Scope(mandates), stop or StopSignal(), pace or free_pace(), lambda: NOW)


def connect(door: Gate, address: str, port: int, name: str | None = None):
    async def act():
        connection = await door.connect(address, port, name=name, timeout_seconds=1)
        connection.close()

    return asyncio.run(act())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"networks": (ip_network("127.78.0.0/16"),)}, id="outside"),
        pytest.param({"exclusions": (ip_network("127.77.0.0/24"),)}, id="excluded"),
        pytest.param({"valid_until": NOW}, id="ended"),
    ],
)
def test_nothing_reaches_a_listener_without_a_permit(changes, look_at):
    with listening(says(b"220 hello\r\n")) as server:
        host, summary = look_at(server.address, server.port, given=mandate(**changes))
        assert host.not_asked_ports == (server.port,)
        assert host.not_asked_reason
        assert (server.connections, summary.questions) == (0, 0)


def test_a_name_that_the_mandate_does_not_cover_is_not_asked():
    with listening() as server:
        with pytest.raises(NotPermitted, match="name outside the mandate"):
            connect(gate(mandate()), server.address, server.port, "elsewhere.example")
        assert server.connections == 0


def test_a_stop_closes_the_gate():
    stop = StopSignal()
    stop.set()
    with listening() as server:
        with pytest.raises(Stopped):
            connect(gate(mandate(), stop=stop), server.address, server.port)
        assert gate(mandate(), stop=stop).knock(server.address, server.port).reason == "stopped"
        assert server.connections == 0


def test_a_mandate_that_ends_meanwhile_is_seen_at_the_next_connection():
    moments = iter([NOW, NOW + (mandate().valid_until - NOW)])
    door = Gate(Scope([mandate()]), StopSignal(), free_pace(), lambda: next(moments))
    with listening() as server:
        connect(door, server.address, server.port)
        with pytest.raises(NotPermitted, match="no mandate in force"):
            connect(door, server.address, server.port)


def test_a_peer_that_is_not_the_address_asked_is_refused():
    with listening() as server, socket.create_connection((server.address, server.port)) as sock:
        Gate._check_peer(sock, server.address)
        with pytest.raises(OSError, match="connected to"):
            Gate._check_peer(sock, "127.77.0.99")


def test_a_refused_connection_is_closed_not_silent():
    with listening() as server:
        place = (server.address, server.port)
    with pytest.raises(Closed, match="connection refused"):
        connect(gate(mandate()), *place)


def test_one_conversation_at_a_time_with_a_host(look_at, monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    lock, most, now = threading.Lock(), [0], [0]

    def handle(connection):
        while connection.recv(65536):  # the sweep only knocks: it says nothing
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with lock:
                now[0] -= 1
            connection.sendall(page())

    with listening(handle) as one, listening(handle) as two, listening(handle) as three:
        host, _ = look_at(one.address, one.port, two.port, three.port)
    assert [service.service for service in host.services] == ["http"] * 3
    assert most[0] == 1


def test_a_silent_port_is_left_after_its_questions(look_at):
    with listening(silent) as server:
        host, _ = look_at(server.address, server.port, times=HURRIED)
    [service] = host.services
    assert (service.state, service.answer, service.service) == (PortState.OPEN, Answer.SILENT, None)
    assert service.reason == "accepts, then says nothing"


def test_only_the_gate_opens_sockets():
    """dnspython asks the resolvers, which are ours; every host of others is reached through the gate."""
    opening = {"socket", "create_connection", "open_connection", "create_server", "create_datagram_endpoint"}
    folder = Path(vigie.probes.__file__).parent
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in opening:
                found.add(str(path.relative_to(folder)))
    # vigie-sweep is a process of its own, that the gate gives leave to: raw_sweep.py speaks with it alone.
    # resolver_socket.py asks our own resolvers, as dnspython does.
    assert found == {"gate.py", "resolver_socket.py", "raw_sweep.py", "raw/__main__.py", "raw/door.py", "raw/ring.py"}

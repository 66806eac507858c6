"""A host that stops answering is left alone; fragile equipment gets little, or nothing; the listeners count."""

import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from vigie.data.care import Treatment, care_rule, named_ports
from vigie.data.pace import Timeouts
from vigie.data.ports import default_ports
from vigie.data.rules import rules
from vigie.engine.facts import Answer, HostLook, Identity, PortState
from vigie.probes.breaker import PAUSED, Breaker, Pause, PauseFile
from vigie.probes.gate import Gate
from vigie.probes.look import Plan, Target, look
from vigie.probes.scope import Intensity, Permit, Refusal, Scope
from vigie.probes.spared import FRAGILE_LIGHT, FRAGILE_NONE, OPTED_OUT, Spared, fragile, recognised
from vigie.probes.stop import StopSignal
from vigie.probes.sweep import sweep

from .conftest import NOW, free_pace, ip_network, mandate, settings
from .servers import answers, listening, page

HOUR = timedelta(hours=1)
SHORT = Timeouts(connect=0.08, first_byte=0.1, other_first_byte=0.05, next_byte=0.1, conversation=0.2, handshake=0.2)


def gate_with(breaker: Breaker, scope: Scope | None = None) -> Gate:
    return Gate(scope or Scope([mandate()]), StopSignal(), free_pace(), lambda: NOW, breaker)


class Dying:
    """A listening port that takes so many connections, then none: what a machine looks like that was asked too much."""

    def __init__(self, address: str) -> None:
        self.held: list[socket.socket] = []
        self.server = socket.socket()
        self.server.bind((address, 0))
        self.server.listen(0)
        self.address, self.port = self.server.getsockname()

    def fill(self) -> None:
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex((self.address, self.port))
            self.held.append(sock)

    def close(self) -> None:
        for sock in (*self.held, self.server):
            sock.close()


@pytest.fixture
def dying():
    server = Dying("127.77.9.1")
    yield server
    server.close()


def test_two_time_outs_after_a_success_leave_the_host_alone_for_a_day():
    told: list[Pause] = []
    breaker = Breaker(on_pause=told.append)
    breaker.answered("127.77.9.2")
    assert not breaker.unanswered("127.77.9.2", NOW)
    assert not breaker.is_paused("127.77.9.2", NOW)
    assert breaker.unanswered("127.77.9.2", NOW)
    assert told == [Pause("127.77.9.2", NOW)]
    assert breaker.is_paused("127.77.9.2", NOW + 23 * HOUR)
    assert not breaker.is_paused("127.77.9.2", NOW + 24 * HOUR)
    assert not breaker.is_paused("127.77.9.3", NOW)


def test_an_answer_between_two_time_outs_forgives_the_first():
    breaker = Breaker()
    breaker.unanswered("127.77.9.2", NOW)
    breaker.answered("127.77.9.2")
    assert not breaker.unanswered("127.77.9.2", NOW)


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(hours=3)], ids=["back", "forward"])
def test_a_clock_that_jumps_a_little_does_not_end_a_pause(jump):
    breaker = Breaker()
    breaker.pause("127.77.9.2", NOW)
    assert breaker.is_paused("127.77.9.2", NOW + jump)


def test_a_pause_written_by_a_clock_of_another_year_blinds_nobody():
    breaker = Breaker()
    breaker.pause("127.77.9.2", NOW + timedelta(days=400))
    assert not breaker.is_paused("127.77.9.2", NOW)


def test_a_pause_is_shared_by_every_look_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr("vigie.probes.breaker.FILE_PERIOD_SECONDS", 0.0)
    one, two = (Breaker(PauseFile(tmp_path / "PAUSED")) for _ in range(2))
    assert not two.is_paused("127.77.9.2", NOW)
    one.unanswered("127.77.9.2", NOW)
    one.unanswered("127.77.9.2", NOW)
    assert two.is_paused("127.77.9.2", NOW)


def test_a_damaged_file_of_pauses_keeps_what_can_be_read(tmp_path):
    path = tmp_path / "PAUSED"
    path.write_bytes(b"\xff\xfe\nnot a date 127.77.9.9\n" + f"{NOW.isoformat()} 127.77.9.2\n".encode())
    assert PauseFile(path).all() == {"127.77.9.2": NOW}


def test_a_long_file_of_pauses_is_shortened(tmp_path, monkeypatch):
    monkeypatch.setattr("vigie.probes.breaker._MOST_LINES", 10)
    path = tmp_path / "PAUSED"
    path.write_text("".join(f"{(NOW + HOUR * n).isoformat()} 127.77.9.{n}\n" for n in range(12)))
    assert len(PauseFile(path).all()) == 5
    assert path.read_text().count("\n") == 5


def test_a_sweep_of_a_host_that_dies_stops_there_and_says_why(dying):
    ports = tuple(range(1, 30))
    breaker = Breaker()
    gate = gate_with(breaker)
    first = sweep([(dying.address, (dying.port,))], gate=gate, stop=StopSignal(), timeout_seconds=1)
    assert first[dying.address, dying.port].state is PortState.OPEN
    dying.fill()
    gate.unanswered(dying.address)
    gate.unanswered(dying.address)
    after = sweep([(dying.address, ports)], gate=gate, stop=StopSignal(), timeout_seconds=0.1)
    assert {(a.state, a.reason) for a in after.values()} == {(PortState.NOT_ASKED, PAUSED)}


def test_an_open_port_that_takes_no_conversation_twice_ends_the_look_at_its_host(dying, monkeypatch):
    dying.fill()
    with listening(answers(page()), address=dying.address) as other:
        found: dict = {}
        breaker = Breaker(on_pause=lambda pause: found.update({pause.address: pause.since}))
        # As the sweep saw them, before the machine gave up.
        monkeypatch.setattr(
            "vigie.probes.look.sweep",
            lambda asked, **_: {(a, p): _open() for a, ports in asked for p in ports},
        )
        hosts: list[HostLook] = []
        plan = Plan(
            (Target(dying.address, (), (dying.port, other.port)),), Scope([mandate()]), settings(SHORT), breaker
        )
        look(plan, stop=StopSignal(), clock=lambda: NOW, on_host=hosts.append, pace=free_pace())
        assert other.connections == 0
    assert found == {dying.address: NOW}
    assert [(s.answer, s.reason) for s in hosts[0].services][-1] == (Answer.NOT_ASKED, PAUSED)


def _open():
    from vigie.probes.knock import PortAnswer

    return PortAnswer(PortState.OPEN)


def test_a_firewall_that_drops_most_ports_pauses_nobody(monkeypatch):
    """The port that answered is asked again now and then, and answers: the others are filtered, not dead."""
    with Filtering("127.77.9.4") as host:
        breaker = Breaker()
        targets = [(host.address, (host.open_port, *host.deaf_ports))]
        found = sweep(targets, gate=gate_with(breaker), stop=StopSignal(), timeout_seconds=0.05)
    states = [answer.state for answer in found.values()]
    assert (states.count(PortState.OPEN), states.count(PortState.SILENT)) == (1, len(host.deaf_ports))
    assert not breaker.is_paused(host.address, NOW)


class Filtering:
    """One port that answers, and several that say nothing at all."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> "Filtering":
        self.deaf_ports = tuple(self._deaf() for _ in range(12))
        good = self._listening(64)
        self.open_port = good.getsockname()[1]
        return self

    def _listening(self, queue: int) -> socket.socket:
        server = socket.socket()
        server.bind((self.address, 0))
        server.listen(queue)
        self.sockets.append(server)
        return server

    def _deaf(self) -> int:
        place = self._listening(0).getsockname()
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(place)
            self.sockets.append(sock)
        return place[1]

    def __exit__(self, *_: object) -> None:
        for sock in self.sockets:
            sock.close()


def test_what_opted_out_is_refused_whoever_covers_it_and_withheld_by_every_lock_below():
    asked = Spared(ip_network("127.77.9.0/24"), Treatment.NONE, OPTED_OUT)
    scope = Scope([mandate(spared=(asked,)), mandate()])
    assert scope.permit("127.77.9.7", 443, NOW) == Refusal(OPTED_OUT)
    assert isinstance(scope.permit("127.77.8.7", 443, NOW), Permit)
    _, excluded = gate_with(Breaker(), scope).consent()
    assert ip_network("127.77.9.0/24") in excluded


def test_an_owner_s_word_is_told_before_the_fragility():
    whole = ip_network("127.77.9.0/24")
    both = Scope([mandate()], [fragile(whole, Treatment.NONE), Spared(whole, Treatment.NONE, OPTED_OUT)])
    assert both.permit("127.77.9.7", 80, NOW) == Refusal(OPTED_OUT)
    assert Scope([mandate()], [fragile(whole, Treatment.NONE)]).permit("127.77.9.7", 80, NOW) == Refusal(FRAGILE_NONE)


def test_fragile_equipment_is_asked_gently_on_few_ports():
    scope = Scope([mandate()], [fragile(ip_network("127.77.9.7/32"), Treatment.LIGHT)])
    permit = scope.permit("127.77.9.7", 80, NOW)
    assert isinstance(permit, Permit)
    assert (permit.light, permit.intensity) == (True, Intensity.GENTLE)
    assert scope.permit("127.77.9.7", 21, NOW) == Refusal(FRAGILE_LIGHT)
    assert gate_with(Breaker(), scope).send("127.77.9.7", 161, b"?") == Refusal(FRAGILE_LIGHT)


def test_a_fragile_host_gets_no_more_conversations_than_the_rule_says(look_at, monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: None)
    whole = ip_network("127.77.9.5/32")
    with listening(address="127.77.9.5") as server:
        rule = care_rule()
        light = replace(rule, light_ports=frozenset({server.port}))
        for module in ("scope", "gate"):
            monkeypatch.setattr(f"vigie.probes.{module}.care_rule", lambda: light)
        look_at(server.address, server.port, given=mandate(spared=(fragile(whole, Treatment.LIGHT),)))
        # One of the sweep, and the conversations: an unknown port of ordinary equipment is asked four questions.
        assert server.connections <= 1 + rule.light_conversations


def test_what_is_recognised_as_fragile_is_spared_by_the_rest_of_the_look(look_at, monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    printer = page(
        b"<title>HP</title>", "Server: HP HTTP Server; HP LaserJet Pro MFP M148fdw - 4PA42A; Serial Number: X"
    )
    with (
        listening(answers(printer), address="127.77.9.6") as first,
        listening(answers(printer), address="127.77.9.6") as second,
    ):
        host, _ = look_at("127.77.9.6", first.port, second.port)
    told = [(service.answer, service.reason) for service in host.services]
    assert told[0][0] is Answer.ANSWERED
    assert told[1] == (Answer.NOT_ASKED, FRAGILE_LIGHT)


def test_a_gateway_is_looked_at_whole_whatever_small_server_it_is_built_on():
    goahead = Identity("embedthis", "goahead", "2.5.0")
    assert recognised("127.77.9.6", [goahead]) is not None
    assert recognised("127.77.9.6", [Identity("fortinet", "fortios", None), goahead]) is None


def test_every_fragile_product_can_be_recognised_by_a_rule():
    known = {(rule.vendor, rule.product) for rule in rules()}
    for kind in care_rule().fragile:
        for vendor, product in kind.products:
            assert any(product == p and vendor in {"*", v} for v, p in known), (kind.kind, vendor, product)


def test_printer_and_industrial_ports_are_off_by_default_and_no_range_brings_them_in():
    off = care_rule().off_by_default
    assert {*range(9100, 9108), 502, 102, 44818, 47808} <= off
    assert not off & set(default_ports())
    assert not off & set(named_ports(1, 65535))
    assert named_ports(9100, 9100) == (9100,)


def test_nothing_is_ever_said_to_a_printer_port(ask):
    from vigie.probes.identify import NOTHING_SAID

    with listening() as server:
        found = ask(server, "untouched")
        assert (found.answer, found.reason, server.connections) == (Answer.NOT_ASKED, NOTHING_SAID, 0)

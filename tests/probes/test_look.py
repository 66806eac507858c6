import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from vigie.engine.facts import Answer
from vigie.probes.look import Plan, Target, look, settings_for
from vigie.probes.scope import Scope
from vigie.probes.stop import FileStop, StopSignal

from .conftest import HURRIED, NOW, PATIENT, free_pace, mandate, settings
from .dns_server import resolving
from .servers import listening, page, says, silent, site

GREETING = says(b"* OK ready\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n")


def run(targets, *, stop=None, times=PATIENT, on_host=None, pace=None, **changes):
    hosts = []
    summary = look(
        Plan(tuple(targets), Scope([mandate()]), settings(times, **changes)),
        stop=stop or StopSignal(),
        clock=lambda: NOW,
        on_host=on_host or hosts.append,
        pace=pace or free_pace(),
    )
    return hosts, summary


def test_each_host_is_told_as_it_completes_with_every_port_that_was_asked():
    with listening(GREETING) as one, listening(GREETING, address="127.77.0.2") as two:
        hosts, summary = run([Target(one.address, (), (one.port, 1)), Target(two.address, (), (two.port, 2))])
    seen = {host.address: host for host in hosts}
    assert seen["127.77.0.1"].refused_ports == (1,)
    assert seen["127.77.0.2"].services[0].service == "imap"
    assert (summary.hosts, summary.reached, summary.services) == (2, 2, 2)
    assert summary.questions == 6  # four knocks, two conversations
    assert summary.stopped == ""


def test_what_is_not_known_is_counted_by_reason():
    with listening(silent) as server:
        _, summary = run([Target(server.address, (), (server.port,)), Target("127.78.0.1", (), (1, 2))], times=HURRIED)
    assert summary.unknowns == {"accepts, then says nothing": 1, "not asked: outside the mandate": 2}
    assert summary.reached == 1


def test_a_site_is_looked_at_by_its_address_and_once_by_each_name_that_leads_there(monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    names = {"a.valombre.example": ("127.77.0.1",), "moved.valombre.example": ("127.77.0.2",)}
    asked = []

    def handle(connection):
        while request := connection.recv(65536):
            asked.append(request.split(b"Host: ")[1].split(b"\r\n")[0])
            connection.sendall(page())

    with resolving(names) as resolver, listening(handle) as server:
        hosts, summary = run([Target(server.address, tuple(names), (server.port,))], resolvers=(resolver,))
    assert [service.name for service in hosts[0].services] == [None, "a.valombre.example"]
    assert asked == [f"127.77.0.1:{server.port}".encode(), f"a.valombre.example:{server.port}".encode()]
    assert summary.unknowns == {"a name leads elsewhere now": 1}


def test_the_paths_of_a_site_are_asked_under_its_names_and_not_by_its_address_too(monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    names = {"a.valombre.example": ("127.77.0.1",), "b.valombre.example": ("127.77.0.1",)}
    pages = {"a": {"/": page(b"<title>a</title>")}, "b": {"/.git/HEAD": page(b"ref: refs/heads/b\n")}}

    def handle(connection):
        while request := connection.recv(65536):
            own = pages.get(request.split(b"Host: ")[1][:1].decode(), {})
            connection.sendall(own.get(request.split(b" ")[1].decode(), page(b"no", status="404 Not Found")))

    with resolving(names) as resolver, listening(handle) as server:
        target = Target(server.address, tuple(names), (server.port,))
        hosts, _ = run([target], resolvers=(resolver,), explores=True)
    told = {service.name: service.facts.site for service in hosts[0].services}
    assert told[None] is None
    assert {name: [one.path for one in site.found] for name, site in told.items() if site} == {
        "a.valombre.example": [],
        "b.valombre.example": ["/.git/HEAD"],
    }


def test_a_name_of_two_addresses_is_looked_at_on_both(monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    names = {"a.valombre.example": ("127.77.0.1", "127.77.0.2")}
    with (
        resolving(names) as resolver,
        listening(site({"/": page(b"<title>one</title>")})) as one,
        listening(site({"/": page(b"<title>two</title>")}), address="127.77.0.2") as two,
    ):
        targets = [Target(server.address, tuple(names), (server.port,)) for server in (one, two)]
        hosts, _ = run(targets, resolvers=(resolver,))
    told = {(s.address, s.name): s.facts.http.title for host in hosts for s in host.services}
    assert told["127.77.0.1", "a.valombre.example"] == "one"
    assert told["127.77.0.2", "a.valombre.example"] == "two"


def test_a_name_that_cannot_be_resolved_is_unknown_and_not_asked(monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    with resolving({}, rcode=2) as resolver, listening(site({"/": page()})) as server:
        target = Target(server.address, ("a.valombre.example",), (server.port,))
        hosts, summary = run([target], resolvers=(resolver,))
    assert [service.name for service in hosts[0].services] == [None]
    assert summary.unknowns == {"a name did not resolve": 1}


def test_a_stop_cuts_a_conversation_and_closes_its_socket():
    stop, left = StopSignal(), threading.Event()

    def handle(connection):
        if connection.recv(1) == b"":
            left.set()

    with listening() as server:
        server.handler = lambda connection: (stop.set("emergency stop"), silent(connection), left.set())
        hosts, summary = run([Target(server.address, (), (server.port,))], stop=stop)
        assert left.wait(5)
    assert summary.stopped == "emergency stop"
    assert hosts == []  # nothing was seen of it: it will be looked at again
    assert summary.services == 0


def test_a_stop_tells_what_was_seen_until_then_and_what_was_not_asked(monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "ssh")
    stop = StopSignal()
    order = []

    def first_greets_then_stops(connection):
        if not order:
            order.append("greeted")
            connection.sendall(b"* OK ready\r\n")
            connection.recv(10)
        else:
            stop.set("emergency stop")
            silent(connection)

    with listening(silent) as one, listening(silent) as two:
        ports = (one.port, two.port)
        one.handler = two.handler = lambda connection: conversation(connection)

        def conversation(connection):
            # The sweep knocks and leaves at once; a conversation waits for a greeting.
            connection.settimeout(0.3)
            try:
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                connection.settimeout(10)
                first_greets_then_stops(connection)

        hosts, summary = run([Target(one.address, (), ports)], stop=stop)
    [host] = hosts
    assert [service.answer for service in host.services] == [Answer.ANSWERED]
    assert len(host.not_asked_ports) == 1
    assert (host.not_asked_reason, summary.stopped, summary.hosts) == ("stopped", "emergency stop", 0)


def test_a_stop_file_ends_a_look(tmp_path):
    (tmp_path / "STOP").touch()
    with listening(GREETING) as server:
        hosts, summary = run([Target(server.address, (), (server.port,))], stop=FileStop(tmp_path / "STOP"))
        assert server.connections == 0
    assert (hosts, summary.stopped, summary.questions) == ([], "emergency stop", 0)


def test_what_the_listener_of_hosts_raises_comes_out_once_the_traffic_has_ended():
    def refuse(host):
        raise LookupError(host.address)

    with listening(GREETING) as server, pytest.raises(LookupError, match=r"127\.77\.0\.1"):
        run([Target(server.address, (), (server.port,))], on_host=refuse)


def test_hosts_are_told_in_the_thread_of_the_caller():
    told = []
    with listening(GREETING) as server:
        run([Target(server.address, (), (server.port,))], on_host=lambda host: told.append(threading.current_thread()))
    assert told == [threading.current_thread()]


def test_several_looks_live_side_by_side_in_one_process():
    with listening(GREETING) as server, ThreadPoolExecutor(8) as pool:
        target = Target(server.address, (), (server.port,))
        results = list(pool.map(lambda _: run([target]), range(8)))
    assert all(summary.services == 1 for _, summary in results)


def test_the_pace_holds_the_connections_of_one_address_back():
    moments = []

    def note(connection):
        moments.append(time.monotonic())
        GREETING(connection)

    with listening(note) as server:
        run([Target(server.address, (), (server.port,))], pace=free_pace(address=20))
    # The knock, then the conversation: never sooner than the pace allows, however fast the machine.
    assert moments[1] - moments[0] > 0.03


def test_the_usual_settings_say_who_asks():
    usual = settings_for("https://vigie.example/who", resolvers=("127.0.0.1:53",))
    assert "+https://vigie.example/who" in usual.user_agent
    assert usual.helo == "vigie.example"
    assert not usual.explores
    assert settings_for("https://vigie.example/who", explores=True).explores

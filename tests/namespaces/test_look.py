"""A whole look through the socket that systemd would hold: the sweep raw, the conversations ordinary, all counted."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from ipaddress import ip_network
from socket import AF_UNIX, SOCK_STREAM, socket

from tools.namespaces import inside

from tests.probes.conftest import NOW, PATIENT, free_pace, mandate, settings
from tests.probes.servers import listening, says
from vigie.config.readiness import Health, check_sweep
from vigie.engine.facts import Answer
from vigie.probes.look import Plan, Target, look
from vigie.probes.scope import MandateKind, Scope
from vigie.probes.stop import StopSignal

from .conftest import NETWORK

PORTS = tuple(range(8000, 8300))


@contextmanager
def started_for_each_connection(ground, path):
    """As the unit does: one process for each connection, which is its standard input and output."""
    with socket(AF_UNIX, SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(8)
        processes = []

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                command = ["setpriv", "--bounding-set=-all,+net_raw", sys.executable, "-m", "vigie.probes.raw"]
                with connection, inside(ground.near):
                    processes.append(subprocess.Popen(command, stdin=connection, stdout=connection))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield processes
        finally:
            server.shutdown(2)
            thread.join()
            for process in processes:
                process.wait(10)


def test_a_look_sweeps_by_the_socket_and_speaks_with_what_is_open(ground, counted, tmp_path):
    path, hosts = tmp_path / "sweep.sock", []
    with (
        started_for_each_connection(ground, path) as processes,
        inside(ground.far),
        listening(says(b"SSH-2.0-Valombre_1.0\r\n"), address="10.64.5.1", port=8222),
    ):
        scope = Scope([mandate(kind=MandateKind.LOCAL, networks=(ip_network(NETWORK),))])
        targets = (Target("10.64.5.1", (), PORTS), Target("10.64.5.2", (), PORTS))
        plan = Plan(targets, scope, settings(PATIENT, sweep_socket=path))
        with inside(ground.near):
            summary = look(plan, stop=StopSignal(), clock=lambda: NOW, on_host=hosts.append, pace=free_pace())
        assert len(processes) == 1
    seen = {host.address: host for host in hosts}
    assert seen["10.64.5.1"].services[0].answer is Answer.ANSWERED
    assert len(seen["10.64.5.1"].refused_ports) == len(PORTS) - 1
    assert len(seen["10.64.5.2"].refused_ports) == len(PORTS)
    assert len(counted().questions) == summary.questions
    assert {address for address, _ in counted().places()} == {"10.64.5.1", "10.64.5.2"}


def test_doctor_says_which_way_ports_are_swept(ground, tmp_path):
    path = tmp_path / "sweep.sock"
    assert check_sweep(None).health is Health.GOOD
    absent = check_sweep(path)
    assert absent.health is Health.WARNING
    assert "by ordinary connections, more slowly" in absent.sentence
    with started_for_each_connection(ground, path):
        assert "vigie-sweep, which answers" in check_sweep(path).sentence

"""vigie serve from outside: what it starts, what it refuses, and what is left when it is killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.apps.jobs.house import ROOT, environment, migrated_home, until
from vigie.channels import neighbour
from vigie.config.locks import hold

pytestmark = pytest.mark.thorough


@pytest.fixture
def home(tmp_path):
    return shutil.copytree(migrated_home(), tmp_path / "home")


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def env(home, port):
    return environment(home, VIGIE_PORT=str(port), DJANGO_SETTINGS_MODULE="tests.config.health_only")


def ordered(command, env, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "vigie.cli.main", command],
        env=env | more,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process):
    """Wait for a process that must end by itself; return its exit code and what it said."""
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return process.returncode, said


def refused(env, **more):
    return told(ordered("serve", env, **more))


@pytest.fixture
def serve(env):
    started = []

    def start(**more):
        process = ordered("serve", env, **more)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)


def alive(pid):
    """Whether that process runs; one that ended and was not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid):
    found = []
    for told in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in told.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def worker_pid(home):
    try:
        return json.loads((home / "worker.lock").read_text())["pid"]
    except (ValueError, FileNotFoundError):
        return None


def test_it_serves_mends_and_ends_without_leaving_anyone(serve, env, home, port):
    process = serve()
    assert process.stdout.readline() == f"Vigie is ready: http://127.0.0.1:{port}\n"
    assert neighbour.is_vigie("127.0.0.1", port)

    until(lambda: worker_pid(home) is not None)
    first = worker_pid(home)

    # A second one on the same home names the first; on another home, the port tells; nor may a second worker run.
    other = shutil.copytree(home, home.parent / "other")
    same_home, same_port, same_work = (
        ordered("serve", env),
        ordered("serve", env, VIGIE_HOME=str(other)),
        ordered("worker", env),
    )
    assert told(same_home) == (1, f"Vigie is already running at http://127.0.0.1:{port} (process {process.pid}).\n")
    code, said = told(same_port)
    assert (code, f"A Vigie is already running at http://127.0.0.1:{port}" in said) == (1, True)
    code, said = told(same_work)
    assert (code, f"A worker already runs in {home} (process {first})" in said) == (1, True)

    # A worker that dies is started again.
    os.kill(first, signal.SIGKILL)
    until(lambda: worker_pid(home) not in {None, first})

    family = descendants(process.pid)
    assert len(family) >= 3  # gunicorn, its process, the worker
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    until(lambda: not any(alive(pid) for pid in family))


def test_nobody_outlives_a_killed_supervisor(serve, home):
    process = serve()
    process.stdout.readline()
    until(lambda: worker_pid(home) is not None)
    family = descendants(process.pid)
    process.kill()
    until(lambda: not any(alive(pid) for pid in family))
    # Its lock died with it: the next one may start.
    with hold(home / "serve.lock"):
        pass


def test_a_port_taken_by_something_else_is_a_sentence(env, port):
    with socket.create_server(("127.0.0.1", port)) as other:
        threading.Thread(target=lambda: other.accept()[0].close(), daemon=True).start()
        code, said = refused(env)
    assert (code, said.count("\n")) == (1, 1)
    assert f"Port {port} of 127.0.0.1 is taken by another program" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"VIGIE_HOME": "/proc/nowhere"}, "does not exist: run `vigie init`", id="no-folder"),
        pytest.param({"VIGIE_HOME": "/proc/self"}, "cannot be written", id="read-only-folder"),
        pytest.param({"VIGIE_HOST": "192.0.2.1"}, "192.0.2.1 is not an address of this machine", id="foreign-address"),
        pytest.param({"VIGIE_PORT": "seventy"}, "VIGIE_PORT", id="wrong-setting"),
    ],
)
def test_what_prevents_a_start_is_a_sentence(env, change, words):
    code, said = refused(env, **change)
    assert code in {1, 2}
    assert words in said


def test_a_home_without_tables_says_what_to_do(env, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    code, said = refused(env, VIGIE_HOME=str(empty))
    assert (code, "run `vigie init` first" in said) == (1, True)

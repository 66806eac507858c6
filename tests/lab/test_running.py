"""The laboratory as a process: it tells when it is ready, follows its folder, and ends at once."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vigie.cli.lab import app
from vigie.lab import draw, planted, running

NETWORK = f"127.{200 + os.getpid() % 50}"  # two runs side by side do not meet


def wait_for(read, wanted=None):
    """Poll generously: what is tested is that it happens, not when."""
    for _ in range(3000):
        value = read()
        if value is not None and (wanted is None or value == wanted):
            return value
        time.sleep(0.02)
    raise AssertionError(f"still {value!r}, not {wanted!r}")


def ready(home: Path):
    try:
        return json.loads((home / "ready").read_text())
    except FileNotFoundError:
        return None


def one_of_each(plan) -> list[tuple[str, int]]:
    """A port of every kind of server, where a visitor will be connected and idle."""
    places = {s.face(2).protocol: (h.address, s.port) for h, s in plan.listeners() if s.face(2)}
    return list(places.values())


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "sigint"])
def test_the_whole_region_is_served_follows_its_phase_and_ends_without_a_word(tmp_path, ending):
    command = [sys.executable, "-m", "vigie.cli.main", "lab", "serve", "--home", str(tmp_path), "--network", NETWORK]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ))
    try:
        told = wait_for(lambda: ready(tmp_path))
        plan = draw.make(network=NETWORK)
        count = {phase: sum(s.face(phase) is not None for _, s in plan.listeners()) for phase in (1, 2)}
        assert told == {"pid": served.pid, "services": count[1], "dns": f"{NETWORK}.0.53:5353", "phase": 1}
        running.write_phase(tmp_path, 2)
        assert wait_for(lambda: ready(tmp_path)["phase"], 2)
        assert ready(tmp_path)["services"] == count[2]
        assert json.loads((tmp_path / "contacts").read_text()) == []
        with ExitStack() as visitors:
            for place in one_of_each(plan):
                visitors.enter_context(socket.create_connection(place, timeout=5))
            served.send_signal(ending)
            output, _ = served.communicate(timeout=10)
        assert (served.returncode, output) == (0, b"")
        assert not (tmp_path / "ready").exists()
    finally:
        served.kill()
        served.wait()


@pytest.mark.parametrize(
    "text", ["", "4", "two", "\x00", "1" * 5000], ids=["empty", "none-such", "word", "nul", "long"]
)
def test_an_unreadable_phase_is_the_first(tmp_path, text):
    (tmp_path / "phase").write_text(text)
    assert running.read_phase(tmp_path) == 1


def test_mend_writes_the_second_phase(tmp_path):
    result = CliRunner().invoke(app, ["mend", "--home", str(tmp_path)])
    assert (result.exit_code, running.read_phase(tmp_path)) == (0, 2)


def test_planted_prints_one_object_for_each_weakness():
    result = CliRunner().invoke(app, ["planted", "--phase", "2", "--json"])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert {planted.Planted(**line | {"names": tuple(line["names"])}) for line in lines} == planted.expected(2)


def test_planted_reads_well_too():
    result = CliRunner().invoke(app, ["planted"])
    assert result.exit_code == 0
    assert f"{len(planted.expected(1))} weaknesses in phase 1" in result.stdout


def test_write_tells_the_five_files(tmp_path):
    result = CliRunner().invoke(app, ["write", str(tmp_path / "made")])
    assert [Path(line).name for line in result.stdout.split()] == [
        "finess_structureej.csv", "finess_structureet.csv", "groupes.xlsx", "perimetre.csv", "mandats.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("network", ["10.0", "127.256", "127.0.0", "127.", "0x7f.1"])
def test_a_network_that_is_not_loopback_is_refused(network):
    result = CliRunner().invoke(app, ["planted", "--network", network])
    assert result.exit_code == 2

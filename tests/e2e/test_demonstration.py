"""`make run`, from outside: what was planted is found, all of it and nothing else, twice in a row."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.first_hour import walk
from vigie.lab import draw, planted, running

NETWORK = "127.67"  # another than the usual one, so that a demonstration may run beside the tests
AT_MOST_SECONDS = 500  # so that a busy machine is no fault; alone it takes about 40

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(2 * AT_MOST_SECONDS)]


@dataclass(frozen=True, slots=True)
class Demonstration:
    told: str
    found: dict
    ready: dict
    contacts: list
    followed: dict
    first_hour: dict | None  # None without a browser on this machine
    exit_code: int


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory) -> Iterator[Demonstration]:
    """The whole of it, run once: the command of `make run`, waited for, asked what it found, ended."""
    home, port = tmp_path_factory.mktemp("demonstration"), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    environment |= {"VIGIE_HOME": str(home), "VIGIE_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie.cli.main", "demo", "--pause", "0", "--network", NETWORK],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        told = read_until(process, "Both campaigns are done")
        found = ask(environment)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            ready = json.load(answer)
        followed = follow(environment, home / "lab", waiting=rows(found["waiting"]))
        first_hour = walked(environment, port)
        contacts = json.loads((home / "lab" / "contacts").read_text())
        process.send_signal(signal.SIGTERM)  # Ctrl-C is ignored by what a shell started in its background
        exit_code = process.wait(timeout=30)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)
        process.stdout.close()
    yield Demonstration(told, found, ready, contacts, followed, first_hour, exit_code)


def walked(environment: dict, port: int) -> dict | None:
    if CHROMIUM is None:
        return None
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        told = walk(chromium, f"http://127.0.0.1:{port}", environment)
        chromium.close()
        return told


def read_until(process: subprocess.Popen, sentence: str) -> str:
    """Read what the command says until that sentence; its watchdog ends it when it never comes."""
    watchdog = subprocess.Popen(["sh", "-c", f"sleep {AT_MOST_SECONDS}; kill {process.pid} 2>/dev/null"])
    try:
        told = ""
        for line in process.stdout:
            told += line
            if sentence in line:
                return told
        pytest.fail(f"the demonstration ended before it said {sentence!r}:\n{told}")
    finally:
        watchdog.kill()
        watchdog.wait()


def ask(environment: dict) -> dict:
    script = Path(__file__).with_name("ledger.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def vigie(environment: dict, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "vigie.cli.main", *arguments]
    return subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def turned(lab: Path, phase: int) -> None:
    """Wait until the laboratory shows that phase."""
    until = time.monotonic() + 60
    while running.shown_phase(lab) != phase:
        assert time.monotonic() < until, f"the laboratory never turned to phase {phase}"
        time.sleep(0.05)


def follow(environment: dict, lab: Path, waiting: set) -> dict:
    """What a person does after the campaigns: declare what is not mended, then see a fault return and mend it."""
    gone = {(address, port) for _, address, port, *_ in waiting}

    def one(state: str) -> str:
        listed = json.loads(vigie(environment, "finding", "list", "--state", state, "--json").stdout)
        return str(next(row["finding"] for row in listed if (row["address"], row["port"]) not in gone))

    weak, mended = one("open"), one("closed")
    told = {"not-mended": vigie(environment, "finding", "fixed", weak).stdout}
    for phase, name, verb in ((1, "returned", "retest"), (2, "mended", "fixed")):
        vigie(environment, "lab", "mend", "--phase", str(phase))
        turned(lab, phase)
        told[name] = vigie(environment, "finding", verb, mended).stdout
    return told


def keys(weaknesses) -> set:
    return {
        (one.finess, one.address, one.port, one.kind, one.subject, " ".join(sorted(one.names))) for one in weaknesses
    }


def rows(listed) -> set:
    return {tuple(one) for one in listed}


PLAN = draw.make(draw.SEED, NETWORK)
FIRST, SECOND = keys(planted.expected(1, PLAN)), keys(planted.expected(2, PLAN))


def test_first_campaign_finds_all_that_was_planted_and_nothing_else(demonstration):
    first = demonstration.found["campaigns"][0]["id"]
    assert {tuple(key) for campaign, key in demonstration.found["detected"] if campaign == first} == FIRST


def test_second_campaign_leaves_open_what_is_still_weak_and_nothing_else(demonstration):
    assert rows(demonstration.found["open"]) == SECOND


def test_what_was_upgraded_is_closed_on_proof_and_what_vanished_waits(demonstration):
    closed, waiting = rows(demonstration.found["closed"]), rows(demonstration.found["waiting"])
    assert closed | waiting == FIRST - SECOND
    assert closed
    assert waiting
    assert demonstration.found["gone"] == []


def test_both_campaigns_finished(demonstration):
    assert [one["state"] for one in demonstration.found["campaigns"]] == ["finished", "finished"]


def test_every_planted_service_is_recognised(demonstration):
    expected = {
        (s.finess, s.address, s.port, s.name, s.service, s.vendor, s.product, s.version)
        for s in planted.expected_services(2, PLAN)
    }
    assert expected - rows(demonstration.found["services"]) == set()


def test_a_declaration_is_refuted_a_fault_that_returns_reopens_and_a_fix_is_closed_by_its_look(demonstration):
    followed = demonstration.followed
    assert "still there" in followed["not-mended"]
    assert followed["not-mended"].endswith("It is now acknowledged.\n")
    assert followed["returned"].endswith("It is now open.\n")
    assert "the correction is verified" in followed["mended"]
    assert followed["mended"].endswith("It is now closed, correction verified.\n")


def test_a_new_officer_goes_from_a_domain_to_three_things_to_do_in_a_browser(demonstration):
    told = demonstration.first_hour
    if told is None:
        pytest.skip("Chromium is not on this machine: the first hour is not walked")
    assert "Prove that it is yours" in told["domain"]
    assert "It is proved." in told["proof"]
    assert "Your director is told" in told["asked"]
    assert "All is ready for the first look." in told["signed"]
    assert "3 things to do today." in told["today"]
    assert "The domain lets anyone write in its name" in told["today"]
    assert told["today"].count("about ") == 3  # each with its time
    assert "What to do" in told["finding"]


def test_nothing_was_sent_where_no_mandate_allows_it(demonstration):
    assert demonstration.contacts == []


def test_every_kind_of_subject_has_a_level(demonstration):
    assert demonstration.found["levels"] == 3  # establishments, groups, territories


def test_readiness_tells_the_last_campaign(demonstration):
    last = demonstration.ready["last_campaign"]
    assert last["state"] == "finished"
    assert last["services"] > 500
    assert demonstration.ready["database"]["state"] == "ok"


def test_it_prints_one_link_and_ends_when_asked(demonstration):
    assert demonstration.told.count("/link/") == 1
    assert "Traceback" not in demonstration.told
    assert demonstration.exit_code == 0

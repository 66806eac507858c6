"""The chain of the audit trail on PostgreSQL: writers and sealers side by side, and one that dies."""

import json
import subprocess
import sys
from functools import partial

import psycopg
import pytest

from tests.apps.jobs.house import START_DJANGO, House, closing, environment, until
from tests.apps.jobs.processes import Running
from tests.services.conftest import select

pytestmark = pytest.mark.services
WRITERS, TRANSACTIONS, EACH = 4, 60, 5
WRITTEN = WRITERS * TRANSACTIONS * EACH
MANY = "from tests.apps.audit.many import seal_all, seal_for, write; "


@pytest.fixture(scope="module")
def ready(postgresql, tmp_path_factory):
    env = environment(tmp_path_factory.mktemp("home"), VIGIE_DATABASE_URL=postgresql)
    House(env, partial(select, postgresql)).migrate()
    return env


@pytest.fixture
def trail(ready, postgresql):
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("TRUNCATE audit_event, audit_seal RESTART IDENTITY")
    with closing(House(dict(ready), partial(select, postgresql))) as house:
        yield house


def begin(house, code):
    process = Running(house.env, code=START_DJANGO + MANY + code)
    house.started.append(process)
    return process


def writers(house, pause=0.004):
    return [
        begin(house, f"write('writer-{n}', {TRANSACTIONS}, each={EACH}, pause_seconds={pause})") for n in range(WRITERS)
    ]


def verified(house):
    """What `vigie audit verify` says, and how it ends."""
    command = [sys.executable, "-m", "vigie.cli.main", "audit", "verify", "--json"]
    told = subprocess.run(command, env=house.env, capture_output=True, text=True, timeout=60)
    return told.returncode, json.loads(told.stdout)


def sealed(house):
    return house.count("SELECT count(*) FROM audit_seal")


def test_writers_never_wait_for_the_sealer_and_the_chain_holds(trail):
    sealer = begin(trail, "seal_for(8)")
    for process in writers(trail):
        assert process.wait(timeout=60) == 0
    assert sealer.wait(timeout=60) == 0
    trail.run(MANY + "seal_all()")
    code, told = verified(trail)
    assert (code, told["holds"], told["sealed"], told["waiting"]) == (0, True, WRITTEN, 0)
    # Sealed in the order in which they became visible, which was not that of their numbers.
    backwards = (
        "SELECT count(*) FROM audit_seal a JOIN audit_seal b ON b.position = a.position + 1 WHERE b.event < a.event"
    )
    assert trail.count(backwards) > 0


def test_two_sealers_make_one_chain(trail):
    sealers = [begin(trail, "seal_for(8)") for _ in range(2)]
    for process in [*writers(trail), *sealers]:
        assert process.wait(timeout=60) == 0
    trail.run(MANY + "seal_all()")
    code, told = verified(trail)
    assert (code, told["sealed"], told["faults"]) == (0, WRITTEN, [])
    assert trail.count("SELECT count(DISTINCT event) FROM audit_seal") == WRITTEN
    assert trail.count("SELECT max(position) FROM audit_seal") == WRITTEN


def test_a_sealer_killed_in_the_middle_leaves_whole_links(trail):
    working = writers(trail)
    killed = begin(trail, "seal_for(60)")
    until(lambda: sealed(trail) > WRITTEN / 10)
    killed.kill()
    killed._process.join()
    code, told = verified(trail)
    assert (code, told["holds"]) == (0, True)
    for process in working:
        assert process.wait(timeout=60) == 0
    trail.run(MANY + "seal_all()")
    code, told = verified(trail)
    assert (code, told["sealed"], told["waiting"]) == (0, WRITTEN, 0)


def test_a_row_altered_by_hand_is_told(trail, postgresql):
    trail.run(MANY + "write('one', 3); seal_all()")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("UPDATE audit_event SET actor = 'Bruno' WHERE id = 7")
    code, told = verified(trail)
    assert code == 1
    assert [(fault["kind"], fault["event"]) for fault in told["faults"]] == [("altered", 7)]

"""The broker or the database goes away while workers run, and comes back."""

import signal
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.apps.jobs.contract import numbers
from tests.apps.jobs.house import until

from .cut import Wire

pytestmark = pytest.mark.services


@pytest.fixture
def through():
    """Give a wire to the service of a URL, and the URL that goes through it."""
    wires = []

    def lay(url):
        parts = urlsplit(url)
        wires.append(Wire(parts.hostname, parts.port))
        user = parts.netloc.rpartition("@")[0]
        return wires[-1], urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{wires[-1].port}"))

    yield lay
    for wire in wires:
        wire.close()


def test_a_broker_that_goes_and_comes_back_loses_and_doubles_nothing(house, rabbitmq, through):
    wire, house.env["VIGIE_BROKER_URL"] = through(rabbitmq)
    house.worker(first=("mark", numbers(20, seconds=0.2)))
    until(lambda: len(house.marks()) >= 3)
    wire.cut()
    house.env["VIGIE_BROKER_URL"] = rabbitmq
    house.enqueue("mark", [{"number": number} for number in range(20, 25)])
    wire.mend()
    until(lambda: house.done() == 25)
    assert house.marks() == list(range(25))


def test_without_any_broker_what_has_long_been_due_is_taken_from_the_ledger(house):
    house.env["VIGIE_BROKER_URL"] = "amqp://guest:guest@127.0.0.1:1//"
    due = (datetime.now(UTC) - timedelta(minutes=2)).isoformat()
    worker = house.worker(first=("mark", [{"number": number, "run_after": due} for number in range(4)]))
    until(lambda: house.done() == 4)
    assert house.marks() == [0, 1, 2, 3]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0


def test_a_database_that_goes_and_comes_back_loses_and_doubles_nothing(house, postgresql, through):
    wire, house.env["VIGIE_DATABASE_URL"] = through(postgresql)
    house.worker(first=("mark", numbers(20, seconds=0.2)))
    until(lambda: len(house.marks()) >= 3)
    wire.cut()
    before = house.marks()
    assert house.unfinished() > 0
    wire.mend()
    until(lambda: house.done() == 20)
    assert house.marks() == list(range(20))
    assert len(before) < 20

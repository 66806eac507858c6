"""One command stops everything: the file, the table, what waits, what runs."""

import time
from datetime import timedelta

import pytest

from tests.factories import MandateFactory
from vigie.apps.audit.models import Event
from vigie.apps.scans import actions, running
from vigie.apps.scans.models import Campaign, Service, StopOrder
from vigie.apps.scans.recording import record_host

LIMIT_SECONDS = 2.0  # the promise
ENDLESS = [f"127.62.2.{number}" for number in range(1, 9)]


def start(world, ports=(2121,)) -> Campaign:
    return actions.start_campaign(name="x", establishments=[world.establishment], ports=ports, by="test", now=world.now)


class Dribble:
    """A conversation that would last for ever: one byte at a time, until the other side has gone."""

    def __init__(self) -> None:
        self.last_alive = 0.0
        self.begun = 0

    def talk(self, handler) -> None:
        self.begun += 1
        while True:
            handler.wfile.write(b"2")
            self.last_alive = time.monotonic()
            time.sleep(0.002)


def by_the_table(now) -> None:
    actions.stop_everything(by="Aline", reason="slow VPN", now=now)
    actions.stop_file().unlink()  # as seen from another machine


def by_the_file(now) -> None:
    actions.stop_file().write_text(f"stop {now}")


@pytest.mark.parametrize("order", [by_the_table, by_the_file], ids=lambda order: order.__name__)
def test_all_traffic_ends_within_two_seconds(world, ftp, monkeypatch, order):
    ftp("127.62.2.100", "220 (vsFTPd 3.0.5)")
    dribble = Dribble()
    for address in ENDLESS:
        ftp(address).talk = dribble.talk
    for address in [*ENDLESS, "127.62.2.100"]:
        world.declare(address)
    ordered = []

    def record_then_stop(**arguments: object) -> bool:
        done = record_host(**arguments)
        if not ordered:
            order(world.now)
            ordered.append(time.monotonic())
        return done

    monkeypatch.setattr(running, "record_host", record_then_stop)
    campaign = start(world)
    running.run_shard(campaign.shards.get().pk, scanner=world.scanner())
    ended = time.monotonic()
    assert dribble.begun > 0
    assert ended - ordered[0] < LIMIT_SECONDS
    assert dribble.last_alive - ordered[0] < LIMIT_SECONDS
    campaign.refresh_from_db()
    assert (campaign.state, campaign.shards.get().state) == ("stopped", "stopped")
    assert Service.objects.filter(address="127.62.2.100").exists()  # what was seen before is kept


def test_nothing_starts_while_a_stop_is_in_force(world, ftp):
    server = ftp("127.62.2.101")
    world.declare("127.62.2.101")
    waiting = start(world)
    actions.stop_everything(by="Aline", reason="", now=world.now)
    with pytest.raises(actions.StopInForce):
        start(world)
    running.run_shard(waiting.shards.get().pk, scanner=world.scanner())
    waiting.refresh_from_db()
    assert (server.connections, waiting.state, waiting.shards.get().state) == (0, "stopped", "stopped")


def test_a_shard_that_begins_during_a_stop_sends_nothing(world, ftp):
    server = ftp("127.62.2.102")
    world.declare("127.62.2.102")
    campaign = start(world)
    StopOrder.objects.create(ordered_at=world.now, ordered_by="Bruno")
    running.run_shard(campaign.shards.get().pk, scanner=world.scanner())
    assert (server.connections, campaign.shards.get().state) == (0, "stopped")


def test_a_second_order_is_the_first_one(world):
    first = actions.stop_everything(by="Aline", reason="", now=world.now)
    assert actions.stop_everything(by="Bruno", reason="", now=world.now) == first
    assert Event.objects.filter(kind="stop-ordered").count() == 1


def test_a_lifted_stop_lets_campaigns_start_again(world, ftp):
    ftp("127.62.2.103")
    world.declare("127.62.2.103")
    actions.stop_everything(by="Aline", reason="", now=world.now)
    assert actions.stop_file().exists()
    assert actions.lift_stop(by="Aline", now=world.now) == 1
    assert not actions.stop_file().exists()
    assert world.look().state == "finished"
    assert actions.lift_stop(by="Aline", now=world.now) == 0


def test_a_folder_that_cannot_be_written_does_not_prevent_the_order(world, monkeypatch, tmp_path):
    monkeypatch.setattr(actions, "stop_file", lambda: tmp_path / "missing" / "STOP")
    order = actions.stop_everything(by="Aline", reason="", now=world.now)
    assert order.lifted_at is None
    assert "No such file" in Event.objects.get(kind="stop-ordered").detail["file_trouble"]


def test_a_stopped_campaign_closes_nothing_by_absence(world, ftp):
    server = ftp("127.62.2.104")
    world.declare("127.62.2.104")
    world.look()
    server.stop()
    other = MandateFactory(valid_until=world.now + timedelta(days=1)).establishment
    campaign = actions.start_campaign(
        name="x", establishments=[world.establishment, other], ports=[2121], by="test", now=world.now
    )
    running.run_shard(campaign.shards.get(establishment=world.establishment).pk, scanner=world.scanner())
    actions.stop_everything(by="Aline", reason="", now=world.now)
    campaign.refresh_from_db()
    assert campaign.state == "stopped"
    assert Service.objects.get().absences == 0

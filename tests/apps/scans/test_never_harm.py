"""What a campaign spares and waits for, against real servers: the servers count who came."""

import socket
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest

from tests.factories import EstablishmentFactory, MandateFactory
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding
from vigie.apps.jobs.failures import Interrupted
from vigie.apps.jobs.models import Job
from vigie.apps.scans import actions, running, tasks
from vigie.apps.scans.models import Look, Pause, Service, Unlooked
from vigie.apps.scans.pausing import Pauses
from vigie.probes.breaker import PAUSED, PauseFile
from vigie.probes.breaker import Pause as Noticed
from vigie.probes.datagrams import DATAGRAMS
from vigie.probes.stop import StopSignal

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CLOSED_NOW = [{"days": [0], "from": "22:00", "to": "23:00"}]  # the world's Monday morning is outside of it


def start(world, **options):
    given = {"name": "look", "establishments": [world.establishment], "ports": (2121,), "by": "test", "now": world.now}
    return actions.start_campaign(**given | options)


def run(world, campaign) -> None:
    running.run_shard(campaign.shards.get().pk, scanner=world.scanner())


# --- hosts that stopped answering


def test_a_host_that_another_machine_paused_is_left_alone_and_says_so(world, ftp):
    server = ftp("127.62.7.1")
    world.declare("127.62.7.1")
    Pause.objects.create(establishment=EstablishmentFactory(), address="127.62.7.1", since=world.now - HOUR)
    shard = world.look().shards.get()
    assert server.connections == 0
    assert shard.unlooked == {PAUSED: 1}
    row = Unlooked.objects.get()
    assert (row.address, row.ports, row.reason) == ("127.62.7.1", [2121], PAUSED)


def test_a_pause_ends_after_a_day_and_the_host_is_looked_at_again(world, ftp):
    server = ftp("127.62.7.1")
    world.declare("127.62.7.1")
    Pause.objects.create(establishment=world.establishment, address="127.62.7.1", since=world.now)
    world.look(after=DAY)
    assert server.connections > 0


def test_a_look_without_database_pauses_the_campaigns_of_its_machine_and_it_is_noted(world, ftp):
    server = ftp("127.62.7.1")
    world.declare("127.62.7.1")
    PauseFile(actions.stop_file().with_name("PAUSED")).add(Noticed("127.62.7.1", world.now))
    campaign = world.look()
    assert server.connections == 0
    pause = Pause.objects.get()
    assert (pause.establishment, pause.shard.campaign, pause.until) == (world.establishment, campaign, world.now + DAY)
    assert Event.objects.get(kind="host-paused").detail["address"] == "127.62.7.1"


def test_what_a_look_pauses_is_written_for_people_and_for_the_other_looks(world):
    world.declare("127.62.7.1")
    shard = start(world).shards.get()
    pauses = Pauses(shard, actions.stop_file())
    pauses.begin(["127.62.7.1"], world.now)
    for _ in range(2):
        pauses.breaker.unanswered("127.62.7.1", world.now)
    pauses.note(world.now)
    assert Pause.objects.get().shard == shard
    other = Pauses(shard, actions.stop_file().parent / "elsewhere" / "STOP")
    other.begin(["127.62.7.1"], world.now)
    assert other.breaker.is_paused("127.62.7.1", world.now)


def test_a_pause_that_comes_during_a_look_is_obeyed_by_it(world):
    world.declare("127.62.7.1")
    pauses = Pauses(start(world).shards.get(), actions.stop_file())
    pauses.begin(["127.62.7.1"], world.now)
    Pause.objects.create(establishment=EstablishmentFactory(), address="127.62.7.1", since=world.now)
    pauses.refresh(world.now)
    assert pauses.breaker.is_paused("127.62.7.1", world.now)


# --- services without connections


@contextmanager
def telephone(address: str):
    """A SIP server over datagrams, until `answers` is emptied."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, DATAGRAMS["sip"].port))
        answers = [b"SIP/2.0 200 OK\r\nServer: Asterisk PBX 16.28.0\r\n"]

        def serve() -> None:
            while True:
                question, peer = sock.recvfrom(4096)
                if not question:
                    return
                call = next((line for line in question.split(b"\r\n") if line.startswith(b"Call-ID")), b"")
                for answer in answers:
                    sock.sendto(answer + call + b"\r\n\r\n", peer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield answers
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
                waking.sendto(b"", (address, DATAGRAMS["sip"].port))
            thread.join(5)


def look_at_telephones(world, *, after: timedelta = timedelta(0)):
    world.now += after
    campaign = start(world, datagrams=("sip",), ports=(2121,))
    run(world, campaign)
    return campaign


@pytest.fixture
def hasty(world, monkeypatch):
    """Half a tenth of a second for a datagram: silence is waited for."""
    plain = type(world).scanner

    def scanner(self):
        from dataclasses import replace

        given = plain(self)
        return replace(given, settings=replace(given.settings, timeouts=replace(given.settings.timeouts, connect=0.1)))

    monkeypatch.setattr(type(world), "scanner", scanner)
    return world


def test_a_campaign_asks_services_without_connections_and_keeps_their_transport(hasty):
    hasty.declare("127.62.7.2")
    with telephone("127.62.7.2") as answers:
        campaign = look_at_telephones(hasty)
        service = Service.objects.get()
        assert (service.transport, service.port, service.service) == ("udp", 5060, "sip")
        assert Look.objects.get().open_ports == []  # of TCP
        answers.clear()
        campaign = look_at_telephones(hasty, after=DAY)
        assert campaign.shards.get().unknowns == {"no answer to a question without connection": 1}
        look_at_telephones(hasty, after=DAY)
    service.refresh_from_db()
    assert (service.ended_at, service.absences) == (None, 0)  # silence proves nothing, however often


def test_a_host_that_says_that_nothing_listens_there_any_more_ends_it_after_two_looks(hasty):
    hasty.declare("127.62.7.2")
    with telephone("127.62.7.2"):
        look_at_telephones(hasty)
    for absences in (1, 2):
        look_at_telephones(hasty, after=DAY)
        service = Service.objects.get()
        assert service.absences == absences
    assert service.end_reason == "no longer observed"


def test_a_closed_tcp_port_says_nothing_of_the_datagrams_of_its_number(world):
    world.declare("127.62.7.2")
    Service.objects.create(
        establishment=world.establishment, address="127.62.7.2", port=2121, transport="udp", service="dns",
        answer="answered", first_seen=world.now, last_confirmed=world.now, facts_sha256="",
    )  # fmt: skip
    world.look(after=DAY)
    world.look(after=DAY)
    assert Service.objects.get().absences == 0


# --- windows, pauses, stops


@pytest.fixture
def by_night(world):
    world.establishment.mandates.all().delete()
    MandateFactory(establishment=world.establishment, intensity="brisk", windows=CLOSED_NOW)
    return world


def test_a_shard_that_meets_a_closed_window_waits_for_the_next_one_and_goes_on(by_night, ftp):
    server = ftp("127.62.7.3")
    by_night.declare("127.62.7.3")
    campaign = start(by_night)
    run(by_night, campaign)
    shard = campaign.shards.get()
    assert (shard.state, shard.attempts, server.connections) == ("waiting", 0, 0)
    assert shard.waits_until.isoformat() == "2026-11-23T22:00:00+01:00" or shard.waits_until.hour == 21
    campaign.refresh_from_db()
    assert campaign.state == "running"
    by_night.now = shard.waits_until
    run(by_night, campaign)
    shard.refresh_from_db()
    campaign.refresh_from_db()
    assert (shard.state, shard.hosts_done, campaign.state) == ("done", 1, "finished")
    assert server.connections > 0


def test_a_window_that_closes_in_the_middle_leaves_the_rest_for_the_next_one(by_night, ftp):
    ftp("127.62.7.3")
    second = ftp("127.62.7.4")
    by_night.declare("127.62.7.3")
    campaign = start(by_night)
    by_night.now = campaign.started_at.replace(hour=21, minute=30)
    run(by_night, campaign)
    assert campaign.shards.get().state == "done"
    by_night.declare("127.62.7.4")
    another = start(by_night, now=by_night.now)
    by_night.now = by_night.now.replace(hour=22, minute=1)
    run(by_night, another)
    assert (another.shards.get().state, second.connections) == ("waiting", 0)
    assert another.shards.get().waits_until == by_night.now.replace(day=30, hour=21, minute=0)


def test_the_minute_healer_asks_for_a_waiting_shard_when_its_window_opens_and_not_before(by_night, monkeypatch):
    by_night.declare("127.62.7.3")
    campaign = start(by_night)
    run(by_night, campaign)
    Job.objects.all().delete()
    for moment, jobs in ((by_night.now, 0), (campaign.shards.get().waits_until, 1)):
        monkeypatch.setattr(tasks.timezone, "now", lambda moment=moment: moment)
        tasks.heal_campaigns.call()
        assert Job.objects.filter(unique_key__startswith="shard:").count() == jobs


def test_when_no_window_opens_before_the_mandate_ends_it_is_told_and_the_campaign_ends(world, ftp):
    server = ftp("127.62.7.3")
    world.establishment.mandates.all().delete()
    MandateFactory(
        establishment=world.establishment, windows=CLOSED_NOW, valid_until=world.now + HOUR, intensity="brisk"
    )
    world.declare("127.62.7.3")
    campaign = world.look()
    shard = campaign.shards.get()
    assert (campaign.state, shard.state, shard.unlooked) == ("finished", "done", {"outside the window": 1})
    assert server.connections == 0


def test_a_campaign_that_is_paused_goes_on_where_it_was(world, ftp):
    server = ftp("127.62.7.5")
    world.declare("127.62.7.5")
    campaign = start(world)
    actions.pause_campaign(campaign=campaign, by="test", now=world.now)
    run(world, campaign)
    assert (campaign.shards.get().state, server.connections) == ("waiting", 0)
    actions.resume_campaign(campaign=campaign, by="test", now=world.now)
    assert Job.objects.filter(unique_key=f"shard:{campaign.shards.get().pk}").exists()
    run(world, campaign)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.shards.get().state) == ("finished", "done")
    assert [e.kind for e in Event.objects.filter(kind__in=["campaign-paused", "campaign-resumed"]).order_by("pk")] == [
        "campaign-paused",
        "campaign-resumed",
    ]


def test_a_campaign_that_was_stopped_can_go_on_with_what_was_left_and_only_that(world, ftp):
    done, left = ftp("127.62.7.5"), ftp("127.62.7.6")
    world.declare("127.62.7.5")
    campaign = world.look()
    before = done.connections
    world.declare("127.62.7.6")
    shard = campaign.shards.get()
    actions.stop_everything(by="test", reason="", now=world.now)
    type(shard).objects.filter(pk=shard.pk).update(state="stopped", hosts=2)
    type(campaign).objects.filter(pk=campaign.pk).update(state="stopped")
    with pytest.raises(actions.StopInForce):
        actions.resume_campaign(campaign=campaign, by="test", now=world.now)
    actions.lift_stop(by="test", now=world.now)
    actions.resume_campaign(campaign=campaign, by="test", now=world.now)
    run(world, campaign)
    campaign.refresh_from_db()
    assert campaign.state == "finished"
    assert done.connections == before
    assert left.connections > 0


def test_a_campaign_that_ended_cannot_be_paused_nor_go_on(world):
    world.declare("127.62.7.5")
    campaign = world.look()
    for act in (actions.pause_campaign, actions.resume_campaign):
        with pytest.raises(actions.NotRunning):
            act(campaign=campaign, by="test", now=world.now)


def test_a_stop_ends_what_waits_for_a_window_and_what_is_paused_and_counts_what_is_left(by_night):
    by_night.declare("127.62.7.3")
    waiting, paused = start(by_night), start(by_night)
    run(by_night, waiting)
    actions.pause_campaign(campaign=paused, by="test", now=by_night.now)
    actions.stop_everything(by="test", reason="", now=by_night.now)
    for campaign in (waiting, paused):
        campaign.refresh_from_db()
        assert campaign.state == "stopped"
    assert waiting.shards.get().unlooked == {"stopped": 1}


def test_a_worker_killed_in_the_middle_repeats_no_host(world, ftp, monkeypatch):
    one, two = ftp("127.62.7.7"), ftp("127.62.7.8")
    world.declare("127.62.7.7")
    world.declare("127.62.7.8")
    campaign = start(world)
    seen: list[str] = []
    record = running.record_host

    def killed(**given):
        if seen:
            raise Interrupted
        seen.append(given["host"].address)
        return record(**given)

    monkeypatch.setattr(running, "record_host", killed)
    with pytest.raises(Interrupted):
        run(world, campaign)
    monkeypatch.undo()
    done = one if seen == ["127.62.7.7"] else two
    before = done.connections
    run(world, campaign)
    assert campaign.shards.get().state == "done"
    assert done.connections == before
    assert Look.objects.count() == 2


def test_two_campaigns_on_one_target_share_its_budget(world, ftp):
    """Both looks take from the one budget that this process has for an address."""
    from vigie.probes.pace import process_pace
    from vigie.probes.scope import Intensity

    first, second = process_pace(), process_pace()
    assert first.take("127.62.7.99", Intensity.GENTLE) == 0.0
    assert 0.3 < second.take("127.62.7.99", Intensity.GENTLE) <= 0.5


def test_a_clock_that_jumps_back_during_a_look_ends_it_well(world, ftp):
    ftp("127.62.7.5")
    world.declare("127.62.7.5")
    world.look()
    campaign = world.look(after=-HOUR)
    assert campaign.state in {"finished", "held"}
    assert Finding.objects.filter(closed_at__isnull=False).count() == 0
    assert StopSignal().reason == ""

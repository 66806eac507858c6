"""From a mandate to a level, against real servers: what a campaign brings, and what a second one changes."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from tests.factories import EstablishmentFactory
from vigie.apps.findings.models import Finding
from vigie.apps.jobs.models import Job
from vigie.apps.observatory.actions import compute_around
from vigie.apps.observatory.models import Level
from vigie.apps.scans import actions, running
from vigie.apps.scans.models import Campaign, Look, RawAnswer, Service
from vigie.apps.scans.recording import record_host

DAY = timedelta(days=1)
SOUND = "220 (vsFTPd 3.0.5)"


def kinds(finding: Finding) -> list[str]:
    return list(finding.events.order_by("pk").values_list("kind", flat=True))


def test_a_weak_server_is_seen_found_and_counted(world, ftp):
    ftp("127.62.0.1", auth_tls=False)
    world.declare("127.62.0.1")
    world.declare("127.62.0.2")  # nobody there
    campaign = world.look()
    assert campaign.state == "finished"
    shard = campaign.shards.get()
    assert (shard.state, shard.hosts, shard.hosts_done, shard.hosts_reached) == ("done", 2, 2, 2)
    assert shard.services_found == shard.services_new == 1
    service = Service.objects.get()
    assert (service.address, service.port, service.service, service.answer) == ("127.62.0.1", 2121, "ftp", "answered")
    assert (service.pair.vendor, service.pair.version) == ("vsftpd_project", "2.3.4")
    assert RawAnswer.objects.filter(service=service).exists()
    product, check = Finding.objects.order_by("-kind")
    assert (product.subject, product.exploited, product.seen_version) == ("vsftpd_project:vsftpd", False, "2.3.4")
    assert "CVE-2011-2523" in product.vulnerabilities.values_list("cve", flat=True)
    assert (check.subject, check.state, check.evidence != []) == ("ftp-no-tls", "open", True)
    compute_around(establishment_ids=[world.establishment.pk], now=world.now)
    level = Level.objects.current().get(subject_kind="establishment")
    assert (level.known, level.total, level.letter) == (3, 3, "A")
    assert level.low < 100
    assert Level.objects.filter(subject_kind="territory").count() == 2


def test_an_upgrade_closes_with_the_look_as_proof(world, ftp):
    server = ftp("127.62.0.3")
    world.declare("127.62.0.3")
    world.look()
    server.greeting = SOUND
    world.look(after=timedelta(hours=1))
    finding = Finding.objects.get()
    assert (finding.state, finding.close_reason) == ("closed", "sound_version")
    event = finding.events.get(kind="closed")
    assert event.look == Look.objects.latest("pk")
    assert event.detail["version"] == "3.0.5"
    with override("en"):
        assert event.reason == "a version that is not affected was seen"
    assert [row.end_reason for row in Service.objects.order_by("pk")] == ["changed", ""]
    assert finding.links.filter(ended_at=None).count() == 0


def test_the_same_again_only_confirms(world, ftp):
    ftp("127.62.0.4")
    world.declare("127.62.0.4")
    world.look()
    first = Service.objects.get()
    world.look(after=timedelta(hours=1))
    service, finding = Service.objects.get(), Finding.objects.get()
    assert service.pk == first.pk
    assert service.last_confirmed - service.first_seen == timedelta(hours=1)
    assert finding.last_confirmed == service.last_confirmed
    assert kinds(finding) == ["detected"]
    assert RawAnswer.objects.filter(service=service).values("look").distinct().count() == 1


def test_what_vanished_waits_for_a_second_absence_a_day_later(world, ftp):
    server = ftp("127.62.0.5")
    world.declare("127.62.0.5")
    world.look()
    server.stop()
    world.look(after=timedelta(hours=1))
    finding = Finding.objects.get()
    assert (finding.state, finding.absences, kinds(finding)) == ("open", 1, ["detected", "absent"])
    world.look(after=timedelta(hours=2))  # too soon
    assert Finding.objects.get().state == "open"
    world.look(after=DAY)
    finding = Finding.objects.get()
    assert (finding.state, finding.close_reason) == ("no_longer_observed", "not_observed")
    assert Service.objects.get().end_reason == "no longer observed"


def test_what_comes_back_reopens_with_its_first_date(world, ftp):
    server = ftp("127.62.0.6")
    world.declare("127.62.0.6")
    world.look()
    first_seen = Finding.objects.get().first_seen
    server.greeting = SOUND
    world.look(after=DAY)
    server.greeting = "220 (vsFTPd 2.3.4)"
    world.look(after=DAY)
    finding = Finding.objects.get()
    assert (finding.state, finding.reopened, finding.first_seen) == ("open", 1, first_seen)
    assert (finding.closed_at, finding.close_reason) == (None, "")
    assert kinds(finding) == ["detected", "closed", "reopened", "changed"] or kinds(finding)[:3] == [
        "detected",
        "closed",
        "reopened",
    ]
    assert finding.links.filter(ended_at=None).count() == 1


def test_an_absence_that_ends_is_forgotten(world, ftp):
    server = ftp("127.62.0.7")
    world.declare("127.62.0.7")
    world.look()
    server.stop()
    world.look(after=DAY)
    server.start()
    world.look(after=DAY)
    finding = Finding.objects.get()
    assert (finding.state, finding.absences, finding.absent_since) == ("open", 0, None)
    assert kinds(finding) == ["detected", "absent", "seen_again"]
    server.stop()
    world.look(after=DAY)
    assert Finding.objects.get().state == "open"


def test_silence_changes_nothing(world, ftp):
    server = ftp("127.62.0.8")
    world.declare("127.62.0.8")
    world.look()
    server.talk = lambda handler: handler.rfile.read(1)  # accepts, and says nothing
    world.look(after=DAY)
    campaign = world.look(after=DAY)
    service, finding = Service.objects.get(), Finding.objects.get()
    assert (service.answer, finding.state, finding.absences) == ("answered", "open", 0)
    assert service.last_confirmed == service.first_seen
    assert campaign.shards.get().unknowns != {}


def test_another_product_in_its_place_closes(world, ftp):
    server = ftp("127.62.0.9")
    world.declare("127.62.0.9")
    world.look()
    server.greeting = "220 ProFTPD 1.3.8c Server (depot) [127.62.0.9]"
    world.look(after=DAY)
    finding = Finding.objects.get(subject="vsftpd_project:vsftpd")
    assert (finding.state, finding.close_reason) == ("closed", "other_product")


def test_a_hidden_version_closes_nothing(world, ftp):
    server = ftp("127.62.0.10")
    world.declare("127.62.0.10")
    world.look()
    server.greeting = "220 Welcome"
    world.look(after=DAY)
    assert Finding.objects.get(kind="product").state == "open"


def test_an_establishment_without_mandate_is_listed_and_left_alone(world, ftp):
    server = ftp("127.62.0.11")
    other = EstablishmentFactory()
    campaign = actions.start_campaign(name="x", establishments=[other], ports=[2121], by="test", now=world.now)
    assert campaign.not_looked == [{"establishment": other.pk, "finess": other.finess, "reason": "no mandate"}]
    assert (campaign.state, campaign.shards.count(), server.connections) == ("finished", 0, 0)


def test_a_mandate_withdrawn_after_the_start_is_obeyed(world, ftp):
    server = ftp("127.62.0.12")
    world.declare("127.62.0.12")
    campaign = actions.start_campaign(
        name="x", establishments=[world.establishment], ports=[2121], by="test", now=world.now
    )
    world.establishment.mandates.update(withdrawn_at=world.now, withdrawn_by="director")
    running.run_shard(campaign.shards.get().pk, scanner=world.scanner())
    assert server.connections == 0
    assert Service.objects.count() == 0
    assert list(campaign.shards.get().unlooked) == ["no mandate in force"]


def test_a_killed_shard_goes_on_where_it_was_and_records_nothing_twice(world, ftp, monkeypatch):
    for number in (21, 22, 23):
        ftp(f"127.62.0.{number}")
        world.declare(f"127.62.0.{number}")
    campaign = actions.start_campaign(
        name="x", establishments=[world.establishment], ports=[2121], by="test", now=world.now
    )
    shard = campaign.shards.get()
    recorded = []

    def dies_after_the_first(**arguments: object) -> bool:
        if recorded:
            raise RuntimeError("killed")
        recorded.append(arguments)
        return record_host(**arguments)

    monkeypatch.setattr(running, "record_host", dies_after_the_first)
    with pytest.raises(RuntimeError, match="killed"):
        running.run_shard(shard.pk, scanner=world.scanner())
    shard.refresh_from_db()
    assert (shard.state, shard.hosts_done, Look.objects.count()) == ("waiting", 1, 1)
    monkeypatch.undo()
    running.run_shard(shard.pk, scanner=world.scanner())
    running.run_shard(shard.pk, scanner=world.scanner())  # a message delivered twice
    shard.refresh_from_db()
    assert (shard.state, shard.hosts, shard.hosts_done, shard.services_found) == ("done", 3, 3, 3)
    assert Look.objects.count() == Service.objects.count() == Finding.objects.count() == 3
    assert Campaign.objects.get().state == "finished"
    assert Job.objects.filter(unique_key=f"levels:campaign:{campaign.pk}").count() == 1


def test_a_shard_that_always_breaks_fails_and_lets_the_campaign_end(world, monkeypatch):
    world.declare("127.62.0.13")
    campaign = actions.start_campaign(
        name="x", establishments=[world.establishment], ports=[2121], by="test", now=world.now
    )
    shard = campaign.shards.get()

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(running, "perimeter_of", breaks)
    for _ in range(running.MAX_ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            running.run_shard(shard.pk, scanner=world.scanner())
    running.run_shard(shard.pk, scanner=world.scanner())
    shard.refresh_from_db()
    campaign.refresh_from_db()
    assert (shard.state, shard.error, campaign.state) == ("failed", "RuntimeError: no memory", "finished")


@pytest.mark.parametrize("ports", [[], [0], [65536], [22, 70000]], ids=str)
def test_what_is_not_a_port_is_refused(world, ports):
    with pytest.raises(actions.NothingToAsk):
        actions.start_campaign(name="x", establishments=[world.establishment], ports=ports, by="t", now=world.now)

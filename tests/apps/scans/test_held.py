"""A run that suddenly sees far less, or far more, waits for a person and closes nothing by absence."""

from datetime import timedelta

import pytest

from tests.factories import EstablishmentFactory, MandateFactory, ServiceFactory, ShardFactory
from vigie.apps.findings.models import Finding
from vigie.apps.scans import actions
from vigie.apps.scans.enums import ShardState
from vigie.apps.scans.models import Campaign, Look, Service, Shard
from vigie.apps.scans.settling import close_campaign, weigh_shard

DAY = timedelta(days=1)
ADDRESSES = [f"127.62.1.{number}" for number in range(1, 7)]


@pytest.fixture
def emptied(world, ftp):
    """Six servers seen, then four of them gone at once."""
    servers = [ftp(address) for address in ADDRESSES]
    for address in ADDRESSES:
        world.declare(address)
    world.look()
    for server in servers[:4]:
        server.stop()
    return world


def test_a_fall_of_more_than_three_and_thirty_percent_is_held(emptied):
    campaign = emptied.look(after=DAY)
    assert campaign.state == "held"
    assert campaign.held_reason.endswith("open ports: 6 at the last look, 2 at this one")
    assert emptied.establishment.name in campaign.held_reason
    assert Service.objects.filter(absences__gt=0).count() == 0
    assert Finding.objects.filter(absences__gt=0).count() == 0


@pytest.mark.parametrize(("real", "absences"), [(True, 1), (False, 0)], ids=["it-is-so", "the-scanner-was-wrong"])
def test_a_person_says_whether_the_absences_are_real(emptied, real, absences):
    campaign = emptied.look(after=DAY)
    actions.judge_held(campaign=campaign, absences_are_real=real, by="Aline", now=emptied.now)
    campaign.refresh_from_db()
    assert campaign.state == "finished"
    gone = Service.objects.filter(address__in=ADDRESSES[:4])
    assert [row.absences for row in gone] == [absences] * 4
    with pytest.raises(actions.NotHeld):
        actions.judge_held(campaign=campaign, absences_are_real=real, by="Bruno", now=emptied.now)


def test_three_fewer_is_not_a_fall(world, ftp):
    servers = [ftp(address) for address in ADDRESSES[:4]]
    for address in ADDRESSES[:4]:
        world.declare(address)
    world.look()
    for server in servers[:3]:
        server.stop()
    assert world.look(after=DAY).state == "finished"
    assert Service.objects.filter(absences=1).count() == 3


def shard_of(campaign: Campaign, establishment, open_ports: list[int], **words: object) -> Shard:
    """A shard of one host, as if it had been looked at."""
    shard = ShardFactory(
        campaign=campaign, establishment=establishment, started_at=campaign.started_at, ended_at=campaign.started_at
    )
    Look.objects.create(
        shard=shard,
        address="127.62.1.200",
        started_at=campaign.started_at,
        ended_at=campaign.started_at,
        reached=True,
        open_ports=open_ports,
        refused_ports=[port for port in range(1, 60) if port not in open_ports],
        **words,
    )
    return shard


def campaign_at(when, state: str = "running") -> Campaign:
    return Campaign.objects.create(name="x", started_at=when, started_by="t", state=state)


def test_a_host_that_answers_on_every_port_is_held(db, now):
    establishment = EstablishmentFactory()
    shard_of(campaign_at(now - DAY, "finished"), establishment, [22])
    after = shard_of(campaign_at(now), establishment, list(range(1, 40)))
    assert "is something answering for everything?" in weigh_shard(after, now)


def test_ports_that_were_not_asked_both_times_are_not_compared(db, now):
    establishment = EstablishmentFactory()
    shard_of(campaign_at(now - DAY, "finished"), establishment, [22, 70, 71, 72, 73, 74, 75])
    after = shard_of(campaign_at(now), establishment, [22])
    assert weigh_shard(after, now) == ""


def test_hosts_that_were_not_asked_this_time_have_not_fallen(db, now):
    """The mandate's window was closed: nothing is known, nothing is in doubt."""
    establishment = EstablishmentFactory()
    shards = []
    for days, reached in ((1, True), (0, False)):
        shard = ShardFactory(
            campaign=campaign_at(now - days * DAY), establishment=establishment, started_at=now - days * DAY
        )
        shards.append(shard)
        for number in range(6):
            Look.objects.create(
                shard=shard,
                address=f"127.62.1.{number}",
                started_at=now,
                ended_at=now,
                reached=reached,
                open_ports=[22] if reached else [],
                not_asked_ports=[] if reached else [22],
                not_asked_reason="" if reached else "outside the window",
            )
    assert weigh_shard(shards[1], now) == ""


def test_absences_that_would_end_too_many_findings_wait(world, now):
    """Few services, many findings on one of them."""
    service = ServiceFactory(establishment=world.establishment, address="127.62.1.200", port=22, pair=None)
    for number in range(5):
        Finding.objects.create(
            establishment=world.establishment,
            service=service,
            address=service.address,
            port=22,
            names=[""],
            kind="check",
            subject=f"check-{number}",
            severity="low",
            first_seen=now - 9 * DAY,
            last_confirmed=now - 9 * DAY,
            deadline=now,
            policy="deadlines-2026-01-01",
            absences=1,
            absent_since=now - 2 * DAY,
        )
    shard = shard_of(campaign_at(now), world.establishment, [], absent=[{"port": 22, "name": ""}])
    assert weigh_shard(shard, now) == "5 of 5 findings would end by absence"


def test_when_most_establishments_are_in_doubt_nothing_counts(db, now):
    campaign = campaign_at(now)
    for number in range(5):
        establishment = MandateFactory().establishment
        service = ServiceFactory(establishment=establishment, address="127.62.1.200", port=22, pair=None)
        shard = shard_of(campaign, establishment, [], absent=[{"port": 22, "name": ""}])
        if number:
            Shard.objects.filter(pk=shard.pk).update(held_reason="open ports: 9 at the last look, 0 at this one")
        assert service.absences == 0
    assert close_campaign(campaign.pk, now=now)
    campaign.refresh_from_db()
    assert campaign.state == "held"
    assert campaign.held_reason.startswith("most of the run is in doubt (4 of 5)")
    assert not Service.objects.filter(absences__gt=0).exists()


def test_only_the_last_shard_ends_the_campaign_and_only_once(db, now):
    campaign = campaign_at(now)
    first, last = (ShardFactory(campaign=campaign, state="waiting", started_at=now) for _ in range(2))
    assert not close_campaign(campaign.pk, now=now)
    Shard.objects.filter(pk__in=[first.pk, last.pk]).update(state=ShardState.DONE)
    assert close_campaign(campaign.pk, now=now)
    assert not close_campaign(campaign.pk, now=now)

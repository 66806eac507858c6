"""What discovery proposes comes from certificates and resolvers; no packet goes to what it proposes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.factories import AssetFactory, EstablishmentFactory, ServiceFactory
from tests.probes.dns_server import resolving
from tests.probes.servers import listening
from vigie.apps.assets.models import Asset, Mandate, Proposal
from vigie.apps.jobs.models import Job
from vigie.apps.registry.models import Establishment
from vigie.apps.scans import discovery, tasks
from vigie.apps.scans.models import Campaign, Shard
from vigie.config.schedules import SCHEDULES

pytestmark = pytest.mark.django_db
NAMES = {
    "valmorne.example": ("198.51.100.20", "MX 10 mx.valmorne.example.", "MX 20 mx.hebergeur.example."),
    "9.0.0.127.in-addr.arpa": ("PTR passerelle.valmorne.example.",),
}
CERTIFICATE = {
    "protocol": "TLSv1.3",
    "certificate": {"names": ["vpn.valmorne.example", "*.valmorne.example", "cdn.autre.example", "127.0.0.9"]},
}


@pytest.fixture
def owner():
    owner = AssetFactory(kind="domain", value="valmorne.example").establishment
    AssetFactory(establishment=owner, value="127.0.0.9")
    ServiceFactory(establishment=owner, address="127.0.0.9", port=443, facts={"tls": CERTIFICATE})
    return owner


def discover(owner, now, names=NAMES):
    with resolving(names) as resolver:
        return discovery.discover(establishment_id=owner.pk, resolvers=(resolver,), now=now)


def proposed(owner):
    return set(Proposal.objects.filter(establishment=owner).values_list("value", "source", "told"))


def test_each_source_proposes_what_it_leads_to(owner, now):
    assert discover(owner, now) == 5
    assert proposed(owner) == {
        ("vpn.valmorne.example", "certificate", "127.0.0.9:443"),
        ("198.51.100.20", "dns", "valmorne.example"),
        ("mx.valmorne.example", "mx", "valmorne.example"),
        ("mx.hebergeur.example", "mx", "valmorne.example"),
        ("passerelle.valmorne.example", "reverse_dns", "127.0.0.9"),
    }
    assert discover(owner, now + timedelta(days=1)) == 0


def test_a_resolver_that_fails_proposes_nothing_and_takes_nothing_back(owner, now):
    discover(owner, now)
    assert discover(owner, now, names={}) == 0
    assert len(proposed(owner)) == 5


def test_nothing_that_is_proposed_is_contacted(owner, now, world):
    """Real servers count their visitors: one at what is proposed, one at what is declared, to prove that a look ran."""
    with listening(address="127.61.99.99") as proposed_one, listening(address="127.61.99.98") as declared_one:
        world.declare("127.61.99.98")
        AssetFactory(establishment=world.establishment, kind="domain", value="valombre.example")
        names = {
            "valombre.example": ("127.61.99.99", "MX 10 mx.valombre.example."),
            "mx.valombre.example": ("127.61.99.99",),
        }
        with resolving(names) as resolver:
            discovery.discover(establishment_id=world.establishment.pk, resolvers=(resolver,), now=now)
            world.resolvers = (resolver,)
            world.look(ports=(proposed_one.port, declared_one.port))
        assert ("127.61.99.99", "dns", "valombre.example") in proposed(world.establishment)
        assert not Asset.objects.filter(value="127.61.99.99").exists()
        assert proposed_one.connections == 0
        assert declared_one.connections > 0


@dataclass
class Round:
    """Campaigns of one establishment that ended at several moments."""

    now: datetime

    def ended(self, hours_ago: float, *, state: str = "done", **changes) -> Establishment:
        establishment = EstablishmentFactory()
        campaign = Campaign.objects.create(
            name="look", ports=[443], started_at=self.now - timedelta(days=3), started_by="test", **changes
        )
        ended_at = self.now - timedelta(hours=hours_ago) if state != "waiting" else None
        Shard.objects.create(campaign=campaign, establishment=establishment, state=state, ended_at=ended_at)
        return establishment


@pytest.fixture
def round_(now) -> Round:
    return Round(now)


def waiting() -> list[int]:
    jobs = Job.objects.filter(path=discovery.DISCOVER).order_by("pk")
    return [job.arguments["kwargs"]["establishment_id"] for job in jobs]


def test_once_a_day_those_whose_look_ended_within_the_day_are_searched(round_):
    wanted = [round_.ended(hours) for hours in (0, 1, 23.9)]
    round_.ended(24.1)
    round_.ended(-1)  # a worker's clock that is ahead: its turn comes tomorrow
    round_.ended(1, state="stopped")
    round_.ended(1, state="waiting")
    round_.ended(1, only_address="127.0.0.9")  # a retest is no round
    assert discovery.discover_again(now=round_.now) == 3
    assert waiting() == [one.pk for one in wanted]
    assert set(Job.objects.filter(path=discovery.DISCOVER).values_list("priority", flat=True)) == {discovery.BEHIND}


def test_a_day_that_is_run_twice_asks_once(round_):
    round_.ended(1)
    for _ in range(2):
        discovery.discover_again(now=round_.now)
    assert len(waiting()) == 1


def test_an_establishment_that_was_looked_at_twice_is_searched_once(round_):
    one = round_.ended(2)
    Shard.objects.create(
        campaign=Campaign.objects.create(name="again", ports=[22], started_at=round_.now, started_by="test"),
        establishment=one, state="done", ended_at=round_.now,
    )  # fmt: skip
    assert discovery.discover_again(now=round_.now) == 1


def test_a_nation_is_searched_a_part_a_day(round_, monkeypatch):
    monkeypatch.setattr(discovery, "MOST_A_DAY", 2)
    for _ in range(3):
        round_.ended(1)
    assert discovery.discover_again(now=round_.now) == 2


def test_the_daily_job_proposes_what_the_look_of_the_day_leads_to(world, settings):
    """From the schedule to the proposal, as the worker runs it."""
    declared = next(one for one in SCHEDULES if one.name == "discover-again")
    assert (declared.path, declared.every) == ("vigie.apps.scans.tasks.discover_again", timedelta(days=1))
    AssetFactory(establishment=world.establishment, kind="domain", value="valmorne.example")
    world.now = timezone.now()
    Mandate.objects.update(valid_until=world.now + timedelta(days=30))
    world.look()
    with resolving(NAMES) as resolver:
        settings.VIGIE = settings.VIGIE.model_copy(update={"resolvers": [resolver]})
        assert tasks.discover_again.call() == 1
        [job] = Job.objects.filter(path=discovery.DISCOVER)
        assert tasks.discover.call(**job.arguments["kwargs"]) == 2  # under a laboratory's mandate, no public address
    assert ("mx.hebergeur.example", "mx", "valmorne.example") in proposed(world.establishment)

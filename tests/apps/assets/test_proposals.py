from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory, ProofFactory
from vigie.apps.assets import proposals, queries
from vigie.apps.assets.enums import ProposalSource
from vigie.apps.assets.models import Asset, Proposal
from vigie.apps.assets.proposals import Clue
from vigie.apps.assets.refusals import AlreadyOver
from vigie.apps.audit.models import Event
from vigie.probes.scope import Refusal, Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def clue(value="vpn.valmorne.example", kind="domain", source=ProposalSource.CERTIFICATE):
    return Clue(kind, value, source, "198.51.100.9:443")


def propose(owner, *clues, now=NOW):
    return proposals.propose(establishment=owner, clues=clues or [clue()], by="vigie", now=now)


def test_what_is_found_is_noted_once_with_its_source_and_first_day():
    owner = EstablishmentFactory()
    assert propose(owner, clue(), clue("VPN.valmorne.example.")) == 1
    assert propose(owner, now=NOW + timedelta(days=1)) == 0
    row = Proposal.objects.get()
    assert (row.value, row.source, row.told) == ("vpn.valmorne.example", "certificate", "198.51.100.9:443")
    assert (row.first_seen, row.last_seen) == (NOW, NOW + timedelta(days=1))


def test_what_is_declared_or_cannot_be_is_not_proposed():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, kind="domain", value="vpn.valmorne.example")
    assert propose(owner, clue(), clue("*.valmorne.example"), clue("fr"), clue("224.0.0.1", "address")) == 0


def test_what_is_declined_stays_declined():
    owner = EstablishmentFactory()
    propose(owner)
    proposals.decline(proposal=Proposal.objects.get(), by="aline", now=NOW)
    assert propose(owner) == 0
    assert Proposal.objects.get().state == "declined"
    assert Event.objects.filter(kind="proposal-declined").count() == 1


def test_an_accepted_one_becomes_an_asset_once():
    owner = EstablishmentFactory()
    propose(owner)
    row = Proposal.objects.get()
    asset = proposals.accept(proposal=row, by="aline", now=NOW)
    assert (asset.establishment, asset.value) == (owner, "vpn.valmorne.example")
    with pytest.raises(AlreadyOver):
        proposals.decline(proposal=row, by="aline", now=NOW)


def test_a_list_that_nobody_reads_stops_growing(monkeypatch):
    monkeypatch.setattr(proposals, "MOST_WAITING", 3)
    owner = EstablishmentFactory()
    assert propose(owner, *[clue(f"a{n}.valmorne.example") for n in range(5)]) == 3


def test_nothing_proposed_is_inside_any_mandate():
    owner = EstablishmentFactory()
    MandateFactory(establishment=owner, kind="establishment")
    ProofFactory(establishment=owner, kind="domain", value="valmorne.example")
    propose(owner, clue(), clue("198.51.100.77", "address", ProposalSource.DNS))
    scope = Scope(queries.mandates_for(owner.pk, NOW))
    assert isinstance(scope.permit("198.51.100.77", 443, NOW), Refusal)
    assert isinstance(scope.permit("198.51.100.77", 443, NOW, "vpn.valmorne.example"), Refusal)
    assert not Asset.objects.exists()

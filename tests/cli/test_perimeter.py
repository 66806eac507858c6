import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory
from vigie.apps.assets import contests, proposals
from vigie.apps.assets.enums import ProposalSource
from vigie.apps.assets.models import Asset, Proposal
from vigie.cli import perimeter

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def run(*asked):
    return CliRunner().invoke(perimeter.app, list(asked))


@pytest.fixture
def owner():
    owner = EstablishmentFactory()
    clues = [
        proposals.Clue("domain", name, ProposalSource.MX, "valmorne.example")
        for name in ("mx.valmorne.example", "mx.hebergeur.example")
    ]
    proposals.propose(establishment=owner, clues=clues, by="vigie", now=NOW)
    return owner


def test_proposals_are_read_accepted_and_declined(owner):
    told = [json.loads(line) for line in run("proposals", owner.finess, "--json").stdout.splitlines()]
    assert [(one["value"], one["source"]) for one in told] == [
        ("mx.hebergeur.example", "mx"),
        ("mx.valmorne.example", "mx"),
    ]
    assert run("accept", owner.finess, "mx.valmorne.example").exit_code == 0
    assert run("decline", owner.finess, "MX.hebergeur.example").exit_code == 0
    assert Asset.objects.get().value == "mx.valmorne.example"
    assert set(Proposal.objects.values_list("state", flat=True)) == {"accepted", "declined"}
    assert "Nothing waits" in run("proposals", owner.finess).stdout


def test_a_value_that_was_not_proposed_ends_the_command_before_anything_is_done(owner):
    done = run("accept", owner.finess, "mx.valmorne.example", "other.example")
    assert done.exit_code == 2
    assert not Asset.objects.exists()


def test_what_is_held_is_told_with_its_reason():
    asset = AssetFactory(value="198.51.100.9")
    MandateFactory(
        establishment=asset.establishment, kind="establishment", valid_until=datetime(2099, 1, 1, tzinfo=UTC)
    )
    (told,) = [json.loads(line) for line in run("show", asset.establishment.finess, "--json").stdout.splitlines()]
    assert (told["value"], told["proved"]) == ("198.51.100.9", False)
    assert "not proved" in told["held"]


def test_what_waits_for_an_analyst_is_counted():
    asset = AssetFactory(value="198.51.100.9")
    contests.deny(asset=asset, reason="not ours", by="aline", now=NOW)
    assert "Contested assets (1)" in run("review").stdout
    assert json.loads(run("review", "--json").stdout)["told"] == "not_mine"


def test_nobody_is_told_as_such():
    assert run("show", "000000018").exit_code == 2

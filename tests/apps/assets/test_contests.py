from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import EstablishmentFactory, MandateFactory, ProofFactory
from vigie.apps.assets import actions, contests, deciding, queries
from vigie.apps.assets.models import Asset, Contest
from vigie.apps.assets.refusals import AlreadyOver, InvalidContest
from vigie.apps.audit.models import Event
from vigie.engine import ownership
from vigie.probes.scope import Permit, Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
ADDRESS = "198.51.100.9"


def declare(owner, value=ADDRESS, kind="address"):
    return actions.declare_asset(establishment=owner, kind=kind, value=value, by="aline", now=NOW)


def permit(owner, now=NOW):
    return Scope(queries.mandates_for(owner.pk, now)).permit(ADDRESS, 443, now)


def owner_with_proof(proved=True):
    owner = EstablishmentFactory()
    MandateFactory(establishment=owner, kind="establishment")
    if proved:
        ProofFactory(establishment=owner, value=ADDRESS)
    return owner


def decide(contest, decision, reason="RIPE says so"):
    deciding.decide(contest=contest, decision=decision, reason=reason, by="analyst", now=NOW + timedelta(days=1))


def test_who_denies_an_asset_ends_the_looks_at_it_at_once():
    owner = owner_with_proof()
    asset = declare(owner)
    assert isinstance(permit(owner), Permit)
    contests.deny(asset=asset, reason="It is our neighbour's.", by="aline", now=NOW)
    assert permit(owner).reason == ownership.CONTESTED
    assert Event.objects.get(kind="asset-contested").detail["value"] == ADDRESS


def test_a_denial_says_why():
    with pytest.raises(InvalidContest, match="Say what"):
        contests.deny(asset=declare(EstablishmentFactory()), reason="  ", by="aline", now=NOW)


def test_denying_again_is_the_same_contest():
    asset = declare(EstablishmentFactory())
    for _ in range(2):
        contests.deny(asset=asset, reason="not ours", by="aline", now=NOW)
    assert Contest.objects.count() == 1


def test_a_second_claim_contests_both_and_stops_whoever_has_proof_in_nothing():
    aline, bruno = owner_with_proof(), owner_with_proof(proved=False)
    declare(aline)
    declare(bruno)
    assert set(Contest.objects.open().values_list("establishment", "claim")) == {
        (aline.pk, "claimed_twice"),
        (bruno.pk, "claimed_twice"),
    }
    assert isinstance(permit(aline), Permit)
    assert permit(bruno).reason == ownership.CONTESTED


def test_a_private_address_is_another_machine_in_each_network():
    for _ in range(2):
        declare(EstablishmentFactory(), "10.0.0.9")
    assert not Contest.objects.exists()


def claimed_twice():
    aline, bruno = owner_with_proof(), owner_with_proof()
    declare(aline)
    declare(bruno)
    return aline, bruno, Contest.objects.get(establishment=aline)


def declared(owner):
    return Asset.objects.current().filter(establishment=owner, valid_until=None).exists()


@pytest.mark.parametrize(
    ("decision", "alines", "brunos"),
    [("kept", True, False), ("shared", True, True), ("removed", False, True)],
)
def test_a_decision_settles_it_for_all_who_claim_it(decision, alines, brunos):
    aline, bruno, contest = claimed_twice()
    decide(contest, decision)
    assert (declared(aline), declared(bruno)) == (alines, brunos)
    assert not Contest.objects.open().exists()
    assert Contest.objects.filter(decided_reason="RIPE says so").count() == 2
    assert isinstance(permit(bruno, NOW + timedelta(days=1)), Permit) is brunos


def test_a_shared_asset_is_not_contested_again():
    aline, _, contest = claimed_twice()
    decide(contest, "shared")
    asset = Asset.objects.current().get(establishment=aline, valid_until=None)
    assert contests.note_second_claim(asset=asset, by="aline", now=NOW + timedelta(days=2)) == []


def test_a_decision_is_made_once_with_a_reason():
    _, _, contest = claimed_twice()
    for decision, reason, refusal in (("kept", " ", InvalidContest), ("thrown", "x", InvalidContest)):
        with pytest.raises(refusal):
            decide(contest, decision, reason)
    decide(contest, "kept")
    with pytest.raises(AlreadyOver):
        decide(contest, "removed")
    assert Event.objects.filter(kind="contest-decided").count() == 1

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from django.db import IntegrityError, transaction

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory
from vigie.apps.assets import queries, sparing
from vigie.apps.assets.enums import Treatment
from vigie.apps.assets.models import SparedAddress
from vigie.apps.assets.refusals import AlreadyOver, InvalidAsset, InvalidSpared
from vigie.apps.audit.models import Event
from vigie.data import care
from vigie.probes.scope import Permit, Refusal, Scope
from vigie.probes.spared import FRAGILE_LIGHT, OPTED_OUT

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
ADDRESS = "127.61.9.9"


@pytest.fixture
def owner():
    one = EstablishmentFactory()
    AssetFactory(establishment=one, kind="range", value="127.61.9.0/24")
    MandateFactory(establishment=one)
    return one


def permit(owner, port=443, now=NOW, address=ADDRESS):
    return Scope(queries.mandates_for(owner.pk, now)).permit(address, port, now)


def spare(**changes):
    given = {"value": ADDRESS, "why": "opt_out", "asked_by": "M. Hébergeur, +33 1", "by": "analyst", "now": NOW}
    return sparing.spare(**given | changes)


def test_what_somebody_asked_to_be_left_alone_is_refused_under_every_mandate(owner):
    other = EstablishmentFactory()
    AssetFactory(establishment=other, value=ADDRESS)
    MandateFactory(establishment=other)
    assert isinstance(permit(owner), Permit)
    row = spare()
    assert (permit(owner), permit(other)) == (Refusal(OPTED_OUT), Refusal(OPTED_OUT))
    assert isinstance(permit(owner, address="127.61.9.10"), Permit)
    assert Event.objects.get(kind="address-spared").detail["value"] == row.value


def test_who_opts_out_gets_nothing_whatever_was_chosen():
    assert spare(treatment=Treatment.LIGHT).treatment == Treatment.NONE
    with pytest.raises(IntegrityError), transaction.atomic():
        SparedAddress.objects.update(treatment=Treatment.LIGHT)


def test_declared_fragile_equipment_is_asked_the_least(owner):
    spare(why="fragile", treatment=Treatment.LIGHT)
    assert permit(owner, 21) == Refusal(FRAGILE_LIGHT)
    found = permit(owner, 443)
    assert isinstance(found, Permit)
    assert found.light


def test_asking_again_is_the_same_request_and_lifting_it_is_dated(owner):
    first, second = spare(), spare(now=NOW + timedelta(hours=1))
    assert first.pk == second.pk
    with pytest.raises(InvalidSpared, match="Say on what"):
        sparing.lift(row=first, reason=" ", by="analyst", now=NOW)
    later = NOW + timedelta(days=1)
    sparing.lift(row=first, reason="M. Hébergeur agrees, mail of today", by="analyst", now=later)
    assert isinstance(permit(owner, now=later), Permit)
    with pytest.raises(AlreadyOver):
        sparing.lift(row=first, reason="again", by="analyst", now=later)
    assert spare(now=later).pk != first.pk
    assert Event.objects.filter(kind="address-spared-no-more").count() == 1


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        pytest.param("0.0.0.0/0", InvalidSpared, id="everything"),
        pytest.param("10.0.0.0/8", InvalidSpared, id="a-slash-eight"),
        pytest.param("2001:db8::/16", InvalidAsset, id="host-bits"),
        pytest.param("not an address", InvalidAsset, id="words"),
        pytest.param("", InvalidAsset, id="nothing"),
    ],
)
def test_what_is_no_address_or_would_blind_a_country_is_refused(value, refusal):
    with pytest.raises(refusal):
        spare(value=value)
    assert not SparedAddress.objects.exists()


def test_who_asks_is_said():
    with pytest.raises(InvalidSpared, match="who asks"):
        spare(asked_by="  ")


def test_an_establishment_asks_for_what_it_declares_alone(owner):
    told = {"why": "opt_out", "asked_by": "Aline", "by": "aline", "now": NOW, "establishment": owner}
    assert sparing.spare_own(value="127.61.9.0/28", **told).establishment == owner
    assert permit(owner) == Refusal(OPTED_OUT)
    with pytest.raises(InvalidSpared, match="not in what you declare"):
        sparing.spare_own(value="127.61.10.1", **told)
    with pytest.raises(InvalidSpared, match="not in what you declare"):
        sparing.spare_own(value="127.61.0.0/16", **told)


def test_an_address_of_the_other_version_is_no_one_s(owner):
    spare(value="2001:db8::1")
    assert isinstance(permit(owner), Permit)
    assert sparing.within([ip_network("127.61.9.0/24")], sparing.spared_now(NOW)) == ()


def test_the_treatments_are_those_of_the_rule():
    assert set(Treatment.values) == {one.value for one in care.Treatment}

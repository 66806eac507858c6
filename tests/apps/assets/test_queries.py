from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory, ProofFactory
from vigie.apps.assets import queries
from vigie.probes.scope import MandateKind, Permit, Refusal, Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def test_a_mandate_reaches_the_gate_with_what_is_declared():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, value="127.0.0.9")
    AssetFactory(establishment=owner, kind="range", value="127.0.1.0/30")
    AssetFactory(establishment=owner, kind="domain", value="www.valmorne.example")
    AssetFactory(value="127.0.0.77")  # Bruno's
    row = MandateFactory(
        establishment=owner,
        windows=[{"days": [0], "from": "06:00", "to": "08:00"}],
        exclusions=["127.0.1.2/32"],
        excluded_ports=[104],
        intensity="gentle",
    )
    (mandate,) = queries.mandates_for(owner.pk, NOW)
    assert mandate.reference == f"establishment:{owner.pk}:mandate:{row.pk}"
    assert mandate.kind is MandateKind.LABORATORY
    assert mandate.networks == (ip_network("127.0.0.9/32"), ip_network("127.0.1.0/30"))
    assert mandate.names == {"www.valmorne.example"}
    # Monday 07:10 in Paris.
    scope = Scope([mandate])
    assert isinstance(scope.permit("127.0.1.1", 22, NOW), Permit)
    for address, port, moment in (
        ("127.0.1.2", 22, NOW),
        ("127.0.1.1", 104, NOW),
        ("127.0.0.77", 22, NOW),
        ("127.0.1.1", 22, NOW + timedelta(hours=2)),
    ):
        assert isinstance(scope.permit(address, port, moment), Refusal)


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        pytest.param("laboratory", "127.0.0.9/32", id="laboratory"),
        pytest.param("local", "10.0.0.9/32", id="local"),
        pytest.param("establishment", "198.51.100.9/32", id="establishment"),
        pytest.param("hosted", "198.51.100.9/32", id="hosted"),
    ],
)
def test_each_kind_covers_only_what_it_can_reach(kind, reached):
    owner = EstablishmentFactory()
    for value in ("127.0.0.9", "10.0.0.9", "198.51.100.9"):
        AssetFactory(establishment=owner, value=value, hosted_by="Hébergeur Exemple" if kind == "hosted" else "")
    ProofFactory(establishment=owner, value="198.51.100.9")
    MandateFactory(establishment=owner, kind=kind)
    (mandate,) = queries.mandates_for(owner.pk, NOW)
    assert [str(network) for network in mandate.networks] == [reached]


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"valid_until": NOW}, id="ended-now"),
        pytest.param({"valid_from": NOW + timedelta(seconds=1)}, id="not-begun"),
        pytest.param({"withdrawn_at": NOW - timedelta(days=1)}, id="withdrawn"),
    ],
)
def test_a_mandate_out_of_force_covers_nothing(spoilt):
    owner = AssetFactory().establishment
    MandateFactory(establishment=owner, **spoilt)
    assert queries.mandates_for(owner.pk, NOW) == ()
    assert queries.mandates_of(owner.pk).count() == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"valid_until": NOW.date()}, id="ended"),
        pytest.param({"valid_from": NOW.date() + timedelta(days=1)}, id="from-tomorrow"),
        pytest.param({"superseded_at": NOW}, id="superseded"),
    ],
)
def test_an_asset_that_is_over_is_covered_no_more(spoilt):
    asset = AssetFactory(valid_from=spoilt.pop("valid_from", date(2026, 1, 1)), **spoilt)
    MandateFactory(establishment=asset.establishment)
    (mandate,) = queries.mandates_for(asset.establishment_id, NOW)
    assert mandate.networks == ()

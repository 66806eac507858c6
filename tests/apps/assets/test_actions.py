from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory
from vigie.apps.assets import actions, queries
from vigie.apps.assets.models import Asset, Mandate
from vigie.apps.assets.refusals import AlreadyOver, InvalidAsset, InvalidMandate
from vigie.apps.assets.terms import begins, ends
from vigie.apps.audit.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


def declare(owner, value, kind="address", now=NOW, **options):
    return actions.declare_asset(establishment=owner, kind=kind, value=value, by="aline", now=now, **options)


def grant(owner, kind="laboratory", **options):
    asked = {
        "signatory": "Mme Exemple",
        "basis": "convention",
        "valid_from": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=100),
        "by": "aline",
        "now": NOW,
        **options,
    }
    return actions.grant_mandate(establishment=owner, kind=kind, **asked)


def test_an_asset_is_declared_from_today_on_and_leaves_a_trace():
    owner = EstablishmentFactory()
    asset = declare(owner, "127.0.0.9", label="VPN gateway", exchanges_care_data=True)
    assert (asset.kind, asset.value, asset.valid_from, asset.exchanges_care_data) == (
        "address",
        "127.0.0.9",
        NOW.date(),
        True,
    )
    event = Event.objects.get(kind="asset-declared")
    assert (event.actor, event.subject_id, event.detail["value"]) == ("aline", owner.pk, "127.0.0.9")


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        pytest.param("address", "2001:db8::1", "2001:DB8:0::0001", id="two-forms-of-an-address"),
        pytest.param("domain", "www.valmorne.example", "WWW.valmorne.example.", id="two-forms-of-a-domain"),
        pytest.param("range", "127.0.0.9/32", "127.0.0.9/32", id="range-of-one"),
    ],
)
def test_the_same_value_is_the_same_asset(kind, first, second):
    owner = EstablishmentFactory()
    assert declare(owner, first, kind).pk == declare(owner, second, kind, now=LATER).pk


def test_a_range_of_one_address_is_that_address():
    owner = EstablishmentFactory()
    assert declare(owner, "127.0.0.9/32", "range").pk == declare(owner, "127.0.0.9").pk


def test_one_address_may_be_declared_by_two_establishments():
    assert declare(EstablishmentFactory(), "127.0.0.9").pk != declare(EstablishmentFactory(), "127.0.0.9").pk


def test_another_label_ends_the_former_and_keeps_it():
    owner = EstablishmentFactory()
    declare(owner, "127.0.0.9", label="old")
    declare(owner, "127.0.0.9", label="new", now=LATER)
    assert [asset.label for asset in queries.assets_of(owner.pk, LATER)] == ["new"]
    assert [asset.label for asset in queries.assets_of(owner.pk, NOW)] == ["old"]


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        pytest.param("printer", "127.0.0.1", "is not a kind of asset", id="unknown-kind"),
        pytest.param("address", "127.0.0.0/24", "is a range", id="range-as-address"),
        pytest.param("range", "0.0.0.0/0", "too wide", id="everything"),
        pytest.param("domain", "asso.fr", "shared", id="public-suffix"),
    ],
)
def test_what_may_not_be_declared_is_told(kind, value, says):
    with pytest.raises(InvalidAsset, match=says):
        declare(EstablishmentFactory(), value, kind)
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("mandate", "value"),
    [
        pytest.param("establishment", "10.1.2.3", id="private-under-a-public-mandate"),
        pytest.param("establishment", "127.0.0.1", id="loopback-under-a-public-mandate"),
        pytest.param("hosted", "192.168.1.0/24", id="private-under-a-host"),
        pytest.param("local", "198.51.100.7", id="public-under-a-local-mandate"),
        pytest.param("laboratory", "10.1.2.3", id="private-under-the-laboratory"),
    ],
)
def test_an_asset_that_no_mandate_given_can_reach_is_refused(mandate, value):
    owner = MandateFactory(kind=mandate).establishment
    with pytest.raises(InvalidAsset, match="needs a mandate of kind"):
        declare(owner, value, "range" if "/" in value else "address")


@pytest.mark.parametrize("spoilt", [{"withdrawn_at": NOW}, {"valid_until": NOW - timedelta(days=1)}])
def test_a_mandate_that_is_over_forbids_nothing(spoilt):
    owner = MandateFactory(kind="establishment", **spoilt).establishment
    assert declare(owner, "10.1.2.3").value == "10.1.2.3"


def test_an_asset_ends_today_and_once():
    owner = EstablishmentFactory()
    asset = declare(owner, "127.0.0.9")
    actions.end_asset(asset=asset, by="aline", now=LATER)
    assert not queries.assets_of(owner.pk, LATER).exists()
    assert queries.assets_of(owner.pk, NOW).exists()
    with pytest.raises(AlreadyOver):
        actions.end_asset(asset=asset, by="aline", now=LATER)
    assert Event.objects.filter(kind="asset-ended").count() == 1


def test_a_mandate_is_recorded_with_its_terms_and_leaves_a_trace():
    owner = EstablishmentFactory()
    mandate = grant(
        owner,
        intensity="gentle",
        windows="Sat,Sun 00:00-24:00",
        exclusions=["127.0.0.8/31", "127.0.0.7"],
        excluded_ports=["104", 80],
        allow_mllp_frame=True,
    )
    stored = Mandate.objects.get()
    assert stored.windows == [{"days": [5, 6], "from": "00:00", "to": "24:00"}]
    assert (stored.exclusions, stored.excluded_ports) == (["127.0.0.7/32", "127.0.0.8/31"], [80, 104])
    assert (stored.recorded_by, stored.recorded_at, stored.intensity) == ("aline", NOW, "gentle")
    assert Event.objects.get(kind="mandate-granted").detail["mandate"] == mandate.pk


def test_the_very_same_mandate_is_recorded_once():
    owner = EstablishmentFactory()
    assert grant(owner).pk == grant(owner).pk
    assert grant(owner, intensity="gentle").pk != grant(owner).pk


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"kind": "royal"}, "is not a kind of mandate", id="unknown-kind"),
        pytest.param({"signatory": "  "}, "needs a signatory", id="no-signatory"),
        pytest.param({"basis": ""}, "needs a basis", id="no-basis"),
        pytest.param({"basis": "x" * 201}, "200", id="long-basis"),
        pytest.param({"valid_until": NOW - timedelta(days=2)}, "ends before it begins", id="reversed"),
        pytest.param(
            {"valid_from": NOW - timedelta(days=9), "valid_until": NOW - timedelta(days=2)}, "already over", id="over"
        ),
        pytest.param({"intensity": "brutal"}, "is not an intensity", id="unknown-intensity"),
        pytest.param({"windows": "at night"}, "is not a window", id="bad-window"),
        pytest.param({"exclusions": ["nobody"]}, "neither an address nor a range", id="bad-exclusion"),
        pytest.param({"excluded_ports": [0]}, "is not a port", id="port-zero"),
        pytest.param({"excluded_ports": ["ssh"]}, "is not a port", id="port-name"),
        pytest.param({"excluded_ports": [65536]}, "is not a port", id="port-too-high"),
    ],
)
def test_a_mandate_that_may_not_be_recorded_is_told(options, says):
    with pytest.raises(InvalidMandate, match=says):
        grant(EstablishmentFactory(), **options)
    assert not Mandate.objects.exists()


def test_a_mandate_that_would_reach_nothing_declared_is_refused():
    owner = AssetFactory(value="127.0.0.9").establishment
    with pytest.raises(InvalidMandate, match="reaches none of the declared addresses"):
        grant(owner, "establishment")


def test_a_withdrawn_mandate_ends_at_once_and_once():
    owner = AssetFactory(value="127.0.0.9").establishment
    mandate = grant(owner)
    assert queries.mandates_for(owner.pk, NOW)
    actions.withdraw_mandate(mandate=mandate, by="bruno", now=NOW)
    assert queries.mandates_for(owner.pk, NOW) == ()
    with pytest.raises(AlreadyOver):
        actions.withdraw_mandate(mandate=mandate, by="bruno", now=NOW)
    assert Event.objects.filter(kind="mandate-withdrawn", actor="bruno").count() == 1
    # A person may grant it again.
    assert grant(owner).pk != mandate.pk


def test_the_last_day_of_a_mandate_is_included_in_paris():
    assert begins("2026-01-01") == datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
    assert ends("2026-12-31") == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    assert ends("2026-06-30") == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert begins("2026-06-30T08:00:00+00:00") == datetime(2026, 6, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "31/12/2026", "2026-02-30", "9999-12-31", "soon"])
def test_a_date_that_is_none_is_told(text):
    with pytest.raises(InvalidMandate, match="is not a date"):
        ends(text)


def test_a_name_that_reads_as_the_domain_of_another_is_refused():
    owner = EstablishmentFactory()
    declare(owner, "hopital-valmorne.example", "domain")
    with pytest.raises(InvalidAsset, match=r"reads as hopital-valmorne\.example"):
        declare(EstablishmentFactory(), "hôpital-valmorne.example", "domain")
    assert declare(owner, "hôpital-valmorne.example", "domain").value.startswith("xn--")

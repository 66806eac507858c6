from datetime import UTC, datetime

import pytest

from tests.factories import EstablishmentFactory, SiteFactory
from vigie.apps.assets import actions, queries
from vigie.apps.assets.imports import import_perimeter
from vigie.apps.assets.models import Asset, Mandate, Proof
from vigie.apps.audit.models import Event
from vigie.apps.registry.models import ImportRun
from vigie.sources.faults import SourceUnreadable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
ASSETS = "finess;kind;value;label;exchanges_care_data"
MANDATES = "finess;kind;signatory;basis;from;until;intensity;windows;exclusions;excluded_ports;allow_mllp_frame"


def bring_in(folder, *lines, name="file.csv"):
    path = folder / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return import_perimeter(path=path, by="test", now=NOW)


def mandate_line(owner, until="2026-12-31", windows="", exclusions=""):
    return f"{owner.finess};laboratory;Mme Exemple;convention;2026-01-01;{until};standard;{windows};{exclusions};;false"


@pytest.fixture
def owner():
    return EstablishmentFactory()


def test_assets_and_mandates_come_in_either_order(tmp_path, owner):
    assets = (ASSETS, f"{owner.finess};address;127.0.0.9;VPN;true", f"{owner.finess};domain;www.valmorne.example;;no")
    mandates = (
        MANDATES,
        mandate_line(owner, windows='"Mon-Fri 22:00-05:00; Sat,Sun 00:00-24:00"', exclusions="127.0.0.8"),
    )
    for first, second in ((assets, mandates), (mandates, assets)):
        Asset.objects.all().delete()
        Mandate.objects.all().delete()
        assert bring_in(tmp_path, *first).added == len(first) - 1
        assert bring_in(tmp_path, *second).added == len(second) - 1
        (mandate,) = queries.mandates_for(owner.pk, NOW)
        assert [str(network) for network in mandate.networks] == ["127.0.0.9/32"]
        assert len(mandate.windows) == 2


def test_the_same_files_again_change_nothing(tmp_path, owner):
    for lines in ((ASSETS, f"{owner.finess};address;127.0.0.9;;"), (MANDATES, mandate_line(owner))):
        assert bring_in(tmp_path, *lines).state == "applied"
        assert bring_in(tmp_path, *lines).state == "unchanged"
    assert (Asset.objects.count(), Mandate.objects.count()) == (1, 1)


def test_a_bad_line_is_told_and_does_not_stop_the_rest(tmp_path, owner):
    site = SiteFactory(establishment=owner)
    report = bring_in(
        tmp_path,
        ASSETS,
        "123456789;address;127.0.0.1;;",
        f"{site.finess};address;127.0.0.1;;",
        f"{owner.finess};address;0.0.0.0/0;;",
        f"{owner.finess};domain;https://valmorne.example/;;",
        f"{owner.finess};address;127.0.0.9;;",
        name="bad.csv",
    )
    assert (report.state, report.added, report.bad) == ("applied", 1, 4)
    assert [row.line for row in report.bad_rows] == [2, 3, 4, 5]
    assert "is not a FINESS number" in report.bad_rows[0].reason
    assert f"its legal entity is {owner.finess}" in report.bad_rows[1].reason


def test_a_finess_number_that_nobody_bears_is_told(tmp_path):
    report = bring_in(tmp_path, ASSETS, f"{EstablishmentFactory.build().finess};address;127.0.0.1;;")
    assert "is not in the registry" in report.bad_rows[0].reason


def test_too_many_bad_lines_change_nothing(tmp_path, owner):
    good = f"{owner.finess};address;127.0.0.9;;"
    report = bring_in(tmp_path, ASSETS, good, *[f"{owner.finess};address;nowhere;;"] * 6)
    assert report.state == "refused"
    assert not Asset.objects.exists()
    assert ImportRun.objects.get().state == "refused"
    assert not Event.objects.filter(kind="asset-declared").exists()


def test_a_withdrawn_mandate_is_not_granted_again_by_its_file(tmp_path, owner):
    bring_in(tmp_path, MANDATES, mandate_line(owner))
    actions.withdraw_mandate(mandate=Mandate.objects.get(), by="aline", now=NOW)
    report = bring_in(tmp_path, MANDATES, mandate_line(owner))
    assert "was withdrawn" in report.bad_rows[0].reason
    assert queries.mandates_for(owner.pk, NOW) == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("royal;Mme A;letter;2026-01-01;2026-12-31;;;;;", "is not a kind of mandate", id="kind"),
        pytest.param("local;;letter;2026-01-01;2026-12-31;;;;;", "needs a signatory", id="signatory"),
        pytest.param("local;Mme A;letter;2026-12-31;2026-01-01;;;;;", "ends before it begins", id="reversed"),
        pytest.param("local;Mme A;letter;yesterday;2026-01-01;;;;;", "is not a date", id="date"),
        pytest.param("local;Mme A;letter;2026-01-01;2026-12-31;brutal;;;;", "is not an intensity", id="intensity"),
        pytest.param("local;Mme A;letter;2026-01-01;2026-12-31;;night;;;", "is not a window", id="window"),
        pytest.param("local;Mme A;letter;2026-01-01;2026-12-31;;;;;maybe", "neither yes nor no", id="flag"),
    ],
)
def test_each_fault_of_a_mandate_line_has_its_sentence(tmp_path, owner, line, says):
    report = bring_in(tmp_path, MANDATES, f"{owner.finess};{line}")
    assert says in report.bad_rows[0].reason
    assert not Mandate.objects.exists()


def test_another_file_is_told_for_what_it_is(tmp_path):
    with pytest.raises(SourceUnreadable, match="looks like finess"):
        bring_in(tmp_path, "finess;etalab;1;2026-01-01")


def test_what_the_operator_vouches_for_is_proved_with_its_import(tmp_path):
    owner = EstablishmentFactory()
    path = tmp_path / "perimetre.csv"
    path.write_text(f"finess;kind;value;hosted_by\n{owner.finess};address;198.51.100.9;Hébergeur Exemple\n", "utf-8")
    for changed in (1, 0):
        report = import_perimeter(path=path, by="cli", now=NOW, proved_by="convention 14")
        assert report.changed == changed
    proof = Proof.objects.get()
    assert (proof.value, proof.state, proof.reason) == ("198.51.100.9", "accepted", "convention 14")
    assert Asset.objects.get().hosted_by == "Hébergeur Exemple"

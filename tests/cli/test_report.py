"""vigie report, through its own command line."""

import json

import pytest
from typer.testing import CliRunner

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, SiteFactory
from vigie.cli import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, now):
    monkeypatch.setattr(report, "django_ready", lambda: None)  # the tests have their own database

    def call(*arguments):
        return CliRunner().invoke(report.app, [str(argument) for argument in arguments])

    return call


@pytest.fixture
def twelve(now):
    """Twelve hospitals; all but the first declared in 2026."""
    made = EstablishmentFactory.create_batch(12)
    for one in made:
        SiteFactory(establishment=one, beds=200)
    for one in made[1:]:
        declared(one, now)
    return made


@pytest.mark.usefixtures("twelve")
def test_the_year_is_printed_in_words(run):
    told = run("incidents", "--year", 2026, "--language", "en")
    assert told.exit_code == 0
    assert "11 incidents were declared in 2026 by 11 structures." in told.stdout.replace("\u00a0", " ")
    assert "degraded mode" in told.stdout


@pytest.mark.usefixtures("twelve")
def test_the_year_as_json_csv_and_pdf(run, tmp_path):
    pytest.importorskip("typst")
    facts = json.loads(run("incidents", "--year", 2026, "--json").stdout)
    assert (facts["cases"], facts["structures"], facts["is_running"]) == (11, 11, True)
    told = run("incidents", "--year", 2026, "--pdf", tmp_path / "year.pdf", "--csv", tmp_path / "year.csv")
    assert told.exit_code == 0
    assert (tmp_path / "year.pdf").read_bytes().startswith(b"%PDF-")
    assert "kind;ransomware;rançongiciel;11;11;0;100.0" in (tmp_path / "year.csv").read_text(encoding="utf-8")


@pytest.mark.usefixtures("twelve")
def test_an_earlier_day_counts_what_was_received_by_then(run):
    facts = json.loads(run("incidents", "--year", 2026, "--as-of", "2026-11-01", "--json").stdout)
    assert facts["cases"] == 0


def test_small_groups_are_told_together_on_request(run, twelve, now):
    declared(twelve[0], now, kind="fraud", danger="proven")
    facts = json.loads(run("incidents", "--year", 2026, "--grouped", "--json").stdout)
    kind = next(table for table in facts["tables"] if table["slug"] == "kind")
    assert [(line["answers"], line["part"]) for line in kind["lines"] if line["part"]] == [
        (["ransomware", "fraud"], 12)
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("incidents", "--year", 1970), "a year from 2000"),
        (("incidents", "--year", 2026, "--as-of", "hier"), "YYYY-MM-DD"),
        (("incidents", "--year", 2026, "--language", "de"), "fr or en"),
    ],
)
def test_what_is_badly_asked_is_said(run, arguments, told):
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert told in answer.output


def test_who_never_declared_is_listed(run, twelve, tmp_path):
    told = run("never-declared", "--language", "en")
    assert "1 structure never declared, where most of those that resemble it did." in told.stdout
    assert twelve[0].finess in told.stdout
    facts = json.loads(run("never-declared", "--json").stdout)
    assert [(one["finess"], one["declared"], one["comparable"]) for one in facts["signals"]] == [
        (twelve[0].finess, 11, 11)
    ]
    assert run("never-declared", "--csv", tmp_path / "list.csv").exit_code == 0
    assert twelve[0].finess in (tmp_path / "list.csv").read_text(encoding="utf-8")

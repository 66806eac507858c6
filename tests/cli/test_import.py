"""vigie import, through its own command line."""

import json

import pytest
from typer.testing import CliRunner

from tests.apps.registry.extracts import JUNE, MARCH, extract, group_line, group_list, sae_file, sae_line, site_line
from tests.factories import AssetFactory, EstablishmentFactory, SiteFactory
from tests.sources.scanners.samples import SAMPLES
from vigie.apps.assets.models import Leak
from vigie.apps.registry.models import ImportRun, Membership, Site
from vigie.cli import imports, runtime

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(runtime, "django_ready", lambda: None)  # the tests have their own database

    def call(*arguments):
        return CliRunner().invoke(imports.app, [str(argument) for argument in arguments])

    return call


def test_several_files_are_imported_in_order_and_told(run, tmp_path):
    result = run(
        "finess",
        extract(tmp_path, MARCH, site_line(1), name="first.csv"),
        extract(tmp_path, JUNE, site_line(1), site_line(2), name="second.csv"),
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "first.csv (edition of 2026-03-01): 1 lines, 2 added, 0 changed, 0 closed, 0 left out.",
        "second.csv (edition of 2026-06-01): 2 lines, 1 added, 0 changed, 0 closed, 0 left out.",
    ]
    assert ImportRun.objects.filter(by__startswith="cli").count() == 2


def test_bad_lines_are_told_with_their_number(run, tmp_path):
    result = run("finess", extract(tmp_path, MARCH, site_line(1), "bad;line"))
    assert result.exit_code == 0
    assert "line 3: unknown record type 'bad'" in result.stdout


def test_json_has_one_object_per_file_failures_included(run, tmp_path):
    result = run("sae", "--json", sae_file(tmp_path, sae_line(1, 1)), tmp_path / "none.csv")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert (first["state"], first["added"], first["bad_rows"]) == ("applied", 2, [])
    assert second["state"] == "refused"
    assert "cannot be read" in second["reason"]


def test_a_refused_file_ends_with_one_and_does_not_stop_the_next(run, tmp_path):
    result = run("finess", extract(tmp_path, MARCH, *["bad"] * 6), extract(tmp_path, MARCH, site_line(1)))
    assert result.exit_code == 1
    assert "refused, 6 bad lines of 6" in result.stdout
    assert Site.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", "a".encode("utf-16")])
def test_a_file_that_cannot_be_read_is_one_sentence_without_traceback(run, tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    result = run("finess", path)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_list_of_groups_has_the_day_that_is_given(run, tmp_path):
    assert run("groups", group_list(tmp_path, group_line(1)), "--date", "2026-07-01").exit_code == 0
    assert str(Membership.objects.get().valid_from) == "2026-07-01"


def test_a_day_that_is_none_is_badly_asked(run, tmp_path):
    result = run("groups", group_list(tmp_path, group_line(1)), "--date", "July")
    assert result.exit_code == 2
    assert "is not a date" in result.stderr


def test_perimeters_come_in_by_the_same_command(run, tmp_path):
    path = tmp_path / "perimeter.csv"
    path.write_text(f"finess;kind;value\n{EstablishmentFactory().finess};address;127.0.0.9\n")
    assert "1 added" in run("perimeter", path).stdout


def test_a_command_without_a_file_is_badly_asked(run):
    assert run("finess").exit_code == 2


def test_reports_of_other_tools_come_in_for_one_establishment(run):
    owner = AssetFactory(kind="range", value="127.61.7.0/24").establishment
    result = run("scanner", SAMPLES / "nessus.nessus", SAMPLES / "testssl.csv", "--establishment", owner.finess)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"  row 8: 203.0.113.66 is of another perimeter: {owner.finess} does not declare it (1 rows)",
        "nessus.nessus: 4 lines, 3 added, 0 changed, 0 closed, 1 left out.",
        "testssl.csv: 5 lines, 5 added, 0 changed, 0 closed, 0 left out.",
    ]


def test_a_report_that_is_cut_or_of_another_perimeter_ends_with_one(run, tmp_path):
    owner = AssetFactory(value="127.62.0.1").establishment
    cut = tmp_path / "cut.nessus"
    cut.write_bytes((SAMPLES / "nessus.nessus").read_bytes()[:-40])
    result = run("scanner", cut, SAMPLES / "nessus.nessus", "--establishment", owner.finess, "--json")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert (first["state"], second["state"]) == ("refused", "refused")
    assert "is not whole XML" in first["reason"]
    assert "of another perimeter" in second["reason"]


def test_a_report_of_an_unknown_establishment_is_badly_asked(run):
    site = SiteFactory()
    result = run("scanner", SAMPLES / "nessus.nessus", "--establishment", site.finess)
    assert result.exit_code == 2
    assert f"its legal entity is {site.establishment.finess}" in result.stderr
    assert run("scanner", SAMPLES / "nessus.nessus", "--establishment", "123").exit_code == 2
    assert run("scanner", SAMPLES / "nessus.nessus").exit_code == 2


@pytest.mark.parametrize("command", ["finess", "sae", "groups", "perimeter", "scanner"])
def test_the_help_shows_an_example(run, command):
    assert f"vigie import {command}" in run(command, "--help").stdout


def test_leaks_are_counted_dry_or_not_and_badly_asked_is_said(run, tmp_path):
    AssetFactory(kind="domain", value="valmorne.example")
    path = tmp_path / "export.csv"
    path.write_text("compte,quand\njosephine@valmorne.example,2026-03-01\n")
    asked = ["leaks", path, "--column", "domain=compte", "--column", "day=quand"]
    dry = run(*asked, "--dry-run")
    assert (dry.exit_code, Leak.objects.count()) == (0, 0)
    assert "1 lines, 1 added" in dry.output
    assert "josephine" not in dry.output
    assert run(*asked).exit_code == 0
    assert Leak.objects.get().count == 1
    assert run("leaks", path).exit_code == 1  # no column tells a domain
    assert run(*asked[:2], "--kind", "gossip").exit_code == 2
    assert run(*asked[:2], "--column", "who=compte").exit_code == 2

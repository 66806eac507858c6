"""vigie import, through its own command line."""

import json

import pytest
from typer.testing import CliRunner

from tests.apps.registry.extracts import JUNE, MARCH, extract, group_line, group_list, sae_file, sae_line, site_line
from tests.factories import EstablishmentFactory
from vigie.apps.registry.models import ImportRun, Membership, Site
from vigie.cli import import_

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(import_, "django_ready", lambda: None)  # the tests have their own database

    def call(*arguments):
        return CliRunner().invoke(import_.app, [str(argument) for argument in arguments])

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


@pytest.mark.parametrize("command", ["finess", "sae", "groups", "perimeter"])
def test_the_help_shows_an_example(run, command):
    assert f"vigie import {command}" in run(command, "--help").stdout

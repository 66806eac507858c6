import json
from datetime import date

import pytest
from typer.testing import CliRunner

from tests.sources.vulnerability_files import cve, kev_text, nvd_text, write
from vigie.cli import feeds

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(feeds, "django_ready", lambda: None)  # the tests have their own database
    return lambda *arguments: CliRunner().invoke(feeds.app, [str(argument) for argument in arguments])


def test_a_mirror_is_read_and_told_feed_by_feed(run, tmp_path):
    write(tmp_path, "nvd.json", nvd_text(cve("CVE-2099-1"), cve(None)))
    result = run("sync", "--from", tmp_path)
    assert result.exit_code == 0
    assert "nvd       read      1 new, 0 changed, 0 rejected, 1 with a fault" in result.stdout
    assert "record 2 : Object missing required field `id`" in result.stdout
    assert "kev       absent" in result.stdout


def test_json_is_one_object_per_feed(run, tmp_path):
    write(tmp_path, "kev.json", kev_text(("CVE-2099-1", date(2099, 1, 3))))
    result = run("sync", "--from", tmp_path, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    states = dict.fromkeys(feeds.SLUGS, "absent") | {"starter": "read", "kev": "read"}
    assert {line["slug"]: line["state"] for line in lines} == states


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(("sync", "--from", "/nowhere/at/all"), 2, "is not there", id="no-such-folder"),
        pytest.param(("sync", "--only", "cve"), 2, "is not a feed", id="no-such-feed"),
    ],
)
def test_a_wrong_question_ends_with_a_sentence(run, arguments, code, sentence):
    result = run(*arguments)
    assert (result.exit_code, sentence in result.stderr) == (code, True)


def test_a_folder_without_any_feed_is_not_a_success(run, tmp_path):
    write(tmp_path, "notes.txt", "hello")
    result = run("sync", "--from", tmp_path)
    assert result.exit_code == 1
    assert "No file of nvd, cve5, csaf, cvrf, cert_fr, kev, epss, endoflife was found" in result.stderr


def test_a_bad_file_ends_with_1_and_names_the_feed(run, tmp_path):
    write(tmp_path, "kev.json", '{"catalogVersion": ')
    result = run("sync", "--from", tmp_path)
    assert result.exit_code == 1
    assert "Not read: kev. What they told before stays in force." in result.stderr
    status = run("status")
    assert status.exit_code == 1
    assert "kev       broken" in status.stdout
    assert "is not a KEV list" in status.stdout


def test_status_tells_what_was_never_read(run):
    result = run("status", "--json")
    assert result.exit_code == 0
    assert {json.loads(line)["state"] for line in result.stdout.splitlines()} == {"never"}

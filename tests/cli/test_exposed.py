import json

import pytest
from typer.testing import CliRunner

from tests.factories import EstablishmentFactory, ServiceFactory, VulnerabilityFactory
from vigie.apps.vulns.actions import intern
from vigie.apps.vulns.models import PairMatch
from vigie.cli import exposed, main
from vigie.engine.facts import Identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, now):
    monkeypatch.setattr(exposed, "django_ready", lambda: None)  # the tests have their own database
    pair = intern(Identity("fortinet", "fortios", "7.0.5"))
    PairMatch.objects.create(
        pair=pair,
        vulnerability=VulnerabilityFactory(cve="CVE-2099-0001"),
        verdict="affected",
        source="nvd",
        evidence="7.0.5 is in <7.0.13",
        since=now,
    )
    for number in range(2):
        ServiceFactory(establishment=EstablishmentFactory(name=f"Hôpital {number}"), pair=pair)
    return lambda *arguments: CliRunner().invoke(main.app, ["exposed", *arguments])


@pytest.mark.parametrize("asked", [("CVE-2099-0001",), ("--range", "fortinet:fortios >=7.0.0,<7.0.13")])
def test_the_answer_is_counts_then_places_then_establishments(run, asked):
    result = run(*asked)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].endswith(": 2 affected (2 by remote access), 0 to check, 0 notified")
    assert "  Valombre: 2 affected (2 by remote access), 0 to check, 0 notified" in lines
    assert "1 service(s), not notified" in result.stdout


def test_json_is_one_object(run):
    found = json.loads(run("CVE-2099-0001", "--json").stdout)
    assert found["nation"]["affected"] == 2
    assert [row["name"] for row in found["establishments"]] == ["Hôpital 0", "Hôpital 1"]


def test_a_long_list_is_cut_and_says_so(run, monkeypatch):
    monkeypatch.setattr(exposed, "SHOWN", 1)
    assert "... and 1 more: --all prints them." in run("CVE-2099-0001").stdout
    assert "more" not in run("CVE-2099-0001", "--all").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param((), 2, "Give one CVE identifier", id="nothing"),
        pytest.param(("CVE-2099-0001", "--range", "a:b <1"), 2, "Give one CVE identifier", id="both"),
        pytest.param(("CVE-2099-9999",), 1, "is not known", id="not-known"),
        pytest.param(("--range", "fortios 7"), 2, "is not vendor:product", id="no-product"),
        pytest.param(("CVE-2099-0001", "--as-of", "soon"), 2, "YYYY-MM-DD", id="no-day"),
    ],
)
def test_a_wrong_question_ends_with_a_sentence(run, arguments, code, sentence):
    result = run(*arguments)
    assert (result.exit_code, sentence in result.stderr) == (code, True)

"""vigie card, through its own command line."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.test_campaign import run
from tests.factories import EstablishmentFactory, FindingFactory, ShardFactory
from vigie.apps.observatory.cards_week import Week
from vigie.cli import card

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(monkeypatch):
    monkeypatch.setattr(card, "django_ready", lambda: None)


@pytest.fixture
def aline():
    one = EstablishmentFactory(name="Centre hospitalier de Valmorne")
    last_week = Week.of(datetime.now(UTC)).shifted(-1)
    looked_at = last_week.start + timedelta(days=2)
    ShardFactory(establishment=one, started_at=looked_at, ended_at=looked_at)
    FindingFactory(establishment=one, first_seen=looked_at, last_confirmed=looked_at)
    return one


def test_the_last_week_that_is_over_is_printed(aline):
    result = run(card.card, aline.finess, "--language", "en")
    assert result.exit_code == 0, result.output
    assert "Centre hospitalier de Valmorne · Week" in result.output
    assert "One open finding" in result.output
    assert "Figures at the end of the week." in result.output


def test_never_looked_at_is_printed_too():
    result = run(card.card, EstablishmentFactory().finess)
    assert result.exit_code == 0, result.output
    assert "n’avait jamais été regardé" in result.output


def test_pdf_and_csv_are_written_where_asked(aline, tmp_path):
    pdf, table = tmp_path / "card.pdf", tmp_path / "card.csv"
    result = run(card.card, aline.finess, "--pdf", pdf, "--csv", table)
    assert result.exit_code == 0, result.output
    assert pdf.read_bytes().startswith(b"%PDF-")
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig")), delimiter=";"))
    assert {row["finess"] for row in rows} == {aline.finess}


def test_json_holds_the_open_findings(aline):
    told = json.loads(run(card.card, aline.finess, "--json").output)
    assert told["finess"] == aline.finess
    assert [finding["severity"] for finding in told["open"]] == ["high"]
    assert told["services"]["before"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["999999999"], "no establishment has that FINESS number", id="not-known"),
        pytest.param(["FINESS", "--week", "47"], "write a week as YYYY-Www", id="not-a-week"),
        pytest.param(["FINESS", "--week", "9000-W01"], "that week has not begun", id="to-come"),
        pytest.param(["FINESS", "--language", "de"], "fr or en", id="not-a-language"),
    ],
)
def test_what_was_badly_asked_ends_in_a_sentence(aline, arguments, sentence, capsys):
    result = run(card.card, *(aline.finess if word == "FINESS" else word for word in arguments))
    assert result.exit_code == 2
    assert sentence in result.output + result.stderr

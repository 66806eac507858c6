"""vigie incident: what came by telephone is recorded once, listed and shown."""

import json

import pytest
from typer.testing import CliRunner

from vigie.apps.incidents.models import Declaration
from vigie.cli import incident as command

pytestmark = pytest.mark.django_db
TOLD = {"structure": "Clinique Exemple", "seen": "Plus rien.", "discovered_at": "2026-11-23T05:00", "care": "degraded"}


def run(*arguments: str) -> tuple[int, str]:
    """Exit code, and all that was printed."""
    told = CliRunner().invoke(command.app, list(arguments))
    return told.exit_code, told.output


def test_taken_by_telephone_listed_and_shown(tmp_path):
    file = tmp_path / "declaration.json"
    file.write_text(json.dumps(TOLD))
    key = "5f0c4f2e-0000-4000-8000-000000000001"
    arguments = ["declare", str(file), "--received", "2026-11-23T05:30+01:00", "--key", key, "--json"]
    _code, out = run(*arguments)
    reference = json.loads(out)["reference"]
    assert json.loads(run(*arguments)[1]) | {"again": False} == json.loads(out)
    assert Declaration.objects.get().received_by == "telephone"
    listed = json.loads(run("list", "--json")[1])
    assert [row["care"] for row in listed] == ["degraded"]
    assert reference in run("show", reference.lower())[1]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        pytest.param('{"seen": ""}', "discovered_at: missing", id="missing"),
        pytest.param("[]", "one JSON object", id="a-list"),
        pytest.param("{", "cannot be read as JSON", id="no-json"),
    ],
)
def test_what_cannot_be_read_records_nothing_and_says_why(tmp_path, capsys, told, sentence):
    file = tmp_path / "declaration.json"
    file.write_text(told)
    code, out = run("declare", str(file))
    assert code == 2
    assert sentence in out
    assert not Declaration.objects.exists()


def test_a_reference_that_slipped_is_no_declaration():
    code, out = run("show", "7K3QM-9XT4R-1")
    assert code == 2
    assert "no reference" in out

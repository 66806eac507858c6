"""vigie incident qualify, escalate, export, obligations: done once, refused with a sentence."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory
from vigie.apps.incidents.models import Incident
from vigie.cli import incident as command

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """Exit code, and all that was printed."""
    told = CliRunner().invoke(command.app, list(arguments))
    return told.exit_code, told.output


@pytest.fixture
def number() -> str:
    now = timezone.now()
    seen = timezone.localtime(now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    return str(declared(EstablishmentFactory(), now, discovered_at=seen).declaration.incident_id)


def test_qualified_exported_and_told_from_a_terminal(number, tmp_path):
    assert run("export", number)[0] == 2
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"kind": "data_leak", "natures": ["health", "technical"]}))
    code, out = run("qualify", number, str(facts), "--words", "Vu par la cellule.")
    assert (code, "tell hfds by" in out) == (0, True)
    incident = Incident.objects.get()
    assert (incident.kind, incident.natures) == ("data_leak", ["health", "technical"])
    assert run("qualify", number)[0] == 2
    assert json.loads(run("export", number)[1])["summary"] == "Vu par la cellule."
    assert json.loads(run("export", number, "--format", "stix")[1])["type"] == "bundle"
    assert "Event" in json.loads(run("export", number, "--format", "misp")[1])
    assert run("escalate", number, "hfds")[0] == 2  # nobody to write to
    assert run("escalate", number, "hfds", "--told", "FSSI-7")[0] == 0
    assert incident.routes.get(authority="hfds").acknowledgement == "FSSI-7"
    rows = json.loads(run("obligations", number, "--json")[1])
    assert {row["regime"] for row in rows} >= {"gdpr", "public_health_code"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["qualify", "999999"], "no incident 999999", id="no-incident"),
        pytest.param(["export", "{n}", "--format", "docx"], "no format", id="no-format"),
        pytest.param(["escalate", "{n}", "nobody"], "do not have nobody told", id="no-route"),
    ],
)
def test_what_cannot_be_done_is_told(number, arguments, sentence):
    code, out = run(*[one.format(n=number) for one in arguments])
    assert code == 2
    assert sentence in out


def test_an_answer_that_is_none_is_refused(number, tmp_path):
    facts = tmp_path / "facts.json"
    facts.write_text('{"colour": "red"}')
    code, out = run("qualify", number, str(facts))
    assert (code, "no such answer: colour" in out) == (2, True)

"""vigie finding, through its own command line."""

import json

import pytest
from django.utils.translation import override
from typer.testing import CliRunner

from tests.factories import EstablishmentFactory, FindingFactory, MandateFactory, RoleFactory
from vigie.apps.findings.models import Finding, Retest
from vigie.apps.scans.models import Campaign
from vigie.cli import finding as command
from vigie.cli import finding_notes, runtime

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    for module in (command, finding_notes):
        monkeypatch.setattr(module, "django_ready", lambda: None)
    with override("en"):  # the language of the commands ends with each test
        settings.VIGIE = settings.VIGIE.model_copy(update={"home": tmp_path})
        yield


@pytest.fixture
def one() -> Finding:
    return FindingFactory()


def run(*arguments):
    return CliRunner().invoke(command.app, [str(argument) for argument in arguments])


def test_the_list_is_what_is_to_be_mended(one):
    FindingFactory(state="closed", closed_at=one.last_confirmed, close_reason="check_passed")
    told = json.loads(run("list", "--json").output)
    assert [row["finding"] for row in told] == [one.pk]
    assert len(json.loads(run("list", "--state", "closed", "--json").output)) == 1
    assert str(one.pk) in run("list", "--establishment", one.establishment.finess).output


@pytest.mark.parametrize("arguments", [("--state", "mended"), ("--establishment", "000000000")])
def test_a_state_or_an_establishment_that_does_not_exist_is_badly_asked(one, arguments):
    assert run("list", *arguments).exit_code == runtime.USAGE


def test_what_is_done_is_shown_with_who_did_it(one):
    assert run("acknowledge", one.pk).exit_code == 0
    told = json.loads(run("show", one.pk, "--json").output)
    assert (told["state"], told["history"][-1]["kind"]) == ("acknowledged", "acknowledged")
    assert told["history"][-1]["by"].startswith("cli")
    assert "acknowledged" in run("show", one.pk).output
    assert run("acknowledge", one.pk).exit_code == runtime.FAILED


@pytest.mark.parametrize("verb", ["show", "acknowledge", "fixed", "retest"])
def test_a_number_that_does_not_exist_is_said(verb):
    answer = run(verb, 999)
    assert answer.exit_code == runtime.FAILED
    assert "There is no finding 999" in answer.stderr


def test_a_look_that_cannot_be_made_is_said(one):
    answer = run("retest", one.pk)
    assert (answer.exit_code, Retest.objects.exists()) == (runtime.FAILED, False)
    assert "mandate" in answer.stderr
    assert run("fixed", one.pk).exit_code == runtime.FAILED
    assert Finding.objects.get().state == "fix_declared"


def test_a_look_is_asked_for_and_its_answer_told(one):
    MandateFactory(establishment=one.establishment)
    assert run("retest", one.pk, "--no-wait").exit_code == 0
    Campaign.objects.update(state="stopped", ended_at=one.last_confirmed.replace(year=2030))
    answer = run("retest", one.pk, "--no-wait", "--json")
    assert json.loads(answer.output)["answer"] == "waiting"
    Campaign.objects.update(state="stopped", ended_at=one.last_confirmed.replace(year=2030))
    with pytest.raises(SystemExit) as ended:
        command._answered(one, wait=True, as_json=False)
    assert ended.value.code == runtime.STOPPED


def test_a_finding_is_given_to_who_may_act_on_it_and_to_nobody_else(one):
    officer = {"kind": "establishment_officer", "scope_kind": "establishment"}
    aline = RoleFactory(establishment=one.establishment, **officer).user
    bruno = RoleFactory(establishment=EstablishmentFactory(), **officer).user
    assert run("assign", one.pk, bruno.email).exit_code == runtime.USAGE
    assert run("assign", one.pk, aline.email).exit_code == runtime.OK
    one.refresh_from_db()
    assert one.assigned_to == aline
    assert run("assign", one.pk, "nobody").exit_code == runtime.OK
    one.refresh_from_db()
    assert one.assigned_to is None


def test_a_note_of_the_analysts_is_kept_and_read_back(one):
    finess = one.establishment.finess
    assert run("note", finess, "Their provider changes.", "--finding", one.pk).exit_code == runtime.OK
    told = json.loads(run("notes", finess, "--json").output)
    assert [(row["finding"], row["text"]) for row in told] == [(one.pk, "Their provider changes.")]
    assert "Their provider changes." in run("notes", finess).output
    assert run("note", finess, "  ").exit_code == runtime.USAGE
    other = FindingFactory()
    assert run("note", finess, "Not theirs.", "--finding", other.pk).exit_code == runtime.USAGE


def test_what_anssi_is_shown_is_agreed_to_listed_and_taken_back(one):
    finess = one.establishment.finess
    signed = ("--kind", "product", "--signatory", "Dr Exemple", "--basis", "Lettre du 12/11/2026")
    assert "once it is marked" in run("agree", finess, *signed).output
    assert json.loads(run("agreements", "--json").output)[0]["counts"] is False
    assert "shows nothing" in run("agreements").output
    assert run("take-back", finess, "--kind", "product").exit_code == runtime.OK
    assert run("take-back", finess, "--kind", "product").exit_code == runtime.FAILED
    assert json.loads(run("agreements", "--json").output) == []


@pytest.mark.parametrize(
    "asked",
    [
        ("agree", "000000000", "--kind", "product", "--signatory", "X", "--basis", "Y"),
        ("take-back", "000000000", "--kind", "product"),
        ("notes", "000000000"),
    ],
)
def test_what_is_not_in_the_registry_is_said(asked):
    assert run(*asked).exit_code == runtime.USAGE


def test_a_kind_that_does_not_exist_is_said(one):
    told = run("take-back", one.establishment.finess, "--kind", "everything")
    assert (told.exit_code, "choose among" in told.output) == (runtime.USAGE, True)

"""vigie group-audit and vigie time-to-fix: what they say, and what they refuse in words."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from tests.factories import EstablishmentFactory, FindingFactory, GroupFactory, MembershipFactory, ShardFactory
from vigie.apps.findings.models import Finding, GroupAudit
from vigie.cli.main import load

pytestmark = pytest.mark.django_db


def vigie(*words: str) -> tuple[int, str]:
    name, *rest = words
    done = CliRunner().invoke(load(name), rest)
    return done.exit_code, done.output


@pytest.fixture
def group():
    now = timezone.now()
    made = GroupFactory(code="VA-77", name="GHT de la Valombre")
    for _ in range(2):
        MembershipFactory(group=made, recorded_at=now - timedelta(days=30))
    return made


def test_an_audit_is_prepared_agreed_and_reported_from_the_terminal(group):
    code, told = vigie("group-audit", "prepare", "ght:VA-77")
    assert code == 0, told
    audit = GroupAudit.objects.get()
    assert audit.perimeter.count() == 2
    code, told = vigie("group-audit", "run", str(audit.pk), "--ports", "443")
    assert code == 2
    assert "not agreed yet" in told
    signed = ("--signatory", "Dr Exemple, directeur", "--reference", "Convention 2026-12")
    assert vigie("group-audit", "agree", str(audit.pk), *signed)[0] == 0
    code, told = vigie("group-audit", "report", str(audit.pk), "--language", "en")
    assert "The agreement is recorded; the first look can start." in told
    code, told = vigie("group-audit", "list", "--json")
    facts = json.loads(told)
    assert (facts["told"], facts["groups"], facts["audits"][0]["state"]) == (0, 1, "agreed")


def test_without_any_mandate_no_run_begins(group):
    vigie("group-audit", "prepare", "ght:VA-77")
    audit = GroupAudit.objects.get()
    vigie("group-audit", "agree", str(audit.pk), "--signatory", "X", "--reference", "Y")
    code, told = vigie("group-audit", "run", str(audit.pk), "--ports", "443")
    assert code == 2
    assert "mandate in force" in told


@pytest.fixture
def looked_at(group) -> GroupAudit:
    """One whose single look is over, with two weaknesses that it saw."""
    now = timezone.now()
    member = group.memberships.first().establishment
    audit = GroupAudit.objects.create(
        group=group, prepared_at=now - timedelta(days=3), state="running", signatory="X", agreement="Y",
        agreed_on=(now - timedelta(days=3)).date(), started_at=now - timedelta(days=2), ports=[443],
    )  # fmt: skip
    audit.perimeter.create(establishment=member, had_mandate=True)
    shard = ShardFactory(campaign__started_at=audit.started_at, campaign__ended_at=now, establishment=member)
    audit.runs.create(campaign=shard.campaign)
    look = shard.looks.create(address="127.61.0.1", started_at=audit.started_at, ended_at=now, reached=True)
    for port in (443, 8443):
        FindingFactory(establishment=member, service=None, address=look.address, port=port, last_confirmed=now)
    return audit


def test_an_audit_goes_from_the_look_to_its_end_in_the_terminal(looked_at, tmp_path):
    number = str(looked_at.pk)
    code, told = vigie("group-audit", "gather", number)
    assert (code, "2 findings are new" in told) == (0, True), told
    first, second = (row["finding"] for row in json.loads(vigie("group-audit", "review", number, "--json")[1]))
    assert "2 of 2 findings are to be judged" in vigie("group-audit", "review", number)[1]
    assert vigie("group-audit", "judge", number, str(first), "--confirm")[0] == 0
    code, told = vigie("group-audit", "restitute", number, "--attendance", "Dr Exemple")
    assert (code, "1 findings are not judged yet" in told) == (2, True)
    code, told = vigie("group-audit", "judge", number, str(second), "--reject", "A decoy of ours.")
    assert "0 are left to judge" in told
    assert Finding.objects.get(pk=second).state == "false_positive"
    conclusion = tmp_path / "conclusion.txt"
    conclusion.write_text("Deux passerelles à mettre à jour.")
    assert vigie("group-audit", "conclude", number, str(conclusion))[0] == 0
    code, told = vigie("group-audit", "restitute", number, "--attendance", "Dr Exemple")
    assert (code, told.count("-")) == (0, 6), told  # three days
    assert vigie("group-audit", "close", number, "--why", "Audited again.")[0] == 0
    looked_at.refresh_from_db()
    assert (looked_at.state, looked_at.conclusion) == ("closed", "Deux passerelles à mettre à jour.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("judge", "12", "--confirm"), "no finding 12"),
        (("judge", "12"), "one of the two"),
        (("judge", "12", "--confirm", "--reject", "No."), "one of the two"),
        (("restitute", "--attendance", "X", "--on", "June"), "YYYY-MM-DD"),
        (("restitute", "--attendance", " "), "not be done now"),
        (("close", "--why", "Because."), "not be done now"),
        (("conclude", "/dev/null"), "not be done now"),
    ],
)
def test_a_step_that_is_badly_asked_changes_nothing(group, words, says):
    audit = GroupAudit.objects.create(group=group, prepared_at=timezone.now())
    deed, *rest = words
    code, told = vigie("group-audit", deed, str(audit.pk), *rest)
    assert (code, says in told) == (2, True), told
    audit.refresh_from_db()
    assert audit.state == "prepared"


def test_an_audit_is_abandoned_with_its_reason(group):
    audit = GroupAudit.objects.create(group=group, prepared_at=timezone.now())
    assert vigie("group-audit", "abandon", str(audit.pk), "--why", "  ")[0] == 2
    assert vigie("group-audit", "abandon", str(audit.pk), "--why", "They declined.")[0] == 0
    audit.refresh_from_db()
    assert (audit.state, audit.end_reason) == ("abandoned", "They declined.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("group-audit", "prepare", "ght:NOWHERE"), "no group of that kind and code"),
        (("group-audit", "report", "999999"), "there is no such audit"),
        (("time-to-fix",), "Name one of"),
        (("time-to-fix", "--territory", "region:ZZ"), "there is none"),
        (("time-to-fix", "--establishment", "999999999"), "no establishment has that FINESS number"),
        (("time-to-fix", "--establishment", "999999999", "--from", "birth"), "detected or notified"),
        (("time-to-fix", "--establishment", "999999999", "--as-of", "June"), "YYYY-MM-DD"),
    ],
)
def test_what_is_badly_asked_is_said_in_one_sentence(words, says):
    code, told = vigie(*words)
    assert code == 2
    assert says in told


def test_the_time_to_fix_is_printed_with_its_number_and_its_interval():
    now = timezone.now()
    one = EstablishmentFactory()
    for days in range(1, 9):
        closed = now - timedelta(days=10 - days)
        FindingFactory(
            establishment=one, service=None, address=f"127.61.0.{days}", port=443, names=[], state="closed",
            close_reason="check_passed", first_seen=now - timedelta(days=10), last_confirmed=closed, closed_at=closed,
        )  # fmt: skip
    code, told = vigie("time-to-fix", "--establishment", one.finess, "--json")
    assert code == 0, told
    facts = json.loads(told)["every"]
    assert (facts["n"], facts["fixed"], facts["told"], facts["median_seconds"]) == (8, 8, True, 4 * 86_400)
    code, told = vigie("time-to-fix", "--establishment", one.finess)
    assert "4.0 days" in told
    code, told = vigie("time-to-fix", "--establishment", one.finess, "--from", "notified")
    assert "8 about which nobody was told" in told

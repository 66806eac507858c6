"""vigie group-audit and vigie time-to-fix: what they say, and what they refuse in words."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from tests.factories import EstablishmentFactory, FindingFactory, GroupFactory, MembershipFactory
from vigie.apps.findings.models import GroupAudit
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

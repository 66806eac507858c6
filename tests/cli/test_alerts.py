"""vigie alerts: the board, from the terminal."""

import json

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tests.apps.watch import world
from vigie.apps.notices.models import Alert
from vigie.apps.watch.models import NationalAlert
from vigie.cli.alerts import app

pytestmark = pytest.mark.django_db


def run(*words):
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def alerted():
    now = timezone.now()
    world.hospital("affected", now)
    world.hospital("unknown", now)
    world.listed(now)


def test_the_list_counts_by_verdict(alerted):
    (told,) = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert (told["cve"], told["state"], told["affected"], told["to_check"]) == (world.CVE, "new", 1, 1)
    assert (told["waiting"], told["notified"]) == (2, 0)
    assert run("list", "--state", "released").stdout == "No alert.\n"
    assert run("list", "--state", "burning").exit_code == 2


def test_who_has_to_check_is_asked_to(alerted):
    told = run("show", world.CVE.lower()).stdout
    assert "please check (unknown)" in told
    assert "vulnerable" not in told
    assert json.loads(run("show", world.CVE, "--json").stdout)["history"][0]["kind"] == "opened"


def test_released_it_leaves_and_once_only(alerted):
    assert "leave now" in run("release", world.CVE).stdout
    assert NationalAlert.objects.get().state == "released"
    assert not Alert.objects.filter(held=True).exists()
    assert run("release", world.CVE).exit_code == 1


def test_dismissed_it_keeps_its_reason(alerted):
    assert run("dismiss", world.CVE, "--reason", "Taken back").exit_code == 0
    assert NationalAlert.objects.get().reason == "Taken back"
    assert run("dismiss", world.CVE, "--reason", "Again").exit_code == 1


def test_an_alert_that_is_not_there_is_said_so(db):
    done = run("show", "CVE-1999-0001")
    assert done.exit_code == 1
    assert "There is no alert of CVE-1999-0001" in done.output

"""Everything at once says what was stored one by one; what does not follow any more is found, and mended."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from tests.apps.vulns.test_actions import before, current, seen, store
from tests.sources.vulnerability_files import cve
from vigie.apps.audit.models import Event
from vigie.apps.vulns.models import PairMatch
from vigie.apps.vulns.rescoring import rescore
from vigie.cli.main import app

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def stored(tmp_path, now):
    """Two versions of a portal, of which the older one is concerned by both vulnerabilities, the newer by one."""
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")), cve("CVE-2099-2", before("3.0")))
    return seen("1.5", now), seen("2.5", now), seen("not.a.version", now)


def test_what_follows_from_the_rules_is_left_as_it_is(stored, now):
    found = rescore(by="test", now=now + DAY)
    assert (found.pairs, found.vulnerabilities, found.products) == (3, 2, ())
    assert (found.matched.added, found.matched.ended) == (0, 0)
    assert Event.objects.filter(kind="verdicts-rescored").count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda rows: rows.filter(vulnerability__cve="CVE-2099-1").delete(), id="one-was-lost"),
        pytest.param(lambda rows: rows.update(verdict="unknown"), id="an-older-rule-could-not-tell"),
    ],
)
def test_what_an_older_rule_told_is_found_and_mended(stored, now, spoil):
    old, new, _ = stored
    spoil(PairMatch.objects.filter(pair=old))
    found = rescore(by="test", now=now + DAY)
    assert found.products == ("valmed:portal",)
    assert current(old) == {"CVE-2099-1": "affected", "CVE-2099-2": "affected"}
    assert current(new) == {"CVE-2099-1": "fixed", "CVE-2099-2": "affected"}
    assert rescore(by="test", now=now + 2 * DAY).products == ()


def test_one_that_was_lost_is_not_hidden_by_one_too_many(stored, now):
    """As many verdicts as there should be, of others than there should be."""
    _, new, _ = stored
    PairMatch.objects.filter(pair=new, vulnerability__cve="CVE-2099-1").update(verdict="affected")
    PairMatch.objects.filter(pair=new, vulnerability__cve="CVE-2099-2").update(verdict="fixed")
    assert rescore(by="test", now=now + DAY).products == ("valmed:portal",)
    assert current(new) == {"CVE-2099-1": "fixed", "CVE-2099-2": "affected"}


def test_what_ranges_do_not_decide_is_matched_again_when_all_is_asked(stored, now):
    unread = stored[2]
    PairMatch.objects.filter(pair=unread).delete()
    assert rescore(by="test", now=now + DAY).matched.added == 0
    assert rescore(by="test", now=now + 2 * DAY, whole=True).matched.added == 2


def test_the_command_tells_what_was_otherwise(stored, now):
    PairMatch.objects.filter(pair=stored[0]).delete()
    told = json.loads(CliRunner().invoke(app, ["feeds", "rescore", "--json"]).stdout)
    assert (told["products"], told["matched"]["added"]) == (["valmed:portal"], 2)
    assert "0 begun, 0 ended" in CliRunner().invoke(app, ["feeds", "rescore"]).stdout

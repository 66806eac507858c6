"""A weakness that vanishes everywhere at once is most likely our fault: it ends nothing before a person has judged."""

from datetime import timedelta

import pytest

from tests.factories import EstablishmentFactory, FindingFactory, ShardFactory
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding, VanishedKind
from vigie.apps.findings.retiring import retire
from vigie.apps.findings.vanished import actions
from vigie.apps.findings.vanished.queries import held_subjects
from vigie.apps.jobs.models import Job
from vigie.data.params import retired_checks, vanished_rule
from vigie.engine.checks import CHECKS

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SUBJECT = "tls-certificate-expired"


def country(now, establishments=6, findings_each=2, **changes):
    """Establishments that showed the weakness three days ago, and were looked at since, an hour ago."""
    given = {"kind": "check", "subject": SUBJECT, "first_seen": now - 5 * DAY, "last_confirmed": now - 3 * DAY}
    for _ in range(establishments):
        one = EstablishmentFactory()
        ShardFactory(establishment=one, started_at=now - 2 * HOUR, ended_at=now - HOUR)
        FindingFactory.create_batch(findings_each, establishment=one, **given | changes)


def test_what_many_showed_last_week_and_none_does_today_waits_for_a_person(now):
    country(now)
    assert actions.notice(now) == 1
    row = VanishedKind.objects.get()
    assert (row.subject, row.findings, row.establishments, row.verdict) == (SUBJECT, 12, 6, "open")
    assert held_subjects() == {("check", SUBJECT)}
    assert actions.notice(now + HOUR) == 0
    assert Event.objects.filter(kind="weakness-vanished").count() == 1


@pytest.mark.parametrize(
    "world",
    [
        pytest.param({"establishments": 4}, id="in-few-establishments"),
        pytest.param({"findings_each": 1}, id="few-findings"),
    ],
)
def test_a_few_may_be_mended_on_one_day(now, world):
    country(now, **world)
    assert actions.notice(now) == 0


def test_what_was_not_looked_at_since_has_not_vanished(now):
    country(now)
    from vigie.apps.scans.models import Shard

    Shard.objects.update(ended_at=now - 2 * DAY)
    assert actions.notice(now) == 0


def test_one_that_is_seen_again_is_held_no_more(now):
    country(now)
    actions.notice(now)
    Finding.objects.filter(pk=Finding.objects.earliest("pk").pk).update(last_confirmed=now + HOUR)
    actions.notice(now + 2 * HOUR)
    row = VanishedKind.objects.get()
    assert (row.verdict, row.judged_by) == ("seen_again", "scanner")
    assert held_subjects() == frozenset()


def test_our_fault_brings_back_what_looks_ended_since_with_its_first_date(now):
    country(now)
    first = Finding.objects.order_by("pk")[0]
    ended = Finding.objects.order_by("pk")[:3]
    Finding.objects.filter(pk__in=[one.pk for one in ended]).update(
        state="closed", close_reason="check_passed", closed_at=now - HOUR
    )
    old = FindingFactory(
        kind="check", subject=SUBJECT, state="closed", closed_at=now - 9 * DAY, close_reason="check_passed"
    )
    actions.notice(now)
    back = actions.judge(row=VanishedKind.objects.get(), is_fault=True, by="user:1 Aline", now=now + HOUR)
    assert back == 3
    first.refresh_from_db()
    assert (first.state, first.closed_at, first.close_reason, first.reopened) == ("open", None, "", 1)
    assert first.first_seen == now - 5 * DAY
    assert first.events.get().kind == "reopened"
    old.refresh_from_db()
    assert old.state == "closed"
    assert Job.objects.filter(path__endswith="compute_levels").exists()
    with pytest.raises(actions.AlreadyJudged):
        actions.judge(row=VanishedKind.objects.get(), is_fault=False, by="user:1 Aline", now=now + HOUR)


def test_what_is_really_gone_is_not_asked_again_the_same_week(now):
    country(now)
    actions.notice(now)
    assert actions.judge(row=VanishedKind.objects.get(), is_fault=False, by="user:1 Aline", now=now) == 0
    assert actions.notice(now + HOUR) == 0
    assert held_subjects() == frozenset()


def test_while_it_is_held_a_look_that_passes_closes_nothing(world, ftp):
    server = ftp("127.62.8.1", auth_tls=False)
    world.declare("127.62.8.1")
    world.look()
    finding = Finding.objects.get(subject="ftp-no-tls")
    row = VanishedKind.objects.create(
        kind="check", subject="ftp-no-tls", noticed_at=world.now, since=world.now, findings=20, establishments=9
    )
    server.auth_tls = True
    world.look(after=DAY)
    finding.refresh_from_db()
    assert finding.state == "open"
    actions.judge(row=row, is_fault=False, by="user:1 Aline", now=world.now)
    world.look(after=DAY)
    finding.refresh_from_db()
    assert (finding.state, finding.close_reason) == ("closed", "check_passed")


def test_a_retired_check_ends_its_findings_and_says_why(now):
    kept, gone = (FindingFactory(kind="check", subject=subject) for subject in (SUBJECT, "an-old-check"))
    aside = FindingFactory(
        kind="check",
        subject="an-old-check",
        state="risk_accepted",
        close_reason="risk_accepted",
        decision="x",
        closed_at=now,
        until=now + DAY,
    )
    assert retire(checks={"an-old-check"}, now=now) == 2
    for finding in (gone, aside):
        finding.refresh_from_db()
        assert (finding.state, finding.close_reason, finding.until) == ("no_longer_observed", "check_retired", None)
        assert finding.events.get().detail == {"reason": "check_retired"}
    kept.refresh_from_db()
    assert kept.state == "open"
    assert retire(checks={"an-old-check"}, now=now) == 0


def test_no_check_that_is_still_made_is_retired(now):
    assert not retired_checks(now.date()) & set(CHECKS)
    assert vanished_rule(now.date()).slug == "vanished-2026-11-23"

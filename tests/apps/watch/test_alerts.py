"""From a line of a list to a message: whom it concerns is known at once, and nothing leaves before a person says so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.apps.notices.world import Drawer
from tests.apps.watch import world
from tests.factories import VulnerabilityFactory
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding
from vigie.apps.notices import actions as notices
from vigie.apps.notices.models import Alert, AlertItem, Mailing, Notice
from vigie.apps.notices.wording import letter
from vigie.apps.observatory.exposed import exposed_to
from vigie.apps.observatory.exposed_notified import notified
from vigie.apps.vulns.models import PairMatch, Vulnerability, VulnerabilityChange
from vigie.apps.watch import actions, tending
from vigie.apps.watch.enums import NationalAlertState
from vigie.apps.watch.models import Concerned, NationalAlert, NationalAlertEvent
from vigie.data.watch_rules import ByItself, alert_rule

pytestmark = pytest.mark.django_db
ALINE, BRUNO = "user:1 aline", "user:2 bruno"
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    """The workers read the clock: what is told before them is a little older."""
    return timezone.now() - HOUR


def state() -> str:
    return NationalAlert.objects.get().state


def history() -> list[str]:
    return list(NationalAlertEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_what_enters_the_list_is_an_alert_with_its_findings_and_nothing_leaves(now):
    one = world.hospital("affected", now)
    notices_before = Drawer().deliver(now + HOUR).sent
    world.listed(now)
    finding = Finding.objects.get()
    assert (finding.exploited, finding.establishment) == (True, one)
    assert (state(), Concerned.objects.get().verdict) == ("new", "affected")
    assert Alert.objects.get(mailing__key=world.alert().mailing_key).held
    assert Drawer().deliver(now + 2 * HOUR).sent == 0
    assert notices_before == 0


def test_one_person_releases_to_few_and_the_alert_says_so(now):
    world.hospital("affected", now)
    world.listed(now)
    assert actions.release(alert=world.alert(), by=ALINE, now=now + HOUR, with_checks=True)
    assert (state(), NationalAlert.objects.get().decided_by) == ("released", ALINE)
    assert Drawer().deliver(now + 2 * HOUR).sent == 1
    assert history() == ["opened", "concerned", "released"]
    assert Event.objects.filter(kind="national-alert-released", actor=ALINE).count() == 1
    with pytest.raises(actions.NothingToRelease):
        actions.release(alert=world.alert(), by=BRUNO, now=now + HOUR, with_checks=True)


def test_above_twenty_establishments_a_second_person_is_needed(now):
    for _ in range(21):
        world.hospital("affected", now)
    world.listed(now)
    assert not actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=True)
    assert state() == "examined"
    with pytest.raises(notices.SecondPersonNeeded):
        actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=True)
    assert Drawer().deliver(now + HOUR).sent == 0
    assert actions.release(alert=world.alert(), by=BRUNO, now=now, with_checks=True)
    assert Drawer().deliver(now + HOUR).sent == 21


def test_to_tell_others_than_was_agreed_to_is_to_agree_anew(now):
    for number in range(22):
        world.hospital("affected" if number < 21 else "unknown", now)
    world.listed(now)
    assert not actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=False)
    assert not actions.release(alert=world.alert(), by=BRUNO, now=now, with_checks=True)
    assert Mailing.objects.get().first_agreed_by == BRUNO
    assert actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=True)


def test_those_that_join_what_one_person_released_leave_until_they_are_too_many(now):
    for _ in range(19):
        world.hospital("affected", now)
    world.listed(now)
    actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=True)
    for _ in range(3):
        world.hospital("affected", now + HOUR)
    world.told(now + HOUR)
    assert (Alert.objects.filter(held=False).count(), Alert.objects.filter(held=True).count()) == (20, 2)
    with pytest.raises(notices.SecondPersonNeeded):
        actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=True)
    assert actions.release(alert=world.alert(), by=BRUNO, now=now, with_checks=True)


def test_dismissing_says_why_and_withholds_what_was_drafted(now):
    world.hospital("affected", now)
    world.listed(now)
    with pytest.raises(actions.ReasonMissing):
        actions.dismiss(alert=world.alert(), reason="  ", by=ALINE, now=now)
    actions.dismiss(alert=world.alert(), reason="The entry was taken back an hour later.", by=ALINE, now=now)
    found = NationalAlert.objects.get()
    assert (found.state, found.reason) == ("dismissed", "The entry was taken back an hour later.")
    assert set(Notice.objects.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(actions.AlreadyDecided):
        actions.dismiss(alert=world.alert(), reason="Again", by=BRUNO, now=now)


def test_the_page_of_the_notices_judges_it_too(now):
    world.hospital("affected", now)
    world.listed(now)
    notices.withhold(mailing=Mailing.objects.get(), by=BRUNO, now=now)
    assert (state(), NationalAlert.objects.get().decided_by) == ("dismissed", BRUNO)


def test_an_alerte_of_cert_fr_opens_a_dismissed_alert_again(now):
    world.hospital("affected", now)
    world.listed(now)
    actions.dismiss(alert=world.alert(), reason="Nobody of ours.", by=ALINE, now=now)
    later = now + HOUR
    VulnerabilityChange.objects.create(
        vulnerability=Vulnerability.objects.get(cve=world.CVE), kind="warned", at=later, on=later.date(),
        source="cert_fr:CERTFR-2026-ALE-002", after="CERTFR-2026-ALE-002",
    )  # fmt: skip
    assert len(actions.open_alerts(since=later, now=later)) == 1
    assert (state(), history()[-1]) == ("new", "reopened")
    assert actions.open_alerts(since=later, now=later) == []


@pytest.mark.parametrize(
    ("days", "opens"),
    [pytest.param(30, 1, id="a-month-ago-is-news"), pytest.param(31, 0, id="older-is-told-as-the-rest")],
)
def test_an_entry_that_its_source_dated_long_ago_is_no_news(now, days, opens):
    known = VulnerabilityFactory()
    on = now.date() - timedelta(days=days)
    VulnerabilityChange.objects.create(vulnerability=known, kind="exploited", at=now, on=on, source="kev")
    assert len(actions.open_alerts(since=now, now=now)) == opens


def test_one_that_concerns_nobody_has_nothing_to_release(now):
    VulnerabilityFactory(cve=world.CVE)
    world.listed(now)
    assert (state(), Concerned.objects.count()) == ("new", 0)
    with pytest.raises(actions.NothingToRelease):
        actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=True)
    actions.examine(alert=world.alert(), by=ALINE, now=now)
    with pytest.raises(actions.AlreadyDecided):
        actions.examine(alert=world.alert(), by=BRUNO, now=now)


def test_a_verdict_that_changes_ends_its_row_and_adds_another(now):
    world.hospital("conditional", now)
    world.listed(now)
    PairMatch.objects.update(verdict="unknown")
    tending.tend(now=now + HOUR)
    rows = list(Concerned.objects.order_by("pk").values_list("verdict", "ended_at"))
    assert rows == [("conditional", now + HOUR), ("unknown", None)]


@pytest.mark.parametrize("verdict", ["conditional", "unknown"])
def test_who_cannot_be_judged_is_asked_to_check_and_the_check_ends_with_the_doubt(now, verdict):
    world.hospital(verdict, now)
    world.listed(now)
    item = AlertItem.objects.get()
    assert (item.kind, item.alert.held, item.urgent) == ("check", True, True)
    PairMatch.objects.update(ended_at=now)
    tending.tend(now=now + HOUR)
    assert AlertItem.objects.get().stage == "dropped"
    assert Alert.objects.get().ended_at == now + HOUR


def test_those_who_have_to_check_may_be_left_out(now):
    world.hospital("affected", now)
    world.hospital("unknown", now)
    world.listed(now)
    assert Alert.objects.filter(held=True).count() == 2
    assert actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=False)
    assert Drawer().deliver(now + HOUR).sent == 1
    assert Alert.objects.get(items__kind="check").ended_at == now


@pytest.mark.parametrize(
    ("language", "asks", "never"),
    [
        ("fr", "vérifi", ("vulnérable", "faille", "vous êtes touché", "exposé")),
        ("en", "please check", ("vulnerable", "you are affected", "exposed", "weakness")),
    ],
)
@pytest.mark.parametrize("verdict", ["conditional", "unknown"])
def test_whoever_has_to_check_is_never_told_that_they_are_vulnerable(now, verdict, language, asks, never):
    world.hospital(verdict, now)
    world.listed(now)
    one = Notice.objects.select_related("alert__mailing").get(alert__items__kind="check")
    one.language = language
    words = letter(one, link="https://vigie.example/x")
    for text in (words.subject, words.text, words.html):
        assert asks in text.lower()
        assert not any(word in text.lower() for word in never)


def test_by_itself_nothing_leaves_unless_the_dated_policy_says_so(now):
    world.hospital("affected", now)
    world.listed(now)
    rule = alert_rule(now.date())
    assert rule.by_itself is ByItself.NOTHING
    assert not actions.release_by_policy(alert=world.alert(), rule=rule, now=now)
    bold = replace(rule, by_itself=ByItself.AFFECTED_AND_EXPLOITED)
    assert actions.release_by_policy(alert=world.alert(), rule=bold, now=now)
    assert (state(), NationalAlert.objects.get().decided_by) == ("released", f"policy:{rule.slug}")
    assert Event.objects.filter(kind="mailing-released", actor=f"policy:{rule.slug}").exists()


def test_the_policy_counts_as_one_person(now):
    for _ in range(21):
        world.hospital("affected", now)
    world.listed(now)
    bold = replace(alert_rule(now.date()), by_itself=ByItself.AFFECTED_AND_EXPLOITED)
    assert not actions.release_by_policy(alert=world.alert(), rule=bold, now=now)
    assert not actions.release_by_policy(alert=world.alert(), rule=bold, now=now)
    assert state() == "examined"
    assert actions.release(alert=world.alert(), by=ALINE, now=now, with_checks=False)


def test_a_news_that_comes_twice_changes_nothing(now):
    world.hospital("affected", now)
    world.listed(now)
    before = Notice.objects.count(), NationalAlertEvent.objects.count()
    world.work(now + HOUR)
    assert (Notice.objects.count(), NationalAlertEvent.objects.count()) == before


def test_states_are_those_of_the_board():
    assert [str(one) for one in NationalAlertState] == ["new", "examined", "released", "dismissed"]


def test_exposed_says_who_was_notified_and_since_when(now):
    one, other = world.hospital("affected", now), world.hospital("unknown", now)
    world.listed(now)
    actions.release(alert=world.alert(), by=ALINE, now=now + HOUR, with_checks=False)
    Drawer().deliver(now + 2 * HOUR)
    found = exposed_to(Vulnerability.objects.get(cve=world.CVE), now + 3 * HOUR, past=False)
    assert {row.finess: row.notified_at for row in found.establishments} == {
        one.finess: now + 2 * HOUR,
        other.finess: None,
    }
    assert (found.nation.notified, [place.notified for place in found.regions]) == (1, [1])
    assert notified(world.alert().vulnerability_id, now + HOUR) == {}

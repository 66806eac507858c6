"""Who follows something is told that it changed, at the pace that they chose, and no longer when they say so."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.apps.watch import world
from tests.factories import UserFactory, VulnerabilityFactory
from vigie.apps.audit.models import Event
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import link_token
from vigie.apps.notices.wording import letter
from vigie.apps.vulns.models import VulnerabilityChange
from vigie.apps.watch import actions, news, telling
from vigie.apps.watch.enums import WatchPace
from vigie.apps.watch.models import Watched, WatchTelling

pytestmark = pytest.mark.django_db
PRODUCT = "fortinet:fortios"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    """A Monday, before the hour of the digest."""
    return datetime(2026, 11, 23, 6, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def keeper(now):
    """Of a list of one product, that some hospital shows."""
    world.hospital("affected", now - timedelta(days=30))
    user = UserFactory()
    user.roles.update(valid_from=now - timedelta(days=90))
    actions.watch(user=user, name=PRODUCT, by="test", now=now)
    return user


def listed(now):
    """Attackers use it, as CISA tells that day."""
    one = VulnerabilityFactory(cve=world.CVE)
    VulnerabilityChange.objects.create(vulnerability=one, kind="exploited", at=now, on=now.date(), source="kev")


def follow_the_vulnerability(user, now):
    actions.watch(user=user, name=world.CVE, by="test", now=now)


def messages() -> list[Notice]:
    return list(Notice.objects.filter(kind="watch").order_by("pk"))


def test_the_digest_comes_once_at_its_hour_and_says_nothing_of_what(keeper, now):
    follow_the_vulnerability(keeper, now)
    listed(now + MINUTE)
    assert actions.tell(now=now + 2 * MINUTE) == 0, "before its hour"
    assert actions.tell(now=now + timedelta(hours=6)) == 1
    assert actions.tell(now=now + timedelta(hours=7)) == 0, "told once"
    (one,) = messages()
    assert (one.address, one.urgent) == (keeper.email, False)
    words = letter(one, link="https://x.example/")
    assert not [told for told in (words.subject, words.text, words.html) if "fortios" in told or "CVE" in told]
    assert Event.objects.filter(kind="watch-told").count() == 1


def test_who_asks_for_it_is_told_at_once(keeper, now):
    follow_the_vulnerability(keeper, now)
    actions.choose(user=keeper, pace=WatchPace.AT_ONCE, by="test", now=now)
    assert actions.tell(now=now + MINUTE) == 0, "nothing is new"
    listed(now + 2 * MINUTE)
    assert actions.tell(now=now + 3 * MINUTE) == 1
    assert [one.urgent for one in messages()] == [True]


def test_a_score_that_changes_waits_for_the_digest(keeper, now):
    follow_the_vulnerability(keeper, now)
    one = VulnerabilityFactory(cve=world.CVE)
    VulnerabilityChange.objects.create(vulnerability=one, kind="scored", at=now + MINUTE, source="nvd")
    actions.choose(user=keeper, pace=WatchPace.AT_ONCE, by="test", now=now)
    assert actions.tell(now=now + 2 * MINUTE) == 0
    WatchTelling.objects.update(pace=WatchPace.DIGEST)
    assert actions.tell(now=now + timedelta(hours=6)) == 1


def test_a_product_seen_somewhere_new_is_news_to_those_who_see_it(keeper, now):
    actions.choose(user=keeper, pace=WatchPace.AT_ONCE, by="test", now=now)
    elsewhere = UserFactory(analyst=False)
    actions.watch(user=elsewhere, name=PRODUCT, by="test", now=now)
    actions.choose(user=elsewhere, pace=WatchPace.AT_ONCE, by="test", now=now)
    world.hospital("affected", now + MINUTE)
    (followed,) = news.followed_by(keeper, now + 2 * MINUTE)
    assert followed.exposures == 1
    assert actions.tell(now=now + 2 * MINUTE) == 1
    assert [one.address for one in messages()] == [keeper.email], "who has no right any more is not told"


def test_what_was_looked_at_is_not_told(keeper, now):
    follow_the_vulnerability(keeper, now)
    listed(now + MINUTE)
    actions.look_at(user=keeper, by="test", now=now + 2 * MINUTE)
    assert actions.tell(now=now + timedelta(hours=6)) == 0


def test_the_link_of_a_message_ends_them_without_an_account(keeper, now):
    follow_the_vulnerability(keeper, now)
    listed(now + MINUTE)
    actions.tell(now=now + timedelta(hours=6))
    path = reverse("web:opened-watch", args=[link_token(messages()[0].uid)])
    stranger = Client(headers={"accept-language": "en"})
    body = stranger.get(path).content.decode()
    assert "Stop these messages" in body
    assert "fortios" not in body
    assert WatchTelling.objects.get().pace == WatchPace.DIGEST, "GET changes nothing"
    assert "These messages are stopped" in stranger.post(path, follow=True).content.decode()
    assert WatchTelling.objects.get().pace == WatchPace.NEVER
    listed(now + timedelta(hours=8))
    assert actions.tell(now=now + timedelta(days=2)) == 0
    assert not actions.stop(telling=WatchTelling.objects.get(), by="again", now=now)


def test_a_link_that_is_none_opens_nothing():
    assert Client().get(reverse("web:opened-watch", args=["0" * 32])).status_code == 410


def test_two_workers_write_one_message(keeper, now):
    follow_the_vulnerability(keeper, now)
    listed(now + MINUTE)
    row = WatchTelling.objects.select_related("user").get()
    late = now + timedelta(hours=6)
    assert telling._told(row, True, late)
    assert not telling._told(row, True, late + MINUTE)
    assert len(messages()) == 1


def test_a_long_list_is_read_in_as_many_questions_as_a_short_one(keeper, now):
    follow_the_vulnerability(keeper, now)
    with CaptureQueriesContext(connection) as short:
        news.followed_by(keeper, now)
    Watched.objects.bulk_create(
        Watched(user=keeper, kind="product", name=f"maker:thing{n}", since=now, looked_at=now) for n in range(50)
    )
    with CaptureQueriesContext(connection) as long:
        assert len(news.followed_by(keeper, now)) == 52
    assert len(long) <= len(short) <= 8

"""Which publishers are asked in a round, and from where: each as often as it asks, what is exploited first."""

import json
import os
from datetime import date, timedelta

import pytest
from django.conf import settings as configured

from tests.sources.advisory_files import cert_fr
from tests.sources.vulnerability_files import kev_text, write
from vigie.apps.vulns import tasks
from vigie.apps.vulns.models import Feed, Vulnerability
from vigie.apps.vulns.queries import due_feeds, feed_status
from vigie.apps.vulns.synchronising import synchronise
from vigie.data import feeds

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def asked(now):
    """Every publisher was asked at that moment."""
    for source in feeds.sources():
        Feed.objects.create(slug=source.slug, last_attempt_at=now, last_good_at=now)


def test_what_was_never_asked_is_due(now):
    assert due_feeds(now) == {source.slug for source in feeds.sources()}


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        pytest.param(0, set(), id="at-once"),
        pytest.param(1, {"cve5", "cert_fr", "kev"}, id="an-hour"),
        pytest.param(2, {"cve5", "cert_fr", "kev", "nvd"}, id="two-hours"),
        pytest.param(6, {"cve5", "cert_fr", "kev", "nvd", "csaf", "cvrf", "epss"}, id="six-hours"),
        pytest.param(168, {source.slug for source in feeds.sources()}, id="a-week"),
    ],
)
def test_each_is_asked_as_often_as_its_publisher_wants(asked, now, hours, due):
    assert due_feeds(now + hours * HOUR) == due


def test_what_failed_and_what_has_work_left_is_due_in_the_next_round(asked, now):
    Feed.objects.filter(slug="endoflife").update(error="endoflife.date answered 503")
    Feed.objects.filter(slug="csaf").update(waiting=200)
    assert due_feeds(now) == {"endoflife", "csaf"}


def configure(settings, place):
    settings.VIGIE = configured.VIGIE.model_copy(update={"feeds": str(place)})


def test_a_mirror_is_read_in_place_of_the_network(settings, tmp_path):
    write(tmp_path, "known.json", kev_text(("CVE-2099-1", date(2099, 1, 3))))
    configure(settings, tmp_path)
    tasks.sync_feeds.call()
    assert Vulnerability.objects.filter(cve="CVE-2099-1").exists()
    assert Feed.objects.get(slug="kev").error == ""


def test_a_mirror_that_is_gone_is_told_on_the_feeds(settings, tmp_path, asked, now):
    configure(settings, tmp_path / "gone")
    tasks.sync_feeds.call(["kev"])
    assert "is not there" in Feed.objects.get(slug="kev").error


def test_off_asks_nobody_and_changes_nothing(settings, asked):
    before = list(Feed.objects.values())
    configure(settings, "off")
    tasks.sync_feeds.call()
    assert list(Feed.objects.values()) == before


def test_a_mirror_that_nobody_fills_any_more_grows_old(settings, tmp_path, now):
    file = write(tmp_path, "notice.json", json.dumps(cert_fr()))
    os.utime(file, (now.timestamp(), now.timestamp()))
    for days in (1, 5):
        synchronise(paths=[tmp_path], now=now + timedelta(days=days), by="test")
        assert Feed.objects.get(slug="cert_fr").last_good_at == now
    status = {one.slug: one for one in feed_status(now + timedelta(days=5))}["cert_fr"]
    assert (status.state, status.gap_days, status.is_alert) == ("stale", 2, True)


def test_a_mirror_that_was_filled_again_without_news_is_fresh(tmp_path, now):
    (tmp_path / "cert_fr" / "2099").mkdir(parents=True)
    file = write(tmp_path / "cert_fr" / "2099", "notice.json", json.dumps(cert_fr()))
    os.utime(file, (0, 0))
    notes = tmp_path / "cert_fr" / "mirror.notes.json"
    notes.write_text(json.dumps({"brought_at": now.isoformat()}))
    synchronise(paths=[tmp_path], now=now + timedelta(hours=1), by="test")
    assert Feed.objects.get(slug="cert_fr").last_good_at == now

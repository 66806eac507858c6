"""CERT-FR and Fortinet: a list of news, then each document."""

import json
from datetime import timedelta

import pytest

from tests.channels.feed_server import answer
from tests.sources import advisory_files
from tests.sources.list_files import cvrf_xml, rss
from vigie.apps.vulns.models import Applicability, Feed, FeedFile
from vigie.apps.vulns.queries import feed_status

pytestmark = pytest.mark.django_db

SITE = "https://www.cert.ssi.gouv.fr"
FORTINET = "https://filestore.fortinet.com/fortiguard/rss/ir.xml"


def reference(number, kind="AVI", year=2099):
    return f"CERTFR-{year}-{kind}-{number:04d}" if kind == "AVI" else f"CERTFR-{year}-{kind}-{number:03d}"


def page(number, kind="AVI", year=2099):
    return f"{SITE}/{'avis' if kind == 'AVI' else 'alerte'}/{reference(number, kind, year)}/"


@pytest.fixture
def site(published):
    """The two lists of CERT-FR, and a function that publishes a notice."""

    def notice(number, *lines, kind="AVI", year=2099):
        told = advisory_files.cert_fr(
            *lines, cves=(f"CVE-{year}-{number:04d}",), reference=reference(number, kind, year)
        )
        published.put(f"{page(number, kind, year)}json/", json.dumps(told))

    def lists(avis=(), alertes=(), text="Un avis"):
        published.put(f"{SITE}/avis/feed/", rss(*((page(number), text) for number in avis)))
        published.put(f"{SITE}/alerte/feed/", rss(*((page(number, "ALE"), text) for number in alertes)))

    lists()
    published.notice, published.lists = notice, lists
    return published


def told():
    return set(Applicability.objects.filter(source__startswith="cert_fr").values_list("source", flat=True))


def documents(published):
    return [asked for asked in published.asked if asked.endswith("/json/")]


def test_what_the_lists_name_is_fetched_avis_and_alertes(site, fetch):
    site.notice(3), site.notice(2, kind="ALE")
    site.lists(avis=[3], alertes=[2])
    report = fetch("cert_fr")
    assert report.state == "read"
    assert told() == {"cert_fr:CERTFR-2099-AVI-0003", "cert_fr:CERTFR-2099-ALE-002"}


def test_what_is_here_is_not_asked_for_again(site, fetch, now):
    site.notice(1)
    site.lists(avis=[1])
    fetch("cert_fr")
    site.asked.clear()
    report = fetch("cert_fr", now + timedelta(hours=1))
    assert (report.state, documents(site)) == ("unchanged", [])
    assert len(site.unchanged) == 2  # both lists were asked, and had nothing new


def test_a_notice_that_is_revised_is_read_again(site, fetch, now):
    site.notice(1)
    site.lists(avis=[1])
    fetch("cert_fr")
    site.notice(1, "Portal versions 2.x antérieures à 2.6")
    site.lists(avis=[1], text="Un avis, mis à jour")
    assert fetch("cert_fr", now + timedelta(hours=1)).changed == 1


def test_numbers_that_no_list_names_any_more_are_asked_for_by_their_name(site, fetch):
    """The list holds the newest; after a long silence the others are still of the year."""
    for number in range(1, 8):
        site.notice(number)
    site.lists(avis=[6, 7])
    assert fetch("cert_fr").new == 7
    assert documents(site)[0].endswith("AVI-0006/json/")
    assert len(told()) == 7


def test_a_number_that_was_never_published_is_given_up_after_three_rounds(site, fetch, now):
    site.notice(2)
    site.lists(avis=[2])
    for hours in range(5):
        report = fetch("cert_fr", now + timedelta(hours=hours))
    assert (report.state, report.bad) == ("unchanged", 0)
    assert [asked for asked in documents(site) if "0001" in asked] == [documents(site)[1]] * 3


def test_a_round_ends_after_its_share_and_the_next_one_goes_on(site, fetch, now, monkeypatch):
    from dataclasses import replace

    from vigie.data import feeds

    small = tuple(replace(one, most_documents=30) for one in feeds.sources())
    monkeypatch.setattr(feeds, "sources", lambda: small)
    for number in range(1, 71):
        site.notice(number)
    site.lists(avis=[70])
    left = [fetch("cert_fr", now + timedelta(hours=hours)).waiting for hours in range(3)]
    assert (left, len(told())) == ([40, 10, 0], 70)


def test_a_feed_that_is_catching_up_says_so(site, fetch, now):
    Feed.objects.create(slug="cert_fr", last_good_at=now, last_attempt_at=now, waiting=12)
    status = {one.slug: one for one in feed_status(now)}["cert_fr"]
    assert (status.state, status.waiting, status.is_alert) == ("behind", 12, False)


def test_a_kill_costs_one_batch(site, fetch, now):
    """The process ends between two questions, wherever that is."""
    for number in range(1, 61):
        site.notice(number)
    site.lists(avis=[60])
    questions = iter(range(40))

    def killed(seconds):
        if next(questions, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch("cert_fr", pause=killed)
    assert len(told()) == 25
    before = set(documents(site))
    site.asked.clear()
    assert fetch("cert_fr", now + timedelta(hours=1)).state == "read"
    assert len(told()) == 60
    again = before & set(documents(site))
    assert len(again) < 25
    assert again <= set(site.unchanged)  # what was on the disk already is confirmed, not sent again


def test_a_site_that_breaks_off_in_the_middle_is_gone_on_with(site, fetch, now):
    for number in range(1, 61):
        site.notice(number)
    site.lists(avis=[60])
    site.fail(f"{page(30)}json/", *[answer(500, b"")] * 3)
    report = fetch("cert_fr")
    assert (report.state, "answered 500" in report.error) == ("failed", True)
    assert 25 <= len(told()) < 31
    assert report.waiting > 0
    before = set(documents(site))
    site.asked.clear()
    assert fetch("cert_fr", now + timedelta(hours=1)).state == "read"
    assert len(told()) == 60
    assert len(before & set(documents(site))) <= 25


def test_a_new_database_reads_the_folder_before_it_asks(site, fetch):
    for number in range(1, 4):
        site.notice(number)
    site.lists(avis=[3])
    fetch("cert_fr")
    Feed.objects.all().delete()
    Applicability.objects.all().delete()
    site.asked.clear()
    assert fetch("cert_fr").changed == 3
    assert (len(told()), documents(site)) == (3, [])


@pytest.mark.parametrize(
    ("mood", "sentence", "seconds"),
    [
        pytest.param(answer(429, b"", Retry_After="7"), "", 7, id="too-many"),
        pytest.param(answer(503, b""), "", 5, id="out-of-order"),
        pytest.param(answer(503, b"", Retry_After="3600"), "answered 503", None, id="come-back-in-an-hour"),
        pytest.param(answer(200, b"<rss><chan"), "not a list of news", None, id="cut"),
        pytest.param(answer(200, b"<html>", Content_Type="text/html"), "answered with a page", None, id="portal"),
        pytest.param(answer(302, b"", Location="https://127.0.0.1/x"), "not one of the listed", None, id="led-inside"),
        pytest.param(answer(200, b"<a/>"), "it has no channel", None, id="another-xml"),
    ],
)
def test_a_list_that_does_not_come_well(site, fetch, waits, mood, sentence, seconds):
    site.notice(1)
    site.lists(avis=[1])
    site.fail(f"{SITE}/alerte/feed/", mood)
    report = fetch("cert_fr")
    assert (report.state, sentence in report.error) == ("failed" if sentence else "read", True)
    assert (seconds in waits) if seconds else (max(waits, default=0) <= 2)


def test_a_bad_document_is_named_and_the_others_are_read(site, fetch):
    site.notice(1)
    site.put(f"{page(2)}json/", '{"reference": "CERTFR-2099-AVI-0002", "cves": [')
    site.lists(avis=[2, 1])
    report = fetch("cert_fr")
    assert (report.state, report.new, report.bad) == ("read", 1, 1)
    assert report.bad_records[0].subject == "CERTFR-2099-AVI-0002.json"
    assert FeedFile.objects.filter(feed__slug="cert_fr").count() == 2


def test_fortinet_is_read_from_its_list_and_its_xml(published, fetch):
    published.put(FORTINET, rss(("https://fortiguard.fortinet.com/psirt/FG-IR-99-001", "CVSSv3 Score: 9.6")))
    published.put("https://www.fortiguard.com/psirt/cvrf/FG-IR-99-001", cvrf_xml())
    report = fetch("cvrf")
    assert (report.state, report.new, report.bad) == ("read", 1, 0)
    assert Applicability.objects.get(source="vendor:FG-IR-99-001").vulnerability.cve == "CVE-2099-0001"


def test_an_identifier_that_fortinet_does_not_have_is_no_advisory(published, fetch):
    published.put(FORTINET, rss(("https://fortiguard.fortinet.com/psirt/FG-IR-99-002", "")))
    empty = cvrf_xml(title="").split("<Vulnerability")[0] + "</cvrfdoc>"
    published.put("https://www.fortiguard.com/psirt/cvrf/FG-IR-99-002", empty)
    report = fetch("cvrf")
    assert (report.bad, report.bad_records[0].reason) == (1, "it names no advisory")


def test_a_list_without_numbers_that_begins_too_late_is_told(published, fetch, now):
    for number in (1, 9):
        published.put(
            f"https://www.fortiguard.com/psirt/cvrf/FG-IR-99-00{number}", cvrf_xml(advisory=f"FG-IR-99-00{number}")
        )
    published.put(FORTINET, rss(("https://fortiguard.fortinet.com/psirt/FG-IR-99-001", "")))
    fetch("cvrf")
    published.put(FORTINET, rss(("https://fortiguard.fortinet.com/psirt/FG-IR-99-009", "")))
    later = now + timedelta(days=40)
    assert "begins after the last document" in fetch("cvrf", later).remark
    status = {one.slug: one for one in feed_status(later)}["cvrf"]
    assert (status.state, status.remark != "") == ("behind", True)

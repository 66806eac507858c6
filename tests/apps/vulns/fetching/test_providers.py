"""Publishers of CSAF: described by themselves, listed by ROLIE or in a directory, each document held to its hash."""

import json
from datetime import timedelta

import pytest

from tests.channels.feed_server import answer
from tests.sources import advisory_files
from tests.sources.list_files import cycles, provider, rolie, sidecar
from vigie.apps.vulns.models import Applicability, SupportLine
from vigie.data import feeds
from vigie.data.names import cycles as slugs

pytestmark = pytest.mark.django_db

CISCO, SIEMENS, CISA = feeds.source("csaf").providers
LIST = "https://www.cisco.com/.well-known/csaf/feed.json"
AT = "https://www.cisco.com/.well-known/csaf/white/2099"
FOLDER = "https://cert-portal.siemens.com/productcert/csaf"


def document(number):
    told = advisory_files.csaf()
    told["document"]["tracking"]["id"] = f"VALMED-2099-{number}"
    return json.dumps(told)


@pytest.fixture
def publishers(published):
    """Cisco by a feed, the two others empty; and functions that publish."""
    published.put(CISCO, provider(LIST))
    for one in (SIEMENS, CISA):
        folder = one.rsplit("/", 1)[0]
        published.put(one, provider(folder=folder))
        published.put(f"{folder}/changes.csv", "")

    def advisory(url, number, kind="sha512"):
        content = document(number)
        published.put(url, content)
        if kind:
            published.put(f"{url}.{kind}", sidecar(content, kind=kind))

    published.advisory = advisory
    return published


def told():
    rows = Applicability.objects.filter(source__startswith="vendor:VALMED")
    return {int(source.rsplit("-", 1)[-1]) for source in rows.values_list("source", flat=True)}


def test_a_rolie_feed_leads_to_documents_that_are_held_to_their_hash(publishers, fetch, tmp_path):
    for number in (1, 2):
        publishers.advisory(f"{AT}/a-{number}.json", number)
    publishers.put(LIST, rolie((f"{AT}/a-1.json", "2099-01-01T00:00:00Z"), (f"{AT}/a-2.json", "2099-01-02T00:00:00Z")))
    report = fetch("csaf")
    assert (report.state, report.bad, told()) == ("read", 0, {1, 2})
    kept = {
        str(file.relative_to(tmp_path / "feeds")) for file in tmp_path.rglob("a-*.json") if "notes" not in file.name
    }
    assert kept == {"csaf/www.cisco.com/undated/a-1.json", "csaf/www.cisco.com/undated/a-2.json"}


def test_only_what_changed_is_fetched_again(publishers, fetch, now):
    for number in (1, 2):
        publishers.advisory(f"{AT}/a-{number}.json", number)
    entries = [(f"{AT}/a-1.json", "2099-01-01T00:00:00Z"), (f"{AT}/a-2.json", "2099-01-02T00:00:00Z")]
    publishers.put(LIST, rolie(*entries))
    fetch("csaf")
    publishers.asked.clear()
    publishers.put(LIST, rolie(entries[0], (f"{AT}/a-2.json", "2099-02-02T00:00:00Z")))
    publishers.advisory(f"{AT}/a-2.json", 3)
    fetch("csaf", now + timedelta(hours=6))
    assert [asked for asked in publishers.asked if "/a-" in asked] == [
        f"{AT}/a-2.json".removeprefix("https://"),
        f"{AT}/a-2.json.sha512".removeprefix("https://"),
    ]
    assert told() == {1, 2, 3}


@pytest.mark.parametrize(
    ("beside", "sentence"),
    [
        pytest.param(sidecar("something else"), "its hash is", id="another-hash"),
        pytest.param("not a hash", "does not hold a SHA-256", id="not-a-hash"),
        pytest.param(None, "promises a hash and has none", id="promised-and-missing"),
    ],
)
def test_a_document_that_is_not_what_its_hash_says_is_left_out_and_asked_again(
    publishers, fetch, now, beside, sentence, tmp_path
):
    publishers.advisory(f"{AT}/a-1.json", 1, kind=None)
    publishers.advisory(f"{AT}/a-2.json", 2)
    if beside is not None:
        publishers.put(f"{AT}/a-1.json.sha512", beside)
    publishers.put(LIST, rolie((f"{AT}/a-1.json", "2099-01-01T00:00:00Z"), (f"{AT}/a-2.json", "2099-01-02T00:00:00Z")))
    report = fetch("csaf")
    assert (told(), report.bad, sentence in report.bad_records[0].reason) == ({2}, 1, True)
    assert report.bad_records[0].subject.endswith("a-1.json")
    assert not list(tmp_path.rglob("a-1.json"))
    publishers.advisory(f"{AT}/a-1.json", 1)
    fetch("csaf", now + timedelta(hours=6))
    assert told() == {1, 2}


def test_a_directory_is_read_from_its_list_of_changes(publishers, fetch):
    publishers.put(LIST, rolie())
    publishers.put(
        f"{FOLDER}/changes.csv", '"2099/b-1.json","2099-01-01T00:00:00Z"\n"2099/b-2.json","2099-01-05T00:00:00Z"\n'
    )
    publishers.advisory(f"{FOLDER}/2099/b-1.json", 1, kind="sha256")
    publishers.advisory(f"{FOLDER}/2099/b-2.json", 2, kind=None)  # a directory may tell no hash
    assert fetch("csaf").bad == 0
    assert told() == {1, 2}


def test_a_directory_without_changes_is_read_from_its_index(publishers, fetch):
    publishers.put(LIST, rolie())
    del publishers.files[f"{FOLDER}/changes.csv".removeprefix("https://")]
    publishers.put(f"{FOLDER}/index.txt", "2099/b-1.json\nreadme.txt\n")
    publishers.advisory(f"{FOLDER}/2099/b-1.json", 1, kind="sha256")
    fetch("csaf")
    assert told() == {1}


def test_a_publisher_that_is_down_is_told_after_the_others_were_read(publishers, fetch):
    publishers.fail(SIEMENS, *[answer(500, b"")] * 3)
    publishers.advisory(f"{AT}/a-1.json", 1)
    publishers.put(LIST, rolie((f"{AT}/a-1.json", "2099-01-01T00:00:00Z")))
    report = fetch("csaf")
    assert (report.state, told(), "cert-portal.siemens.com answered 500" in report.error) == ("failed", {1}, True)


@pytest.mark.parametrize(
    ("list_", "sentence"),
    [
        pytest.param(rolie(("https://10.0.0.8/a.json", "2099")), "not one of the listed hosts", id="led-inside"),
        pytest.param(rolie(("http://www.cisco.com/a.json", "2099")), "not a plain https", id="in-clear"),
        pytest.param(rolie(("https://evil.example/a.json", "2099")), "not one of the listed hosts", id="led-elsewhere"),
    ],
)
def test_a_list_does_not_lead_us_elsewhere(publishers, fetch, list_, sentence):
    publishers.put(LIST, list_)
    report = fetch("csaf")
    assert (report.bad, sentence in report.bad_records[0].reason) == (1, True)
    assert not any("evil" in asked or asked.startswith("10.") for asked in publishers.asked)


@pytest.mark.parametrize(
    ("path", "content", "sentence"),
    [
        pytest.param(CISCO, "{", "not the description of a publisher", id="description-cut"),
        pytest.param(CISCO, '{"canonical_url": "x"}', "names no place", id="description-empty"),
        pytest.param(LIST, '{"feed": {"entry": [', "not a ROLIE feed", id="feed-cut"),
        pytest.param(f"{FOLDER}/changes.csv", "../../etc/x.json,2099\n", "leads out of", id="directory-left"),
        pytest.param(f"{FOLDER}/changes.csv", "a.json\n", "line 1: 1 values", id="changes-without-moment"),
        pytest.param(f"{FOLDER}/changes.csv", b"\xff\xfe\x00a", "not UTF-8 text", id="changes-of-another-encoding"),
    ],
)
def test_a_bad_list_is_named(publishers, fetch, path, content, sentence):
    publishers.put(LIST, rolie())
    publishers.put(path, content)
    report = fetch("csaf")
    assert (report.state, sentence in report.error) == ("failed", True)


def test_the_lists_of_a_mirror_are_no_documents(publishers, fetch, tmp_path, now):
    from vigie.apps.vulns.synchronising import synchronise

    publishers.advisory(f"{AT}/a-1.json", 1)
    publishers.put(LIST, rolie((f"{AT}/a-1.json", "2099-01-01T00:00:00Z")))
    fetch("csaf")
    Applicability.objects.all().delete()
    reports = {one.slug: one for one in synchronise(paths=[tmp_path / "feeds"], now=now, by="test")}
    assert {slug for slug, one in reports.items() if one.state != "absent"} == {"starter", "csaf"}


def test_ends_of_support_are_asked_product_by_product_and_told_when_they_change(published, fetch, now):
    site = "https://endoflife.date/api/v1/products"
    for slug in slugs():
        published.put(f"{site}/{slug}/", cycles(slug))
    report = fetch("endoflife")
    assert (report.state, report.bad, len(published.asked)) == ("read", 0, len(slugs()))
    line = SupportLine.objects.get(vendor="fortinet", product="fortios")
    assert (str(line.ended_on), line.latest, line.cycle) == ("2025-09-30", "7.0.17", "7.0")
    published.put(f"{site}/fortios/", cycles("fortios", {"latest": {"name": "7.0.18"}}))
    again = fetch("endoflife", now + timedelta(days=7))
    assert (again.files, again.changed, len(published.unchanged)) == (1, 1, len(slugs()) - 1)
    assert SupportLine.objects.get(vendor="fortinet", product="fortios").latest == "7.0.18"

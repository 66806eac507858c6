import gzip
import json
import ssl
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.channels.feed_server import answer, make_certificate, serving
from tests.sources import advisory_files
from tests.sources.vulnerability_files import criterion, cve, epss_text, kev_text, metric, nvd_text, write
from vigie.apps.audit.models import Event
from vigie.apps.vulns import actions, queries
from vigie.apps.vulns.models import Applicability, Feed, FeedFile, PairMatch, Vulnerability
from vigie.apps.vulns.queries import feed_status
from vigie.apps.vulns.synchronising import synchronise
from vigie.channels.feeds import Door
from vigie.cli.feeds import SLUGS
from vigie.data import feeds
from vigie.engine.facts import Identity

pytestmark = pytest.mark.django_db

ALL_ABSENT = dict.fromkeys(SLUGS, "absent")
PORTAL = criterion("cpe:2.3:a:valmed:portal:*:*:*:*:*:*:*:*", versionEndExcluding="2.0")


@pytest.fixture
def mirror(tmp_path):
    write(tmp_path, "nvdcve-2.0-2099.json.gz", nvd_text(cve("CVE-2099-1", PORTAL)))
    write(tmp_path, "known.json", kev_text(("CVE-2099-1", date(2099, 1, 3)), released="2026-11-20T00:00:00Z"))
    write(tmp_path, "epss.csv.gz", epss_text("CVE-2099-1,0.5,0.9", day="2026-11-22"))
    return tmp_path


def sync(folder, now, **more):
    return {report.slug: report for report in synchronise(paths=[folder], now=now, by="test", **more)}


def states(reports):
    return {slug: report.state for slug, report in reports.items()}


def test_a_mirror_brings_every_feed_and_matches_what_was_seen(mirror, now):
    pair = actions.intern(Identity("valmed", "portal", "1.0"))
    reports = sync(mirror, now)
    assert states(reports) == ALL_ABSENT | dict.fromkeys(("starter", "nvd", "kev", "epss"), "read")
    assert reports["nvd"].verdicts_begun == 1
    one = Vulnerability.objects.get(cve="CVE-2099-1")
    assert (one.kev_on, one.epss, one.kev_ransomware) == (date(2099, 1, 3), 0.5, True)
    assert PairMatch.objects.get(pair=pair).verdict == "affected"
    found = {status.slug: status.state.value for status in feed_status(now)}
    assert found == dict.fromkeys(ALL_ABSENT, "never") | dict.fromkeys(("starter", "nvd", "kev", "epss"), "good")


def test_what_did_not_change_is_not_read_again(mirror, now):
    sync(mirror, now)
    later = now + timedelta(hours=1)
    assert states(sync(mirror, later)) == ALL_ABSENT | dict.fromkeys(("starter", "nvd", "kev", "epss"), "unchanged")
    assert Feed.objects.get(slug="kev").last_good_at == later


def test_new_vulnerabilities_get_the_score_of_a_file_that_did_not_change(mirror, now):
    (mirror / "nvdcve-2.0-2099.json.gz").rename(mirror / "kept-aside")
    aside = (mirror / "kept-aside").read_bytes()
    (mirror / "kept-aside").unlink()
    sync(mirror, now)
    (mirror / "nvdcve-2.0-2099.json.gz").write_bytes(aside)
    sync(mirror, now + timedelta(hours=1))
    assert Vulnerability.objects.get(cve="CVE-2099-1").epss == 0.5


def test_the_last_days_come_after_the_years(mirror, now):
    newer = criterion("cpe:2.3:a:valmed:portal:*:*:*:*:*:*:*:*", versionEndExcluding="3.0")
    write(mirror, "nvdcve-2.0-modified.json.gz", nvd_text(cve("CVE-2099-1", newer)))
    write(mirror, "nvdcve-2.0-older.json.gz", nvd_text(cve("CVE-2099-2", PORTAL)))
    assert sync(mirror, now)["nvd"].files == 3
    pair = actions.intern(Identity("valmed", "portal", "2.5"))
    actions.match_pairs(pairs=[pair], now=now)
    assert set(PairMatch.objects.filter(pair=pair).values_list("vulnerability__cve", "verdict")) == {
        ("CVE-2099-1", "affected"),
        ("CVE-2099-2", "fixed"),
    }


@pytest.mark.parametrize("slug", ["nvd", "kev", "epss"])
def test_yesterdays_data_survives_a_bad_file(mirror, now, slug):
    sync(mirror, now)
    before = list(Vulnerability.objects.order_by("cve").values())
    name = {"nvd": "nvdcve-2.0-2099.json.gz", "kev": "known.json", "epss": "epss.csv.gz"}[slug]
    content = {
        "nvd": '{"format": "NVD_CVE", "vulnerabilities": [ {"cve": ',
        "kev": '{"catalogVersion": "2026.11.23", "vuln',
        "epss": "#model_version:unknown\ncve,epss,percentile\n",
    }[slug]
    write(mirror, name, content)
    later = now + timedelta(days=1)
    reports = sync(mirror, later)
    assert reports[slug].state == "failed"
    assert list(Vulnerability.objects.order_by("cve").values()) == before
    feed = Feed.objects.get(slug=slug)
    assert (feed.last_good_at, feed.last_attempt_at) == (now, later)
    assert feed.error == reports[slug].error != ""
    assert {status.slug: status.state.value for status in feed_status(later)}[slug] == "broken"
    assert Event.objects.filter(kind="feed-failed").count() == 1


def test_a_file_that_breaks_off_is_read_again_and_keeps_its_first_records(mirror, now):
    whole = nvd_text(*(cve(f"CVE-2099-{number}", PORTAL) for number in range(150)))
    pair = actions.intern(Identity("valmed", "portal", "1.0"))
    write(mirror, "nvdcve-2.0-2099.json.gz", whole[:-200])
    assert sync(mirror, now)["nvd"].state == "failed"
    assert PairMatch.objects.filter(pair=pair).count() == 100
    assert not FeedFile.objects.filter(feed__slug="nvd").exists()
    write(mirror, "nvdcve-2.0-2099.json.gz", whole)
    assert sync(mirror, now)["nvd"].new == 50
    assert PairMatch.objects.filter(pair=pair, ended_at=None).count() == 150


def test_one_feed_can_be_asked_alone(mirror, now):
    assert states(sync(mirror, now, only=frozenset({"kev"}))) == {"starter": "read", "kev": "read"}


def test_a_feed_without_a_file_is_absent_and_not_failed(tmp_path, now):
    assert states(sync(tmp_path, now)) == ALL_ABSENT | {"starter": "read"}
    assert [status.state.value for status in feed_status(now)] == ["good", *["never"] * (len(ALL_ABSENT) - 1)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(1, {"nvd": ("good", 0), "kev": ("good", 0), "epss": ("good", 0)}, id="yesterday"),
        pytest.param(3, {"nvd": ("stale", 1), "kev": ("stale", 0), "epss": ("stale", 0)}, id="three-days"),
        pytest.param(40, {"nvd": ("stale", 38), "kev": ("stale", 13), "epss": ("stale", 37)}, id="forty-days"),
    ],
)
def test_silence_is_counted_in_days_missed(mirror, now, days, expected):
    sync(mirror, now)
    found = {status.slug: (status.state.value, status.gap_days) for status in feed_status(now + timedelta(days=days))}
    assert {slug: found[slug] for slug in expected} == expected
    assert found["starter"] == ("good", 0)


def test_a_source_that_publishes_the_same_old_day_is_stale_though_we_asked(mirror, now):
    sync(mirror, now)
    later = now + timedelta(days=10)
    sync(mirror, later)
    status = {status.slug: status for status in feed_status(later)}["epss"]
    assert (status.state.value, status.gap_days) == ("stale", 7)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def network(certificate):
    """The published sites, on this machine: what each path answers, and a door that leads there."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with serving(certificate) as server:
        server.files = {}
        server.script = (lambda handler: server.files.get(handler.path.rsplit("/", 1)[-1], answer(404, b""))(handler),)
        yield server, Door(feeds.hosts(), silence_seconds=2, loopback_port=server.server_port, context=context)


def fetched(folder, network, now):
    _, door = network
    return {
        report.slug: report
        for report in synchronise(paths=[], fetch_into=folder, door=door, now=now, by="test", only=frozenset({"kev"}))
    }["kev"]


KEV_FILE = "known_exploited_vulnerabilities.json"


def test_the_network_is_asked_only_for_what_changed(network, tmp_path, now):
    server, _ = network
    server.files[KEV_FILE] = answer(body=kev_text(("CVE-2099-1", date(2099, 1, 3))).encode(), ETag='"one"')
    assert (fetched(tmp_path, network, now).state, Vulnerability.objects.filter(cve="CVE-2099-1").count()) == (
        "read",
        1,
    )
    server.files[KEV_FILE] = answer(304, b"")
    assert fetched(tmp_path, network, now).state == "unchanged"
    assert server.asked[-1]["If-None-Match"] == '"one"'


def test_a_file_that_came_broken_is_asked_whole_again(network, tmp_path, now):
    server, _ = network
    server.files[KEV_FILE] = answer(body=b'{"catalogVersion": ', ETag='"one"')
    assert fetched(tmp_path, network, now).state == "failed"
    assert fetched(tmp_path, network, now).state == "failed"
    assert "If-None-Match" not in server.asked[-1]


def test_a_site_that_is_down_is_told_and_the_others_are_read(network, tmp_path, now):
    server, door = network
    server.files["epss_scores-current.csv.gz"] = answer(body=gzip.compress(epss_text("CVE-2099-1,0.5,0.9").encode()))
    reports = synchronise(paths=[], fetch_into=tmp_path, door=door, now=now, by="test", only=frozenset({"kev", "epss"}))
    assert [(report.slug, report.state) for report in reports] == [
        ("starter", "read"),
        ("kev", "failed"),
        ("epss", "read"),
    ]
    assert "answered 404" in reports[1].error


def test_all_years_are_asked_first_and_then_only_the_last_days(now):
    nvd = feeds.source("nvd")
    first = nvd.addresses(last_good=None, today=now.date())
    assert len(first) == now.year - 2002 + 2
    assert first[-1] == nvd.recent
    assert nvd.addresses(last_good=now.date() - timedelta(days=7), today=now.date()) == (nvd.recent,)
    assert len(nvd.addresses(last_good=now.date() - timedelta(days=8), today=now.date())) == len(first)


def test_documents_of_every_kind_are_taken_loose_or_packed(tmp_path, now):
    write(tmp_path, "CVE-2099-0001.json", json.dumps(advisory_files.cve5()))
    advisory_files.packed(
        tmp_path / "vendors.tar.gz", {"a.json": advisory_files.csaf(), "b.json": advisory_files.cvrf()}
    )
    write(tmp_path, "CERTFR-2099-AVI-0001.json.gz", json.dumps(advisory_files.cert_fr()))
    write(tmp_path, "fortios.json", json.dumps(advisory_files.endoflife()))
    reports = sync(tmp_path, now)
    read = {slug for slug, report in reports.items() if report.state == "read"}
    assert read == {"starter", "cve5", "csaf", "cvrf", "cert_fr", "endoflife"}
    sources = Applicability.objects.filter(vulnerability__cve="CVE-2099-0001").values_list("source", flat=True)
    assert set(sources) == {"cna", "vendor:VALMED-2099-1", "vendor:FG-IR-99-001", "cert_fr:CERTFR-2099-AVI-0001"}
    assert queries.support_lines("fortinet", "fortios").get().ended_on == date(2025, 9, 30)
    assert set(states(sync(tmp_path, now)).values()) == {"unchanged", "absent"}


def test_the_correction_of_a_higher_layer_overrides_the_range_of_a_lower_one(tmp_path, now):
    """The NVD says before 3.0; the vendor mended 2.4."""
    everything = criterion("cpe:2.3:a:valmed:portal:*:*:*:*:*:*:*:*", versionEndExcluding="3.0")
    write(tmp_path, "nvd.json", nvd_text(cve("CVE-2099-0001", everything)))
    pair = actions.intern(Identity("valmed", "portal", "2.5"))
    sync(tmp_path, now)
    write(tmp_path, "vendor.json", json.dumps(advisory_files.csaf()))
    later = now + timedelta(hours=1)
    assert (sync(tmp_path, later)["csaf"].verdicts_begun, sync(tmp_path, later)["csaf"].verdicts_begun) == (1, 0)
    told = PairMatch.objects.filter(pair=pair).order_by("pk").values_list("verdict", "source", "ended_at")
    assert list(told) == [("affected", "nvd", later), ("fixed", "vendor:VALMED-2099-1", None)]


def test_a_rejection_in_the_cve_list_ends_the_verdicts_and_the_next_source_does_not_bring_it_back(tmp_path, now):
    pair = actions.intern(Identity("valmed", "portal", "1.5"))
    write(tmp_path, "record.json", json.dumps(advisory_files.cve5()))
    sync(tmp_path, now)
    write(tmp_path, "record.json", json.dumps(advisory_files.cve5(state="REJECTED")))
    write(tmp_path, "vendor.json", json.dumps(advisory_files.csaf()))
    sync(tmp_path, now + timedelta(hours=1))
    assert Vulnerability.objects.get(cve="CVE-2099-0001").rejected
    assert not PairMatch.objects.filter(pair=pair, ended_at=None).exists()


def test_a_loose_document_that_is_broken_is_named_and_the_others_are_read(tmp_path, now):
    whole = json.dumps(advisory_files.cve5())
    write(tmp_path, "a-cut.json", whole[:-30])
    write(tmp_path, "b-whole.json", whole)
    report = sync(tmp_path, now)["cve5"]
    assert (report.state, report.new, report.bad) == ("read", 1, 1)
    assert report.bad_records[0].subject == "a-cut.json"


def test_a_cut_archive_fails_its_feed_and_keeps_what_came_before(tmp_path, now):
    records = {f"{number}.json": advisory_files.cve5(f"CVE-2099-{number:04d}") for number in range(400)}
    path = advisory_files.packed(tmp_path / "list.tar.gz", records)
    path.write_bytes(path.read_bytes()[:-200])
    report = sync(tmp_path, now)["cve5"]
    assert report.state == "failed"
    assert report.new >= 100
    assert Vulnerability.objects.filter(cve__startswith="CVE-2099").count() == report.new


def test_the_nvd_is_not_overruled_by_what_others_write_of_the_same_vulnerability(tmp_path, now):
    write(tmp_path, "nvd.json", nvd_text(cve("CVE-2099-0001", PORTAL, metrics={"cvssMetricV31": [metric(5.0)]})))
    write(tmp_path, "record.json", json.dumps(advisory_files.cve5()))
    sync(tmp_path, now)
    row = Vulnerability.objects.get(cve="CVE-2099-0001")
    assert float(row.cvss) == 5.0


def nvd_pages(*items, page=2, start=None):
    """The NVD's interface on this machine: the records from the place that is asked on, some at a time."""

    def send(handler):
        asked = parse_qs(urlsplit(handler.path).query)
        index = int(asked["startIndex"][0])
        part = list(items[index : index + page])
        body = {"resultsPerPage": len(part), "startIndex": index if start is None else start}
        body |= {"totalResults": len(items), "format": "NVD_CVE", "vulnerabilities": part}
        handler.server.windows.append((index, asked["lastModStartDate"][0], asked["lastModEndDate"][0]))
        answer(body=json.dumps(body).encode())(handler)

    return send


@pytest.fixture
def nvd(network, tmp_path, now):
    """An NVD that was read whole thirty days ago, and its interface since."""
    server, door = network
    server.windows = []
    sync(mirror_of_one(tmp_path / "mirror"), now - timedelta(days=30))
    pauses = []

    def ask(*script, at=now, keys=None):
        server.script, before = script, len(server.asked)
        found = synchronise(
            paths=[], fetch_into=tmp_path / "feeds", door=replace(door, keys=keys or {}), now=at, by="test",
            only=frozenset({"nvd"}), pause=pauses.append,
        )  # fmt: skip
        return found[1], server.asked[before:]

    ask.server, ask.pauses = server, pauses
    return ask


def mirror_of_one(folder):
    folder.mkdir()
    write(folder, "nvd.json", nvd_text(cve("CVE-2099-1", PORTAL)))
    return folder


FIVE = [cve(f"CVE-2099-{number}", PORTAL) for number in range(1, 6)]


def test_changes_are_asked_page_by_page_since_the_last_good_day(nvd, now):
    report, _ = nvd(nvd_pages(*FIVE))
    assert (report.state, report.files, report.new) == ("read", 3, 4)
    assert [index for index, _, _ in nvd.server.windows] == [0, 2, 4]
    assert {start[:10] for _, start, _ in nvd.server.windows} == {f"{now - timedelta(days=31):%Y-%m-%d}"}
    assert nvd.pauses == [6, 6]
    assert Feed.objects.get(slug="nvd").last_good_at == now


def test_an_interrupted_round_goes_on_after_its_last_page(nvd, now):
    report, _ = nvd(nvd_pages(*FIVE), nvd_pages(*FIVE), answer(503, b""))
    assert (report.state, report.new) == ("failed", 3)
    assert Feed.objects.get(slug="nvd").last_good_at == now - timedelta(days=30)
    nvd.server.asked.clear()
    report, _ = nvd(nvd_pages(*FIVE), at=now + timedelta(hours=1))
    assert (report.state, report.files, report.new) == ("read", 1, 1)
    assert len({end for _, _, end in nvd.server.windows}) == 1


def test_a_key_is_told_to_the_nvd_alone_and_hurries(nvd):
    key = {"services.nvd.nist.gov": ("apiKey", "secret-of-ours"), "other.example": ("apiKey", "never sent")}
    _, asked = nvd(nvd_pages(*FIVE), keys=key)
    assert {question["apiKey"] for question in asked} == {"secret-of-ours"}
    assert nvd.pauses == [0.6, 0.6]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        pytest.param(nvd_pages(*FIVE, page=0), "is empty", id="empty-and-announces-five"),
        pytest.param(nvd_pages(*FIVE, start=7), "says that it starts at 7", id="another-place"),
        pytest.param(answer(body=b"<html>down</html>"), "is not one", id="a-page-of-html"),
        pytest.param(answer(403, b""), "answered 403", id="refused"),
        pytest.param(answer(body=b'{"vulnerabilities": ['), "is not one", id="cut"),
    ],
)
def test_a_bad_page_fails_the_round_and_nothing_is_lost(nvd, bad, sentence):
    report, _ = nvd(bad)
    assert report.state == "failed"
    assert sentence in report.error
    assert Vulnerability.objects.filter(cve="CVE-2099-1").exists()

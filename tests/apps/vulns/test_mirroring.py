"""A machine beside a closed network downloads; a machine inside reads. Neither knows the other."""

import gzip
import json
import ssl
from datetime import date, timedelta

import pytest

from tests.apps.vulns.fetching.conftest import certificate, published  # noqa: F401 -- fixtures
from tests.sources import advisory_files
from tests.sources.list_files import cvrf_xml, cycles, provider, rolie, rss, sidecar
from tests.sources.vulnerability_files import cve, epss_text, kev_text, nvd_text
from vigie.apps.vulns.mirroring import bring_all
from vigie.apps.vulns.models import Applicability, SupportLine, Vulnerability
from vigie.apps.vulns.synchronising import synchronise
from vigie.channels.feeds import Door
from vigie.data import feeds
from vigie.data.names import cycles as slugs

from .fetching.test_cve_list import hour, midnight


@pytest.fixture
def world(published, now):  # noqa: F811 -- the fixture
    """Every publisher, with one thing each."""
    kev, epss, nvd = (feeds.source(slug) for slug in ("kev", "epss", "nvd"))
    published.put(kev.recent, kev_text(("CVE-2099-0001", date(2099, 1, 3)), released="2026-11-20T00:00:00Z"))
    published.put(epss.recent, gzip.compress(epss_text("CVE-2099-0001,0.5,0.9", day="2026-11-22").encode()))
    for year in range(2002, now.year + 1):
        published.put(nvd.yearly.format(year=year), gzip.compress(nvd_text().encode()))
    published.put(nvd.recent, gzip.compress(nvd_text(cve("CVE-2099-0001")).encode()))
    published.put(*midnight(now.date(), 1))
    published.put(*hour(now, one=advisory_files.cve5("CVE-2099-0002")))
    notice = "https://www.cert.ssi.gouv.fr/avis/CERTFR-2099-AVI-0001/"
    published.put("https://www.cert.ssi.gouv.fr/avis/feed/", rss((notice, "Un avis")))
    published.put("https://www.cert.ssi.gouv.fr/alerte/feed/", rss())
    published.put(f"{notice}json/", json.dumps(advisory_files.cert_fr()))
    published.put(feeds.source("cvrf").lists[0].address, rss(("https://x/FG-IR-99-001", "")))
    published.put("https://www.fortiguard.com/psirt/cvrf/FG-IR-99-001", cvrf_xml())
    for address in feeds.source("csaf").providers:
        folder = address.rsplit("/", 1)[0]
        published.put(address, provider(f"{folder}/feed.json"))
        published.put(f"{folder}/feed.json", rolie((f"{folder}/2099/a.json", "2099-01-01")))
        told = json.dumps(advisory_files.csaf())
        published.put(f"{folder}/2099/a.json", told)
        published.put(f"{folder}/2099/a.json.sha512", sidecar(told))
    for slug in slugs():
        published.put(f"https://endoflife.date/api/v1/products/{slug}/", cycles(slug))
    return published


@pytest.fixture
def door(world):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return Door(feeds.hosts(), silence_seconds=2, loopback_port=world.port, context=context)


@pytest.mark.django_db
def test_what_one_machine_brings_the_other_reads_whole(world, door, tmp_path, now):
    brought = bring_all(folder=tmp_path, door=door, now=now, pause=lambda seconds: None)
    assert {one.slug: one.error for one in brought} == {source.slug: "" for source in feeds.sources()}
    assert not Vulnerability.objects.exists()
    reports = synchronise(paths=[tmp_path], now=now, by="test")
    assert {one.slug: one.state for one in reports} == dict.fromkeys(
        ("starter", *(one.slug for one in brought)), "read"
    )
    told = Applicability.objects.filter(vulnerability__cve="CVE-2099-0001").values_list("source", flat=True)
    assert set(told) == {"nvd", "cna", "vendor:VALMED-2099-1", "vendor:FG-IR-99-001", "cert_fr:CERTFR-2099-AVI-0001"}
    one = Vulnerability.objects.get(cve="CVE-2099-0001")
    assert (one.kev_on, one.epss) == (date(2099, 1, 3), 0.5)
    assert SupportLine.objects.filter(vendor="fortinet").exists()


def test_a_second_round_asks_only_whether_things_changed(world, door, tmp_path, now):
    bring_all(folder=tmp_path, door=door, now=now, pause=lambda seconds: None)
    world.asked.clear()
    bring_all(folder=tmp_path, door=door, now=now + timedelta(minutes=10), pause=lambda seconds: None)
    assert set(world.asked) - set(world.unchanged) == set()


def test_a_source_that_fails_does_not_keep_the_others_away(world, door, tmp_path, now):
    del world.files[feeds.source("kev").recent.removeprefix("https://")]
    brought = {one.slug: one for one in bring_all(folder=tmp_path, door=door, now=now, pause=lambda seconds: None)}
    assert [slug for slug, one in brought.items() if one.error] == ["kev"]
    assert "answered 404" in brought["kev"].error

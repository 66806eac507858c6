"""Files that somebody made to hurt, and files that went wrong on their way: each is told in one sentence."""

import json
import re
import tracemalloc
from contextlib import contextmanager

import pytest

from tests.sources.advisory_files import cert_fr, csaf, cve5, cvrf, endoflife, product, version
from tests.sources.list_files import cvrf_xml, rss
from tests.sources.vulnerability_files import cve
from vigie.apps.vulns import reading
from vigie.data.aliases import aliases
from vigie.engine.facts import Identity
from vigie.engine.matching import VulnerabilityRecord, answer
from vigie.sources.cvrf import read_cvrf
from vigie.sources.documents import Document
from vigie.sources.epss import read_epss
from vigie.sources.faults import SourceError, SourceUnreadable
from vigie.sources.json_stream import BadRecord
from vigie.sources.kev import read_kev
from vigie.sources.nvd import read_nvd
from vigie.sources.rss import read_rss

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a-billion-laughs": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>{{}}&a9;{{}}',
    "quadratic": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]>{{}}{"&a;" * 50_000}{{}}',
    "a-file-of-ours": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{}&a;{}',
    "a-place-inside": '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">{}{}',
    "parameter-entities": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>{}{}',
}
TWO_GB = 2_000_000_000


@contextmanager
def memory_below(megabytes):
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_in_an_advisory_is_refused_unopened(bomb):
    content = bomb.format("<cvrfdoc>", "</cvrfdoc>").encode()
    with memory_below(5):
        (bad,) = read_cvrf(Document("FG-IR-99-001.xml", content))
    assert (bad.subject, "refused" in bad.reason) == ("FG-IR-99-001.xml", True)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_in_a_list_of_news_is_refused_unopened(bomb, tmp_path):
    (tmp_path / "list.rss").write_text(bomb.format("<rss><channel>", "</channel></rss>"))
    with memory_below(15), pytest.raises(SourceUnreadable, match="declares entities"):
        read_rss(tmp_path / "list.rss", re.compile("x"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(cvrf_xml()[:-30].encode(), "not whole XML", id="cut"),
        pytest.param(cvrf_xml(title="é").encode("latin-1"), "not whole XML", id="another-encoding"),
        pytest.param(b"<html><body>down</body></html>", "'html' is not a CVRF", id="a-page"),
        pytest.param(b"<cvrfdoc>" + b"<a>" * 50_000, "not whole XML", id="deep-and-cut"),
        pytest.param(b'<?xml version="1.0" encoding="x-invented"?><cvrfdoc/>', "not whole XML", id="invented-encoding"),
        pytest.param(b"<cvrfdoc/>", "names no advisory", id="empty"),
    ],
)
def test_an_advisory_that_is_not_whole_is_named(content, sentence):
    (bad,) = read_cvrf(Document("FG-IR-99-001.xml", content))
    assert (bad.subject, sentence in bad.reason) == ("FG-IR-99-001.xml", True)


def test_xml_and_json_of_one_advisory_say_the_same():
    (by_xml,) = read_cvrf(Document("a.xml", cvrf_xml("FortiOS-7.0.0", "FortiOS-7.0.1").encode()))
    (by_json,) = read_cvrf(Document("a.json", json.dumps(cvrf("FortiOS-7.0.0", "FortiOS-7.0.1")).encode()))
    assert by_xml == by_json


def test_a_byte_order_mark_and_an_older_namespace_are_read():
    text = cvrf_xml().replace("docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2", "www.icasi.org/CVRF/schema/1.1")
    (record,) = read_cvrf(Document("a.xml", b"\xef\xbb\xbf" + text.encode()))
    assert isinstance(record, VulnerabilityRecord)


# What a file of 2 GB begins with; the rest of it is a hole that takes no place on the disk.
BEGINNINGS = {
    "cve5": b'{"dataType": "CVE_RECORD", "x": "',
    "csaf": b'{"csaf_version": "2.0", "x": "',
    "cvrf": b"<cvrfdoc>",
    "cert_fr": b'{"reference": "CERTFR-2099-AVI-0001", "x": "',
    "endoflife": b'{"releases": {"x": "',
    "nvd": b'{"format": "NVD_CVE", "vulnerabilities": [',
    "kev": b'{"catalogVersion": "x", "vulnerabilities": [',
    "epss": b"#model_version:x,score_date:2099-01-01\ncve,epss,percentile\n",
}


@pytest.mark.parametrize("slug", BEGINNINGS)
def test_a_file_of_2_gb_is_refused_in_bounded_memory(slug, tmp_path):
    path = tmp_path / f"{slug}.json"
    with path.open("wb") as file:
        file.write(BEGINNINGS[slug])
        file.truncate(TWO_GB)
    with memory_below(130):
        if slug in {"kev", "epss"}:
            with pytest.raises(SourceError, match=re.escape(path.name)):
                (read_kev if slug == "kev" else read_epss)(path)
        else:
            with pytest.raises(SourceError, match=re.escape(path.name)):
                list(reading.records(slug, path))


def test_an_nvd_file_without_end_keeps_its_memory_and_its_first_records(tmp_path):
    one = json.dumps(cve("CVE-2099-0001"))
    path = tmp_path / "nvd.json"
    with path.open("w") as file:
        file.write('{"format": "NVD_CVE", "vulnerabilities": [' + one)
        for _ in range(3_000):
            file.write("," + one)
    count = 0
    with memory_below(8), pytest.raises(SourceError, match="not whole JSON after record 3001"):
        for _ in read_nvd(path):
            count += 1
    assert count == 3_001


LONG = "9" * 10_000
TWENTY = "cpe:2.3:a:valmed:portal:" + ":".join("12345678901234567")


def of(slug, value, tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(value) if not isinstance(value, str) else value)
    return list(reading.records(slug, path))


@pytest.mark.parametrize(
    ("slug", "value", "subject"),
    [
        pytest.param("cve5", cve5("CVE-2099-1", product(version(LONG))), "one.json", id="cve5"),
        pytest.param("cve5", cve5("CVE-2099-1", product(version("1", lessThan=LONG))), "one.json", id="cve5-end"),
        pytest.param("csaf", csaf(("P1", "product_version", LONG)), "one.json", id="csaf"),
        pytest.param("csaf", csaf(("P1", "product_version_range", f"<{LONG}")), "one.json", id="csaf-range"),
        pytest.param("endoflife", endoflife(latest=LONG), "one", id="endoflife"),
    ],
)
def test_a_version_of_10_kb_is_named_and_left_out(slug, value, subject, tmp_path):
    (bad,) = of(slug, value, tmp_path)
    assert isinstance(bad, BadRecord)
    assert (bad.subject, len(bad.reason) < 300) == (subject, True)


@pytest.mark.parametrize(
    ("slug", "value"),
    [
        pytest.param("cert_fr", cert_fr(f"Portal versions antérieures à {LONG}"), id="cert_fr"),
        pytest.param("cvrf", cvrf(f"FortiOS-{LONG}"), id="cvrf"),
        pytest.param("cvrf", cvrf_xml(f"FortiOS-{LONG}"), id="cvrf-xml"),
    ],
)
def test_prose_and_releases_of_10_kb_never_become_a_version(slug, value, tmp_path):
    for item in of(slug, value, tmp_path):
        criteria = (
            []
            if isinstance(item, BadRecord)
            else [one for part in item.statement.configurations for node in part.nodes for one in node.criteria]
        )
        assert all(len(one.version) <= 200 and len(one.end_excluding or "") <= 200 for one in criteria)


@pytest.mark.parametrize(
    ("slug", "value"),
    [
        pytest.param("cve5", cve5("CVE-2099-1", product(version("9.0", lessThan="8.0"))), id="cve5"),
        pytest.param("csaf", csaf(("P1", "product_version_range", ">=9.0|<8.0")), id="csaf"),
        pytest.param("cert_fr", cert_fr("Portal versions 9.0 à 8.0"), id="cert_fr"),
    ],
)
def test_a_range_that_goes_backwards_is_told_or_states_nothing(slug, value, tmp_path):
    items = of(slug, value, tmp_path)
    faults = [item for item in items if isinstance(item, BadRecord)]
    stated = [item for item in items if isinstance(item, VulnerabilityRecord)]
    assert all("goes from 9.0 down to 8.0" in fault.reason for fault in faults)
    told = [
        answer(one.cve, Identity("valmed", "portal", text), [one], aliases()).verdict.value
        for one in stated
        for text in ("8.5", "7.0", "9.5")
    ]
    assert "affected" not in told
    assert faults or "unknown" in told or not stated


def test_a_name_of_twenty_components_is_not_believed(tmp_path):
    assert len(TWENTY.removeprefix("cpe:2.3:").split(":")) == 20
    told = cve5("CVE-2099-1", product(version("1.0", lessThan="2.0"), cpes=[TWENTY]))
    first, *_ = of("cve5", told, tmp_path)
    named = {one.product for part in first.statement.configurations for node in part.nodes for one in node.criteria}
    assert named == {"portal"}


@pytest.mark.parametrize("item", [("https://x/FG-IR-99-001", "one"), ("https://x/other", "two")])
def test_news_that_name_no_document_are_passed_over(item, tmp_path):
    (tmp_path / "list.rss").write_text(rss(item))
    found = read_rss(tmp_path / "list.rss", re.compile(r"FG-IR-\d{2}-\d{3}"))
    assert [one.reference for one in found] == (["FG-IR-99-001"] if "FG-IR" in item[0] else [])

import gzip
import tracemalloc
from datetime import UTC, datetime

import pytest

from tests.sources.vulnerability_files import criterion, cve, metric, nvd_text, write
from vigie.engine.facts import Identity
from vigie.engine.matching import VulnerabilityRecord, match
from vigie.sources.faults import SourceRefused, SourceUnreadable
from vigie.sources.json_stream import BadRecord
from vigie.sources.nvd import read_nvd

GOOD = "cpe:2.3:a:valmed:portal:*:*:*:*:*:*:*:*"


@pytest.mark.parametrize("name", ["nvd.json", "nvd.json.gz"])
def test_a_record_is_read_whole_packed_or_not(tmp_path, name):
    item = cve("CVE-2099-0001", metrics={"cvssMetricV31": [metric(7.0, "Secondary"), metric(9.8)]})
    (record,) = read_nvd(write(tmp_path, name, nvd_text(item)))
    assert isinstance(record, VulnerabilityRecord)
    assert (record.cve, record.source, record.cvss) == ("CVE-2099-0001", "nvd", 9.8)
    assert record.published_at == datetime(2099, 1, 1, tzinfo=UTC)
    assert record.description == "A weakness of an invented portal."
    assert record.references == ("https://example.org/advisory",)
    assert match(Identity("valmed", "portal", "1.9"), record.statement, source="nvd").verdict == "affected"


def test_a_rejected_record_says_so_and_states_nothing(tmp_path):
    (record,) = read_nvd(write(tmp_path, "nvd.json", nvd_text(cve(vulnStatus="Rejected"))))
    assert record.rejected
    assert not record.statement.configurations


def test_a_missing_operator_means_or(tmp_path):
    nodes = [{"cpeMatch": [criterion(f"cpe:2.3:a:valmed:{name}:1.0:*:*:*:*:*:*:*")]} for name in ("portal", "agenda")]
    (record,) = read_nvd(write(tmp_path, "nvd.json", nvd_text(cve(configurations=[{"nodes": nodes}]))))
    assert match(Identity("valmed", "agenda", "1.0"), record.statement, source="nvd").verdict == "affected"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        pytest.param(cve(None), "missing required field", id="without-identifier"),
        pytest.param(cve("GHSA-1234"), "not a CVE identifier", id="another-identifier"),
        pytest.param(cve("CVE-2099-2", criterion("cpe:2.3:a" + ":x" * 17)), "20 components", id="cpe-of-20-components"),
        pytest.param(
            cve("CVE-2099-2", criterion(GOOD, versionEndExcluding="9" * 10_000)),
            "200 characters",
            id="version-of-10-kB",
        ),
        pytest.param(cve("CVE-2099-2", published="yesterday"), "not a date", id="no-date"),
        pytest.param(cve("CVE-2099-2", configurations="none"), "Expected `array`", id="another-form"),
        pytest.param({"cve": [1]}, "Expected `object`", id="not-an-object"),
        pytest.param({}, "Expected `object`", id="empty"),
    ],
)
def test_a_bad_record_is_named_and_does_not_hide_the_others(tmp_path, item, reason):
    first, bad, last = read_nvd(write(tmp_path, "nvd.json", nvd_text(cve("CVE-2099-1"), item, cve("CVE-2099-3"))))
    assert isinstance(bad, BadRecord)
    assert bad.position == 2
    assert reason in bad.reason
    assert (first.cve, last.cve) == ("CVE-2099-1", "CVE-2099-3")


def test_a_range_that_goes_backwards_is_told_and_the_record_is_kept(tmp_path):
    item = cve(
        "CVE-2099-2",
        criterion(GOOD, versionStartIncluding="9.0", versionEndExcluding="8.0"),
        criterion(GOOD.replace("*", "7.1", 1)),
    )
    bad, record = read_nvd(write(tmp_path, "nvd.json", nvd_text(item)))
    assert bad == BadRecord(1, "CVE-2099-2", "the range of valmed:portal goes from 9.0 down to 8.0")
    assert match(Identity("valmed", "portal", "7.1"), record.statement, source="nvd").verdict == "affected"


def test_a_truncated_file_gives_what_came_before_and_then_says_so(tmp_path):
    text = nvd_text(cve("CVE-2099-1"), cve("CVE-2099-2"))
    reader = read_nvd(write(tmp_path, "nvd.json", text[:-300]))
    assert next(reader).cve == "CVE-2099-1"
    with pytest.raises(SourceUnreadable, match="after record 1"):
        next(reader)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        pytest.param("nvd.json", nvd_text(cve()).encode("utf-16"), "not whole JSON", id="utf-16"),
        pytest.param("nvd.json", nvd_text(cve()).encode().replace(b"weakness", b"weakn\xe9ss"), "UTF8", id="latin-1"),
        pytest.param("nvd.json.gz", b'{"vulnerabilities": []}', "is not gzip", id="named-gz-and-is-not"),
        pytest.param("nvd.json.gz", gzip.compress(nvd_text(cve()).encode())[:-20], "cut or damaged", id="cut-gzip"),
        pytest.param("nvd.json.gz", b"\x1f\x8b" + b"\x00" * 100, "cut or damaged", id="gzip-of-nothing"),
        pytest.param("nvd.json", b"", "not whole JSON", id="empty"),
        pytest.param("nvd.json", b"<html>Not found</html>", "not whole JSON", id="a-page"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path, name, content, sentence):
    with pytest.raises(SourceUnreadable, match=sentence):
        list(read_nvd(write(tmp_path, name, content)))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceUnreadable, match="No such file"):
        list(read_nvd(tmp_path / "absent.json"))


def test_a_gzip_bomb_stops_at_the_limit_in_little_memory(tmp_path):
    bomb = gzip.compress(b'{"vulnerabilities": [' + b" " * 60_000_000)
    path = write(tmp_path, "nvd.json.gz", bomb)
    tracemalloc.start()
    try:
        with pytest.raises(SourceRefused, match="more than 20 MB once unpacked"):
            list(read_nvd(path, limit=20_000_000))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_real_years_are_read(shared_data):
    path = shared_data / "nvd" / "nvd-2.0-2002.json.gz"
    read = list(read_nvd(path))
    assert len(read) == 6_768
    assert not [item for item in read if isinstance(item, BadRecord)]

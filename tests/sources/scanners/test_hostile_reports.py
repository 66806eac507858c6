"""Reports that are cut, malformed, huge, or written to harm."""

import gzip
import tracemalloc

import pytest

from tests.sources.scanners.samples import SAMPLES, written
from vigie.sources.faults import BadRow, SourceError, SourceRefused, SourceUnreadable
from vigie.sources.scanners import SightingRow, limits, read, recognise

NESSUS = "<NessusClientData_v2><Report><ReportHost name='127.61.7.3'>{}</ReportHost></Report></NessusClientData_v2>"
ITEM = "<ReportItem port='{}' protocol='tcp' severity='2' pluginID='{}' pluginName='A'/>"
LAUGHS = '<!DOCTYPE nmaprun [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
@pytest.mark.parametrize("part", [0.6, 0.97])
def test_a_report_that_is_cut_is_told(tmp_path, name, part):
    whole = (SAMPLES / name).read_bytes().rstrip()
    path = written(tmp_path, name, whole[: int(len(whole) * part)])
    with pytest.raises(SourceError):
        list(read(path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("empty.jsonl", b"", id="empty"),
        pytest.param("blank.json", b"\n", id="blank"),
        pytest.param("array.json", b"[]", id="empty-array"),
        pytest.param("masscan.json", b"[\n]\n", id="masscan-without-a-port"),
        pytest.param("masscan.json", b"[\n{finished: 1}\n]\n", id="masscan-of-old"),
        pytest.param("a.nessus", b"<NessusClientData_v2><Report name='a'/></NessusClientData_v2>", id="nessus"),
        pytest.param("a.xml", b"<nmaprun scanner='nmap'><runstats/></nmaprun>", id="nmap"),
        pytest.param("a.xml", b"<report><results start='1'/></report>", id="openvas"),
        pytest.param("a.csv", b"Plugin ID,CVE,Risk,Host,Protocol,Port,Name\n", id="csv-without-a-row"),
        pytest.param("a.json", b'{"server_scan_results": []}', id="sslyze"),
    ],
)
def test_a_report_that_found_nothing_is_a_good_report(tmp_path, name, content):
    assert list(read(written(tmp_path, name, content))) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(f'{LAUGHS}]><nmaprun scanner="nmap">&i;</nmaprun>', "declares entities", id="billion-laughs"),
        pytest.param(
            '<!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/passwd">]><nmaprun>&x;</nmaprun>',
            "declares entities",
            id="a-file-of-this-machine",
        ),
        pytest.param(
            '<!DOCTYPE nmaprun [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><nmaprun/>',
            "declares entities",
            id="a-document-type-from-elsewhere",
        ),
        pytest.param("<nmaprun>" + "<a>" * 500, "levels inside each other", id="deep-xml"),
        pytest.param('[{"template-id": ' + "[" * 500, "levels inside each other", id="deep-json"),
    ],
)
def test_what_no_scanner_writes_is_refused(tmp_path, content, sentence):
    with pytest.raises(SourceRefused, match=sentence):
        list(read(written(tmp_path, "report", content)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"hello", "no report that Vigie can read", id="text"),
        pytest.param(b"a;b;c\n1;2;3\n", "no report that Vigie can read", id="another-table"),
        pytest.param(b'{"results": []}', "no report that Vigie can read", id="another-json"),
        pytest.param(b"<html><body/></html>", "no report that Vigie can read", id="a-page"),
        pytest.param(b"<report><chapter/></report>", "not a report of OpenVAS", id="another-report"),
        pytest.param(b"<nmaprun><host></nmaprun>", "not whole XML", id="malformed"),
        pytest.param(b"<?xml version='1.0' encoding='no-such'?><nmaprun/>", "not whole XML", id="encoding"),
        pytest.param(b"\x1f\x8b\x00\x00", "cut or damaged", id="gzip-of-nothing"),
        pytest.param("Plugin ID,Host,Name\n".encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(bytes(range(256)), "no report", id="bytes"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(tmp_path, content, sentence):
    with pytest.raises(SourceUnreadable, match=sentence):
        list(read(written(tmp_path, "report", content)))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceUnreadable, match="No such file"):
        recognise(tmp_path / "none.nessus")


def test_one_bad_item_does_not_hide_the_others(tmp_path):
    items = [ITEM.format(port, plugin) for port, plugin in ((22, "1"), (99999, "2"), ("x", "3"), (22, ""), (23, "5"))]
    first, *bad, last = read(written(tmp_path, "a", NESSUS.format("".join(items))))
    assert (first.identifier, last.identifier) == ("1", "5")
    assert [row.reason for row in bad] == [
        "'99999' is not a port",
        "'x' is not a port",
        "no identifier of a plug-in or a check",
    ]


@pytest.mark.parametrize("line", ["not json", "[1, 2]", '"text"', "[" * 5000, "null"])
def test_one_bad_line_does_not_hide_the_others(tmp_path, line):
    good = (SAMPLES / "nuclei_old.jsonl").read_text().splitlines()
    first, bad, last = read(written(tmp_path, "a", "\n".join([good[0], line, good[1]])))
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert isinstance(first, SightingRow)
    assert isinstance(last, SightingRow)


def test_rows_of_another_width_are_left_out(tmp_path):
    content = (
        "Plugin ID,CVE,Risk,Host,Protocol,Port,Name\n1,,Low,127.61.7.3,tcp,22,A\n2,,Low\n3,,Low,127.61.7.3,tcp,22,C\n"
    )
    first, bad, last = read(written(tmp_path, "a.csv", content))
    assert (first.identifier, bad, last.identifier) == ("1", BadRow(3, "3 cells instead of 7", "2"), "3")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda size: NESSUS.format(f"<ReportItem><a>{'x' * size}"), id="one-text"),
        pytest.param(lambda size: NESSUS.format("<ReportItem>" + "<cve>x</cve>" * (size // 12)), id="many-children"),
        pytest.param(lambda size: f"<NessusClientData_v2 a='{'x' * size}'/>", id="one-attribute"),
        pytest.param(lambda size: '[{"template-id": "' + "x" * size, id="one-json-text"),
        pytest.param(lambda size: '[{"template-id": [' + "1," * (size // 2), id="one-json-array"),
        pytest.param(lambda size: 'Plugin ID,Host,Name\n1,127.61.7.3,"' + "x\n" * (size // 2), id="a-quote-not-closed"),
        pytest.param(lambda size: "Plugin ID,Host,Name\n" + "x" * size, id="one-csv-line"),
    ],
)
def test_a_huge_record_is_refused_before_it_is_held(tmp_path, monkeypatch, content):
    for module in ("limits", "csv_rows", "json_values"):
        monkeypatch.setattr(f"vigie.sources.scanners.{module}.MOST_OF_A_RECORD", 200_000)
    path = written(tmp_path, "a", content(3_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError):
            list(read(path))
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_report(tmp_path):
    path = tmp_path / "a.nessus.gz"
    start, end = NESSUS.split("{}")
    with gzip.open(path, "wt") as file:
        file.write(start + "<a>padding</a>" * 5_000)
        for number in range(4_000):
            file.write(ITEM.format(number % 65_535 + 1, number))
        file.write(end)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(path)) == 4_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_stops_at_the_limit(tmp_path):
    path = written(tmp_path, "a.gz", gzip.compress(b"<nmaprun>" + (b"<a/>" + b" " * 5_000) * 2_000))
    with pytest.raises(SourceRefused, match="more than 5 MB once unpacked"):
        list(recognise(path).reader(path, limit=5_000_000))
    assert limits.MOST_BYTES <= 4_000_000_000

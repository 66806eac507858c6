"""The readers of documents: what they understand, and what they say of what they do not."""

import json
from datetime import date

import pytest

from tests.sources.advisory_files import cert_fr, csaf, cve5, cvrf, endoflife, packed, product, version
from vigie.data.aliases import aliases
from vigie.engine.facts import Identity
from vigie.engine.matching import VulnerabilityRecord, answer, describe
from vigie.sources.cert_fr import read_cert_fr
from vigie.sources.csaf import read_csaf
from vigie.sources.cve5 import read_cve5
from vigie.sources.cvrf import read_cvrf
from vigie.sources.documents import Document, documents
from vigie.sources.endoflife import SupportCycle, read_endoflife
from vigie.sources.faults import SourceRefused, SourceUnreadable
from vigie.sources.json_stream import BadRecord

READERS = {
    "cve5": read_cve5,
    "cert_fr": read_cert_fr,
    "csaf": read_csaf,
    "cvrf": read_cvrf,
    "endoflife": read_endoflife,
}
GOOD = {"cve5": cve5(), "cert_fr": cert_fr(), "csaf": csaf(), "cvrf": cvrf(), "endoflife": endoflife()}


def read(reader, value, name="portal.json"):
    return list(reader(Document(name, json.dumps(value).encode())))


def verdict(records, text, vendor="valmed", name="portal", cve="CVE-2099-0001"):
    """What the records say of a version."""
    assert all(isinstance(record, VulnerabilityRecord) for record in records)
    return answer(cve, Identity(vendor, name, text), records, aliases()).verdict.value


def ranges(records):
    return [
        describe(criterion)
        for record in records
        for configuration in record.statement.configurations
        for node in configuration.nodes
        for criterion in node.criteria
    ]


@pytest.mark.parametrize(
    ("affected", "expected"),
    [
        pytest.param(product(version("1.0", lessThan="2.0")), {"1.5": "affected", "2.0": "fixed"}, id="before"),
        pytest.param(product(version("0", lessThanOrEqual="2.0")), {"0.1": "affected", "2.0": "affected"}, id="up-to"),
        pytest.param(product(version("0", lessThan=" 2.0 ")), {"1.9": "affected", "2.1": "fixed"}, id="blanks"),
        pytest.param(
            product(version("7.0", lessThanOrEqual="7.0.*")), {"7.0.99": "affected", "7.1": "fixed"}, id="line"
        ),
        pytest.param(product(version("< 3.2.1")), {"3.2.0": "affected", "3.2.1": "fixed"}, id="a-sign-in-the-version"),
        pytest.param(product(version("n/a")), {"1.0": "unknown"}, id="no-version"),
        pytest.param(product(version("before the spring")), {"1.0": "unknown"}, id="words"),
        pytest.param(product(version("3", lessThan="publication")), {"4": "unknown"}, id="until-publication"),
        pytest.param(product(version("abc1", versionType="git")), {"1.0": "unknown"}, id="commits"),
        pytest.param(product(defaultStatus="affected"), {"1.0": "affected"}, id="everything"),
        pytest.param(
            product(version("2.0", "unaffected", lessThan="*"), defaultStatus="affected"),
            {"1.9": "affected", "2.0": "fixed"},
            id="everything-but",
        ),
        pytest.param(
            product(
                version("0", "unaffected", lessThan="3.8"),
                version("5.4.269", "unaffected", lessThanOrEqual="5.4.*"),
                version("6.8", "unaffected", lessThanOrEqual="*"),
                defaultStatus="affected",
            ),
            {"3.7": "not_affected", "4.0": "affected", "5.4.300": "fixed", "6.1": "affected", "6.9": "fixed"},
            id="everything-but-some-lines",
        ),
        pytest.param(
            product(version("1.0", lessThan="3.0", changes=[{"at": "1.4", "status": "unaffected"}])),
            {"1.3": "affected", "1.4": "fixed"},
            id="a-change-ends-it",
        ),
        pytest.param(
            product(version("1.0", lessThan="2.0"), cpes=["cpe:2.3:a:other:name:*:*:*:*:*:*:*:*"]),
            {"1.5": "affected"},
            id="names-in-words-and-in-cpe",
        ),
    ],
)
def test_the_cve_list_is_understood(affected, expected):
    records = read(read_cve5, cve5("CVE-2099-0001", affected))
    assert {text: verdict(records, text) for text in expected} == expected


def test_a_hotfix_mends_its_own_maintenance_release_alone():
    changes = [{"at": at, "status": "unaffected"} for at in ("10.2.7-h8", "10.2.8-h3", "10.2.9-h1")]
    affected = product(
        version("10.2.0", lessThan="10.2.9-h1", changes=changes), vendor="Palo Alto Networks", name="PAN-OS"
    )
    records = read(read_cve5, cve5("CVE-2099-0001", affected))
    expected = {
        "10.2.6": "affected",
        "10.2.7-h8": "fixed",
        "10.2.8": "affected",
        "10.2.9": "affected",
        "10.2.10": "fixed",
    }
    told = {text: verdict(records, text, "paloaltonetworks", "pan-os") for text in expected}
    assert told == expected


def test_what_was_added_without_a_bound_proves_nothing():
    records = read(read_cve5, cve5("CVE-2099-0001", product(version("n/a")), added=[product(version("*"))]))
    assert [record.source for record in records] == ["cna", "adp"]
    assert verdict(records, "1.0") == "unknown"


def test_a_rejected_record_of_the_list_states_nothing():
    (record,) = read(read_cve5, cve5(state="REJECTED"))
    assert record.rejected
    assert not record.statement.configurations


def test_cert_fr_names_branches_in_prose():
    lines = ("Portal versions 2.x antérieures à 2.4", "Portal versions 3.x antérieures à 3.1")
    records = read(read_cert_fr, cert_fr(*lines))
    expected = {"2.3": "affected", "2.4": "fixed", "3.0": "affected", "3.1": "fixed"}
    assert {text: verdict(records, text) for text in expected} == expected
    assert records[0].source == "cert_fr:CERTFR-2099-AVI-0001"


@pytest.mark.parametrize(
    ("line", "build", "expected"),
    [
        pytest.param("Windows 10 Version 1809 pour systèmes 32 bits", "10.0.17763.5575", "affected", id="before"),
        pytest.param("Windows 10 Version 1809 pour systèmes 32 bits", "10.0.17763.5576", "fixed", id="mended"),
        pytest.param(
            "Windows 10 Version 1809 pour systèmes ARM64", "10.0.14393.1", "not_affected", id="another-release"
        ),
        pytest.param("Windows 10 pour systèmes x64", "10.0.17763.1", "affected", id="no-release-told"),
    ],
)
def test_a_release_of_windows_is_where_no_range_begins(line, build, expected):
    """It was read as ">=1809,<10.0.17763.5576", which goes backwards and says nothing."""
    records = read(read_cert_fr, cert_fr(f"{line} versions antérieures à 10.0.17763.5576"))
    assert verdict(records, build, "microsoft", "windows_10") == expected


def test_an_edition_with_its_own_numbers_does_not_mend_the_plain_product():
    line = "NetScaler ADC 13.1-FIPS versions antérieures à 13.1-37.159"
    value = cert_fr("NetScaler ADC 13.1 versions antérieures à 13.1-49.13", line, name="NetScaler ADC")
    for system in value["affected_systems"]:
        system["product"]["vendor"]["name"] = "Citrix"
    records = read(read_cert_fr, value)
    told = {text: verdict(records, text, "citrix", "netscaler_gateway") for text in ("13.1-48.47", "13.1-49.13")}
    assert told == {"13.1-48.47": "affected", "13.1-49.13": "fixed"}


def test_the_modules_of_a_product_are_those_that_the_line_names():
    value = cert_fr("BIG-IP (LTM, APM et ASM) versions 15.x antérieures à 15.1.0.4", name="BIG-IP")
    value["affected_systems"][0]["product"]["vendor"]["name"] = "F5"
    records = read(read_cert_fr, value)
    told = {
        name: verdict(records, "15.1.0.3", "f5", f"big-ip_{name}") for name in ("access_policy_manager", "analytics")
    }
    assert told == {"access_policy_manager": "affected", "analytics": "unknown"}


def test_a_bound_that_was_added_and_tells_no_correction_proves_none():
    records = read(
        read_cve5, cve5("CVE-2099-0001", product(version("n/a")), added=[product(version("0", lessThanOrEqual="9.0"))])
    )
    assert {text: verdict(records, text) for text in ("8.0", "9.1")} == {"8.0": "affected", "9.1": "unknown"}


def test_a_notice_of_several_vulnerabilities_proves_corrections_alone():
    records = read(read_cert_fr, cert_fr(cves=("CVE-2099-0001", "CVE-2099-0002")))
    assert [record.cve for record in records] == ["CVE-2099-0001", "CVE-2099-0002"]
    assert {text: verdict(records, text) for text in ("2.3", "2.4")} == {"2.3": "unknown", "2.4": "fixed"}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Portal sans le dernier correctif", id="without-the-last-patch"),
        pytest.param("Portal versions 4.x sans le correctif PH67137", id="a-patch-beside-the-version"),
        pytest.param("Portal", id="no-version"),
    ],
)
def test_a_line_that_is_not_understood_silences_its_product(line):
    assert read(read_cert_fr, cert_fr("Portal versions 2.x antérieures à 2.4", line)) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(csaf(), {"2.3": "affected", "2.4": "fixed"}, id="a-range"),
        pytest.param(csaf(("P1", "product_version_range", "vers:all/*")), {"2.3": "affected"}, id="all"),
        pytest.param(
            csaf(("P1", "product_version_range", ">= 2.5 | <= 3.11")),
            {"2.4": "not_affected", "2.5": "affected", "3.12": "fixed"},
            id="two-bounds",
        ),
        pytest.param(csaf(("P1", "product_version", "with option W")), {"2.3": "unknown"}, id="words"),
        pytest.param(
            csaf(("P1", "service_pack", "2.3.1"), ("P2", "service_pack", "2.3.2")),
            {"2.3.1": "affected", "2.3.9": "unknown"},
            id="a-list-of-releases-tells-no-correction",
        ),
        pytest.param(
            csaf(
                ("P1", "product_version_range", "vers:generic/Portal<2.4"),
                ("P1", "product_version_range", "vers:generic/Portal>=2.4"),
                status={"known_affected": ["P1"], "fixed": ["P1"]},
            ),
            {"2.3": "affected", "2.5": "fixed"},
            id="one-identifier-for-both",
        ),
    ],
)
def test_csaf_is_read_by_its_branches(value, expected):
    records = read(read_csaf, value)
    assert {text: verdict(records, text) for text in expected} == expected


def test_releases_that_follow_each_other_are_one_range_and_its_correction_is_told():
    records = read(read_cvrf, cvrf(solutions="Please upgrade to FortiOS version 7.0.3 or abovePlease upgrade to"))
    assert ranges(records) == ["fortinet:fortios >=7.0.0,<=7.0.2", "fortinet:fortios >=7.2.0,<=7.2.0"]
    assert records[0].statement.configurations[0].nodes[0].criteria[0].fixed_in == "7.0.3"
    expected = {"7.0.1": "affected", "7.0.3": "fixed", "6.4.9": "not_affected"}
    assert {text: verdict(records, text, "fortinet", "fortios") for text in expected} == expected


@pytest.mark.parametrize(
    ("affected", "expected"),
    [
        pytest.param("FortiOS 5.4.0 and below", ["fortinet:fortios <=5.4.0"], id="below"),
        pytest.param("FortiOS version 7.0.0 through 7.0.6FortiProxy 7.2.0", None, id="sentences-without-a-blank"),
        pytest.param("FortiOS versions 5.x are NOT impacted.", [], id="a-negation-is-left-out"),
    ],
)
def test_older_fortinet_advisories_are_read_in_words(affected, expected):
    told = ranges(read(read_cvrf, cvrf("", affected=affected)))
    assert told == (
        expected if expected is not None else ["fortinet:fortios >=7.0.0,<=7.0.6", "fortinet:fortiproxy 7.2.0"]
    )


@pytest.mark.parametrize("cve", [None, [], "CVE-2099-0001", ["not a CVE"]], ids=["null", "empty", "text", "other"])
def test_an_advisory_may_have_no_identifier(cve):
    assert len(read(read_cvrf, cvrf(cve=()) | {"vulnerability": {"cve": cve}})) == (cve == "CVE-2099-0001")


@pytest.mark.parametrize(
    ("changes", "ended_on", "ended"),
    [
        pytest.param({}, date(2025, 9, 30), None, id="a-date"),
        pytest.param({"eol": True}, None, True, id="over-nobody-tells-since-when"),
        pytest.param({"eol": False}, None, False, id="not-over"),
    ],
)
def test_an_end_of_support_is_a_date_or_a_word(changes, ended_on, ended):
    (line,) = read(read_endoflife, endoflife(**changes), "fortios.json")
    assert isinstance(line, SupportCycle)
    assert (line.vendor, line.product, line.cycle) == ("fortinet", "fortios", "7.0")
    assert (line.ended_on, line.ended, line.latest) == (ended_on, ended, "7.0.17")


DEEP = "[" * 5_000 + "]" * 5_000
NESTED = {"category": "vendor", "name": "Valmed"}
for _ in range(60):
    NESTED = {"category": "product_family", "name": "Portal", "branches": [NESTED]}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        *(pytest.param(kind, b"", id=f"{kind}-empty") for kind in READERS),
        *(pytest.param(kind, json.dumps(GOOD[kind]).encode()[:-20], id=f"{kind}-cut") for kind in READERS),
        *(pytest.param(kind, json.dumps(GOOD[kind]).encode("utf-16"), id=f"{kind}-utf-16") for kind in READERS),
        *(pytest.param(kind, b"[1, 2]", id=f"{kind}-another-form") for kind in READERS),
        *(pytest.param(kind, DEEP.encode(), id=f"{kind}-deep") for kind in READERS),
        pytest.param("cve5", json.dumps(cve5("GHSA-1")).encode(), id="cve5-another-identifier"),
        pytest.param("cve5", json.dumps(cve5("CVE-2099-1", product(version("9" * 10_000)))).encode(), id="cve5-10-kB"),
        pytest.param("cve5", json.dumps(cve5("CVE-2099-1", datePublished="soon")).encode(), id="cve5-no-date"),
        pytest.param("cert_fr", json.dumps(cert_fr(reference="AVI-1")).encode(), id="cert_fr-another-reference"),
        pytest.param(
            "cert_fr",
            json.dumps(cert_fr(cves=tuple(f"CVE-2099-{number:05d}" for number in range(3_000)))).encode(),
            id="cert_fr-of-3000-cve",
        ),
        pytest.param("csaf", json.dumps(csaf(product_tree={"branches": [NESTED]})).encode(), id="csaf-deep-tree"),
        pytest.param("endoflife", json.dumps(endoflife(name="7" * 100)).encode(), id="endoflife-long-name"),
    ],
)
def test_a_bad_document_is_named_and_told(kind, content):
    (bad,) = READERS[kind](Document("folder/bad-one.json", content))
    assert isinstance(bad, BadRecord)
    assert bad.subject
    assert bad.reason


def test_an_advisory_that_names_50_000_products_is_read_and_one_past_the_limit_is_refused(monkeypatch):
    leaves = [(f"P{number}", "product_version", f"2.{number // 250}.{number % 250}") for number in range(50_000)]
    document = Document("big.json", json.dumps(csaf(*leaves)).encode())
    (record,) = read_csaf(document)
    assert len(record.statement.configurations[0].nodes[0].criteria) == 50_000
    monkeypatch.setattr("vigie.sources.csaf.MOST_PRODUCTS", 49_999)
    (bad,) = read_csaf(document)
    assert "49999 products" in bad.reason


def test_an_archive_is_read_document_by_document_and_a_long_one_is_left_out(tmp_path):
    path = packed(tmp_path / "all.zip", {"a.json": cve5(), "b.json": "[" + " " * 5_000 + "]", "c.json": cve5()})
    first, bad, last = documents(path, limit=3_000)
    assert (first.name, last.name) == ("a.json", "c.json")
    assert (bad.position, bad.subject) == (2, "b.json")


@pytest.mark.parametrize("name", ["cut.zip", "cut.tar.gz", "cut.tar"])
def test_a_cut_archive_gives_what_came_before_and_then_says_so(tmp_path, name):
    path = packed(tmp_path / name, {f"{number}.json": cve5(f"CVE-2099-{number:04d}") for number in range(60)})
    path.write_bytes(path.read_bytes()[: 2 * path.stat().st_size // 3])
    with pytest.raises((SourceUnreadable, SourceRefused)):
        list(documents(path))

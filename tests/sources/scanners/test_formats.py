"""Each format, on an invented report of its tool."""

from datetime import UTC, datetime

import pytest

from tests.sources.scanners.samples import SAMPLES, one, sample, sightings, written
from vigie.engine.outcome import Severity
from vigie.sources.scanners import Told, Tool, recognise

SIX = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "tool", "rows"),
    [
        ("nmap.xml", Tool.NMAP, 6),
        ("nessus.nessus", Tool.NESSUS, 4),
        ("nessus.csv", Tool.NESSUS, 3),
        ("nessus_centre.csv", Tool.NESSUS, 1),
        ("openvas.xml", Tool.OPENVAS, 4),
        ("openvas.csv", Tool.OPENVAS, 2),
        ("nuclei_old.jsonl", Tool.NUCLEI, 2),
        ("nuclei_new.json", Tool.NUCLEI, 3),
        ("masscan.json", Tool.MASSCAN, 2),
        ("masscan_old.json", Tool.MASSCAN, 2),
        ("testssl.csv", Tool.TESTSSL, 5),
        ("sslyze_5.json", Tool.SSLYZE, 9),
        ("sslyze_3.json", Tool.SSLYZE, 4),
        ("qualys.xml", Tool.QUALYS, 3),
        ("qualys_scan.xml", Tool.QUALYS, 2),
        ("qualys_vmdr.csv", Tool.QUALYS, 4),
    ],
)
def test_a_report_is_known_by_what_it_holds_whatever_its_name(tmp_path, name, tool, rows):
    path = written(tmp_path, "export.txt", (SAMPLES / name).read_bytes())
    assert recognise(path).tool is tool
    assert [row.tool for row in sightings(path)] == [tool] * rows


def test_nmap_tells_open_ports_and_what_its_scripts_found():
    rows = sample("nmap.xml")
    ssh, https = (row for row in rows if row.identifier == "open-port")
    assert (ssh.address, ssh.port, ssh.transport) == ("127.61.7.2", 22, "tcp")
    assert (ssh.name, ssh.learnt) == ("vpn.valmorne.example", ("host-2.operator.example",))
    assert (ssh.title, ssh.told, ssh.evidence) == ("ssh OpenSSH 9.2p1", Told.FACT, "cpe:/a:openbsd:openssh:9.2p1")
    assert https.title == "open port"
    vulners = one(rows, "vulners")
    assert (vulners.told, vulners.severity) == (Told.WEAKNESS, Severity.CRITICAL)
    assert vulners.cves == ("CVE-2024-6387", "CVE-2023-38408")
    assert one(rows, "ssl-heartbleed").told is Told.SOUND
    smb = one(rows, "smb-vuln-ms17-010")
    assert (smb.told, smb.severity, smb.port, smb.title) == (Told.WEAKNESS, None, None, "SMBv1 remote code execution")


def test_nessus_xml_keeps_plug_ins_that_nobody_knows_and_no_policy():
    rows = sample("nessus.nessus")
    sweet32 = one(rows, "42873")
    assert (sweet32.address, sweet32.name) == ("127.61.7.3", "portail.valmorne.example")
    assert sweet32.learnt == ("srv-3.valmorne.example",)
    assert (sweet32.severity, sweet32.cves) == (Severity.HIGH, ("CVE-2016-2183",))
    assert sweet32.seen_at == datetime.fromtimestamp(1795420920, UTC)
    assert one(rows, "999999").evidence == "Nobody knows."
    assert (one(rows, "19506").told, one(rows, "19506").port) == (Told.FACT, None)
    assert "hunter2" not in repr(rows)


def test_nessus_csv_reads_the_word_and_not_the_score_that_lost_its_sign():
    first, second, fact = sample("nessus.csv")
    assert (first.identifier, first.severity, first.seen_at) == ("42873", Severity.HIGH, None)
    assert first.cves + second.cves == ("CVE-2016-2183", "CVE-2016-6329")
    assert (first.evidence, second.line) == ("DES-CBC3-SHA\nsecond line", 4)
    assert (fact.told, fact.port, fact.transport) == (Told.FACT, None, "udp")


def test_the_security_centre_has_its_own_columns_and_time_zone():
    (row,) = sample("nessus_centre.csv")
    assert row.seen_at == datetime(2026, 11, 20, 17, 24, 8, tzinfo=UTC)
    assert row.first_seen_at == datetime(2026, 1, 5, 17, 24, 8, tzinfo=UTC)
    assert row.cves == ("CVE-2004-2761", "CVE-2005-4900")
    assert row.learnt == ("srv-3.valmorne.example",)


def test_openvas_xml_places_and_weighs_each_result():
    rows = sample("openvas.xml")
    assert [row.port for row in rows] == [None, 443, 80, 25]
    assert [row.told for row in rows] == [Told.WEAKNESS, Told.WEAKNESS, Told.FACT, Told.SOUND]
    assert [row.severity for row in rows] == [Severity.LOW, Severity.MEDIUM, None, None]
    assert rows[1].cves == ("CVE-2011-3389",)
    assert (rows[0].address, rows[0].learnt, rows[0].seen_at) == ("127.61.7.4", ("srv-4.valmorne.example",), SIX)


def test_openvas_csv_has_cells_of_several_lines():
    tls, services = sample("openvas.csv")
    assert (tls.port, tls.severity, tls.cves) == (443, Severity.MEDIUM, ("CVE-2011-3389", "CVE-2015-0204"))
    assert (services.port, services.told, services.evidence) == (None, Told.FACT, "An unknown service\non two lines")


def test_nuclei_is_read_with_its_old_and_its_new_keys():
    nginx, setup = sample("nuclei_old.jsonl")
    assert (nginx.identifier, nginx.told, nginx.port) == ("nginx-version:nginx", Told.FACT, 443)
    assert nginx.evidence == "https://portail.valmorne.example\nnginx/1.14.2"
    assert setup.evidence == "https://portail.valmorne.example/setup/index.php"
    openssh, exposed, caa = sample("nuclei_new.json")
    assert (openssh.port, openssh.name, openssh.cves) == (2222, "vpn.valmorne.example", ("CVE-2018-15473",))
    assert openssh.seen_at == datetime(2026, 11, 23, 6, 43, 31, 231312, tzinfo=UTC)
    assert (exposed.severity, exposed.port) == (Severity.HIGH, 443)
    assert (caa.address, caa.name, caa.port) == ("", "www.valmorne.example", None)


@pytest.mark.parametrize("name", ["masscan.json", "masscan_old.json"])
def test_masscan_is_read_whether_its_array_is_right_json_or_not(name):
    first, second = sample(name)
    assert (first.address, first.port, first.told) == ("127.61.7.2", 8080, Told.FACT)
    assert second.port in {22, 8443}


def test_testssl_tells_what_is_sound_too_and_a_failed_look_is_no_weakness():
    rows = sample("testssl.csv")
    assert one(rows, "heartbleed").told is Told.SOUND
    assert one(rows, "heartbleed").cves == ("CVE-2014-0160",)
    sweet32 = one(rows, "SWEET32")
    assert (sweet32.severity, sweet32.cves) == (Severity.LOW, ("CVE-2016-2183", "CVE-2016-6329"))
    assert (sweet32.name, sweet32.address, sweet32.port) == ("portail.valmorne.example", "127.61.7.3", 443)
    assert (one(rows, "scanProblem").told, one(rows, "scanProblem").severity) == (Told.FACT, None)


def test_sslyze_5_gives_answers_without_a_severity():
    rows = sample("sslyze_5.json")
    told = {row.identifier: row.told for row in rows if row.address == "127.61.7.3"}
    assert told == {
        "certificate_info:hostname": Told.WEAKNESS,
        "certificate_info:trust": Told.WEAKNESS,
        "heartbleed": Told.WEAKNESS,
        "robot": Told.SOUND,
        "tls_compression:error": Told.FACT,
        "tls_1_0_cipher_suites": Told.WEAKNESS,
        "tls_1_2_cipher_suites": Told.FACT,
        "weak_cipher_suites": Told.WEAKNESS,
    }
    assert {row.severity for row in rows} == {None}
    assert one(rows, "heartbleed").cves == ("CVE-2014-0160",)
    unreached = one(rows, "could-not-look")
    assert (unreached.told, unreached.address, unreached.evidence) == (Told.FACT, "127.61.7.2", "ERROR")


def test_sslyze_3_says_the_same_in_its_own_form():
    rows = sample("sslyze_3.json")
    assert one(rows, "could-not-look").evidence == "Connection timed out"
    assert one(rows, "heartbleed").told is Told.SOUND
    assert one(rows, "ssl_3_0_cipher_suites").evidence == "TLS_RSA_WITH_RC4_128_SHA"
    assert one(rows, "weak_cipher_suites").told is Told.WEAKNESS


def test_qualys_xml_joins_each_number_with_what_it_is_called():
    rows = sample("qualys.xml")
    weak = one(rows, "38173")
    assert weak.title == "SSL Certificate - Signature Verification Failed"
    assert (weak.severity, weak.cves, weak.port) == (Severity.HIGH, ("CVE-2013-1690",), 443)
    assert (weak.address, weak.learnt) == ("127.61.7.3", ("srv-3.valmorne.example",))
    assert (weak.first_seen_at, weak.seen_at) == (datetime(2026, 10, 1, 6, tzinfo=UTC), SIX.replace(hour=5))
    assert one(rows, "6").told is Told.FACT
    assert (one(rows, "38174").told, one(rows, "38174").title) == (Told.SOUND, "QID 38174")


def test_the_older_qualys_xml_is_read_too():
    service, weak = sample("qualys_scan.xml")
    assert (service.told, service.port) == (Told.FACT, None)
    assert (weak.port, weak.severity, weak.cves) == (443, Severity.MEDIUM, ("CVE-1999-0678",))
    assert weak.seen_at == datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_qualys_vmdr_begins_under_its_preamble_and_has_a_row_per_address():
    framework, *local, sql = sample("qualys_vmdr.csv")
    assert (framework.address, framework.port) == ("fd00:61::7", 8443)
    assert framework.seen_at == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert [(row.address, row.port, row.transport) for row in local] == [
        ("127.61.7.5", None, ""),
        ("127.61.7.6", None, ""),
    ]
    assert (sql.told, sql.severity) == (Told.SOUND, None)


def test_a_real_report_of_each_tool_is_read(shared_data):
    expected = {
        "nmap/issue4406.xml": 32,
        "nmap/nmap_1port.xml": 1,
        "nmap/nmap_multiple_port.xml": 13,
        "nuclei/many_findings.json": 18,
        "nuclei/many_findings_new.json": 2,
        "nuclei/multiple_matches.json": 2,
        "nuclei/multiple_v3.json": 6,
        "nuclei/empty.jsonl": 0,
        "nessus/nessus_with_cvssv3.nessus": 49,
        "nessus/nessus_many_vuln.xml": 7,
        "nessus/nessus-template.csv": 5,
        "nessus/nessus_many_vuln.csv": 4,
        "openvas/many_vuln.xml": 44,
        "openvas/many_vuln.csv": 4,
        "openvas/report_using_openVAS.csv": 13,
        "masscan/masscan_many_vuln.json": 4,
        "testssl/overall_critical.csv": 198,
        "sslyze/one_target_one_vuln_new.json": 13,
        "sslyze/one_target_one_vuln_old.json": 14,
        "qualys/Qualys_Sample_Report.xml": 301,
        "qualys/many_vulns_cve.csv": 6,
    }
    assert {name: len(sightings(shared_data / "scans" / name)) for name in expected} == expected

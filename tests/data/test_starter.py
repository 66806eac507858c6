import json
import re
import tarfile
from pathlib import Path

import pytest

from vigie.data import starter
from vigie.data.aliases import aliases
from vigie.engine.facts import Identity
from vigie.engine.matching import VulnerabilityRecord, describe, match, match_identity
from vigie.engine.versions import compare, parse, scheme_of
from vigie.sources.kev import read_kev
from vigie.sources.nvd import read_nvd

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "vulns"
CONCERNED = {"affected", "conditional"}
BY_CVE = {record.cve: record for record in starter.catalogue()}


def affected(vendor, product, version):
    identity = Identity(vendor, product, version)
    return {record.cve for record, answer in match_identity(identity, starter.index()) if answer.verdict == "affected"}


@pytest.mark.parametrize(
    ("vendor", "product", "version"),
    [
        ("openbsd", "openssh", "9.9p1"),
        ("proftpd", "proftpd", "1.3.8c"),
        ("vsftpd_project", "vsftpd", "3.0.5"),
        ("exim", "exim", "4.98.1"),
        ("apache", "http_server", "2.4.65"),
        ("f5", "nginx", "1.28.0"),
        ("orthanc-server", "orthanc", "1.12.9"),
        ("nextgen", "mirth_connect", "4.5.2"),
        ("fortinet", "fortios", "7.4.8"),
        ("citrix", "application_delivery_controller", "14.1-47.46"),
        ("pulsesecure", "pulse_connect_secure", "22.7R2.6"),
        ("roundcube", "webmail", "1.6.11"),
        ("php", "php", "8.3.8"),
        ("offis", "dcmtk", "3.6.8"),
        ("microsoft", "exchange_server", "15.2.1544.4"),
        ("paloaltonetworks", "pan-os", "10.2.8-h3"),
        ("cisco", "adaptive_security_appliance_software", "9.9(2)74"),
        ("f5", "big-ip_access_policy_manager", "16.1.2.2"),
    ],
)
def test_sound_versions_are_not_accused(vendor, product, version):
    told = match_identity(Identity(vendor, product, version), starter.index())
    assert {answer.verdict.value for _, answer in told} <= {"fixed"}


@pytest.mark.parametrize(
    ("vendor", "product", "version", "among"),
    [
        ("openbsd", "openssh", "9.2p1", {"CVE-2024-6387"}),
        ("openbsd", "openssh", "7.4", {"CVE-2018-15473"}),
        ("proftpd", "proftpd", "1.3.5", {"CVE-2015-3306", "CVE-2019-12815"}),
        ("vsftpd_project", "vsftpd", "2.3.4", {"CVE-2011-2523"}),
        ("exim", "exim", "4.89", {"CVE-2019-10149", "CVE-2018-6789"}),
        ("apache", "http_server", "2.4.49", {"CVE-2021-41773", "CVE-2021-42013"}),
        ("nginx", "nginx", "1.18.0", {"CVE-2021-23017"}),
        ("pulsesecure", "pulse_connect_secure", "9.0R3", {"CVE-2019-11510", "CVE-2021-22893"}),
        ("ivanti", "connect_secure", "9.1R11.3", {"CVE-2021-22893"}),
        ("orthanc-server", "orthanc", "1.11.2", {"CVE-2023-33466"}),
        ("nextgen", "mirth_connect", "4.4.0", {"CVE-2023-43208"}),
        ("fortinet", "fortios", "7.0.5", {"CVE-2022-40684", "CVE-2024-21762", "CVE-2024-55591"}),
        ("citrix", "netscaler_gateway", "13.1-48.47", {"CVE-2023-3519", "CVE-2023-4966", "CVE-2025-5777"}),
        ("zimbra", "collaboration", "8.8.15p30", {"CVE-2022-27925"}),
        ("openssl", "openssl", "1.0.1f", {"CVE-2014-0160"}),
        ("paloaltonetworks", "pan-os", "11.0.4", {"CVE-2024-3400"}),
        ("cisco", "adaptive_security_appliance_software", "9.9(2)66", {"CVE-2020-3452"}),
        ("mikrotik", "routeros", "6.42", {"CVE-2018-14847"}),
    ],
)
def test_weak_versions_are_recognised(vendor, product, version, among):
    assert among <= affected(vendor, product, version)


def test_the_catalogue_is_of_the_promised_size():
    assert len(BY_CVE) == len(starter.catalogue()) >= 60


@pytest.mark.parametrize("record", starter.catalogue(), ids=lambda record: record.cve)
def test_every_entry_can_be_read_by_a_person_and_by_the_engine(record):
    assert re.fullmatch(r"CVE-\d{4}-\d{4,}", record.cve)
    assert 10 < len(record.title_fr) <= 200
    assert 10 < len(record.title_en) <= 200
    assert record.title_fr != record.title_en
    assert all(url.startswith(("https://", "http://bugs.proftpd.org")) for url in record.references)
    assert record.references
    assert record.cvss and record.cvss > 4
    assert record.published_at.year >= int(record.cve[4:8])
    for criterion in criteria(record):
        scheme = scheme_of(*aliases().canonical(criterion.vendor, criterion.product))
        ends = (criterion.start_including, criterion.start_excluding, criterion.end_including, criterion.end_excluding)
        assert all(parse(scheme, end) for end in ends if end), describe(criterion)
        if criterion.start_including and criterion.end_excluding:
            assert compare(scheme, criterion.start_including, criterion.end_excluding) in "<?", describe(criterion)


def criteria(record):
    return [c for part in record.statement.configurations for node in part.nodes for c in node.criteria if c.vulnerable]


def test_dates_of_exploitation_are_those_of_the_list(shared_data):
    kev = {
        entry.cve: entry.added_on
        for entry in read_kev(shared_data / "kev/known_exploited_vulnerabilities.json").entries
    }
    assert {cve: record.kev_on for cve, record in BY_CVE.items()} == {cve: kev.get(cve) for cve in BY_CVE}


def test_the_cases_of_the_advisories_are_all_right(shared_data):
    cases = json.loads((shared_data / "truth" / "match_cases_sample.json").read_text())
    ours = [case for case in cases if case["cve"] in BY_CVE]
    wrong = [case for case in ours if (verdict_of(case) in CONCERNED) != case["affected"]]
    assert wrong == []
    assert len(ours) >= 65


def verdict_of(case):
    identity = Identity(case["vendor"], case["product"], case["version"], edition=case.get("edition"))
    answer = match(identity, BY_CVE[case["cve"]].statement, source="vigie", aliases=aliases())
    return answer.verdict if answer else None


# Where our ranges differ from the NVD's on purpose: the vendor is right.
DIFFERENT = {
    ("CVE-2017-7529", "1.12.1"),  # nginx.org: not vulnerable from 1.12.1 on; the NVD includes it
    ("CVE-2021-22893", "9.0R1"),  # SA44784: 9.0R3 and higher
    ("CVE-2024-6387", "4.3p2"),  # OpenSSH 9.8 release notes: before 4.4p1 too
}
SAMPLED = {
    "openbsd:openssh": ["4.3p2", "6.2p1", "7.4p1", "8.4p1", "8.5p1", "9.2p1", "9.7p1", "9.8p1", "9.9p1"],
    "apache:http_server": [
        "2.2.31",
        "2.4.6",
        "2.4.25",
        "2.4.27",
        "2.4.29",
        "2.4.48",
        "2.4.49",
        "2.4.59",
        "2.4.60",
        "2.4.65",
    ],
    "nginx:nginx": ["1.10.3", "1.12.1", "1.12.2", "1.14.2", "1.16.1", "1.17.7", "1.18.0", "1.20.0", "1.20.1", "1.28.0"],
    "exim:exim": ["4.86", "4.87", "4.88", "4.89", "4.91", "4.92", "4.92.1", "4.92.2", "4.92.3", "4.94.2", "4.98.1"],
    "pulsesecure:pulse_connect_secure": ["8.2R5.0", "9.0R1", "9.0R3", "9.0R3.5", "9.1R11.3", "9.1R11.4", "9.1R12"],
    "php:php": ["7.1.32", "7.1.33", "7.3.10", "7.3.11", "8.1.28", "8.1.29", "8.2.19", "8.3.8"],
    "roundcube:webmail": ["1.4.13", "1.5.9", "1.5.10", "1.6.10", "1.6.11"],
    "zimbra:collaboration": ["8.7.11", "8.7.11p9", "8.7.11p10"],
    "microsoft:internet_information_services": ["6.0", "7.5", "10.0"],
}


def nvd_records():
    """The NVD's records of what the catalogue holds, as of 2021 and 2026, cut down to the products that matter here."""
    return [record for record in read_nvd(SAMPLES / "nvd-starter.json") if isinstance(record, VulnerabilityRecord)]


def test_ranges_agree_with_the_nvd_where_it_has_them():
    differences, compared = set(), 0
    for record in nvd_records():
        for name, versions in SAMPLED.items():
            for version in versions:
                identity = Identity(*name.split(":"), version)
                ours = match(identity, BY_CVE[record.cve].statement, source="vigie", aliases=aliases())
                theirs = match(identity, record.statement, source="nvd", aliases=aliases())
                if ours and theirs:
                    compared += 1
                    if (ours.verdict in CONCERNED) != (theirs.verdict in CONCERNED):
                        differences.add((record.cve, version))
    assert differences == DIFFERENT
    assert compared > 150


def fortinet_lists(shared_data):
    """(CVE, versions that the vendor's CVRF documents name as affected)."""
    with tarfile.open(shared_data / "csaf" / "csaf_cvrf.tar.gz") as archive:
        for number in ("18-384", "22-377", "22-398", "23-097", "24-015", "24-535"):
            text = archive.extractfile(f"fortinet-cvrf/20{number[:2]}/FG-IR-{number}.json").read().decode()
            yield {cve for cve in BY_CVE if cve in text}, set(re.findall(r"FortiOS-(\d+\.\d+\.\d+)", text))


def test_every_version_that_fortinet_names_is_affected_and_none_other(shared_data):
    lists = [(cves, named) for cves, named in fortinet_lists(shared_data) if named]
    everything = {version for _, named in lists for version in named}
    wrong = [
        (cve, version)
        for cves, named in lists
        for cve in cves
        for version in sorted(everything)
        if (verdict_of({"vendor": "fortinet", "product": "fortios", "version": version, "cve": cve}) == "affected")
        != (version in named)
    ]
    assert wrong == []
    assert len(lists) >= 4

"""What every reader makes of places, dates and texts."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.sources.scanners.samples import sample
from vigie.engine.outcome import Severity
from vigie.sources.faults import BadRow
from vigie.sources.scanners import SightingRow, Told, Tool
from vigie.sources.scanners.evidence import MOST_EVIDENCE, clean, harmless, place_of
from vigie.sources.scanners.moments import moment
from vigie.sources.scanners.row import cves_in, severity_from_score, severity_of, sighting


def row(**told):
    return sighting(**{"line": 1, "tool": Tool.NESSUS, "identifier": "1", "title": "A", "host": "127.61.7.3", **told})


@pytest.mark.parametrize(
    ("host", "name", "address", "asked"),
    [
        pytest.param("127.61.7.3", "", "127.61.7.3", "", id="address"),
        pytest.param(" [FD00:0:0::1] ", "", "fd00::1", "", id="ipv6"),
        pytest.param("fe80::1%eth0", "", "fe80::1", "", id="ipv6-with-its-zone"),
        pytest.param("::ffff:127.61.7.3", "", "127.61.7.3", "", id="ipv4-in-ipv6"),
        pytest.param("WWW.Valmorne.Example.", "", "", "www.valmorne.example", id="name"),
        pytest.param("hôpital.example", "", "", "xn--hpital-ixa.example", id="name-with-an-accent"),
        pytest.param("127.61.7.3", "127.61.7.3", "127.61.7.3", "", id="an-address-is-no-name"),
        pytest.param("127.61.7.3", "a b", "127.61.7.3", "", id="no-name"),
    ],
)
def test_a_place_is_written_in_one_way(host, name, address, asked):
    told = row(host=host, name=name)
    assert isinstance(told, SightingRow)
    assert (told.address, told.name) == (address, asked)


@pytest.mark.parametrize("host", ["", "192.168.1.1001", "<script>", "-", "a" * 300])
def test_what_has_no_place_is_left_out(host):
    assert isinstance(row(host=host), BadRow)


@pytest.mark.parametrize(
    ("port", "number"),
    [("443", 443), (443, 443), ("0", None), ("general", None), (None, None), ("'-", None), ("65535", 65535)],
)
def test_a_port_is_a_number_or_the_host_as_a_whole(port, number):
    assert row(port=port).port == number


@pytest.mark.parametrize("port", ["65536", "-1", "http", "4 43", "٤٤٣", "1e3"])
def test_what_is_no_port_is_left_out(port):
    assert isinstance(row(port=port), BadRow)


def test_long_identifiers_that_begin_alike_stay_two():
    one, other = row(identifier="x" * 300), row(identifier="x" * 301)
    assert one.identifier != other.identifier
    assert len(one.identifier) == len(other.identifier) == 200


def test_what_is_no_weakness_has_no_severity():
    assert row(told=Told.SOUND, severity=Severity.HIGH).severity is None
    assert row(severity=Severity.HIGH).told is Told.WEAKNESS
    assert row().told is Told.FACT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1795420800", datetime(2026, 11, 23, 8, tzinfo=UTC), id="seconds"),
        pytest.param("1795420800000", datetime(2026, 11, 23, 8, tzinfo=UTC), id="milliseconds"),
        pytest.param("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC), id="iso"),
        pytest.param("2026-11-23T09:00:00.123456789+01:00", datetime(2026, 11, 23, 8, 0, 0, 123456, UTC), id="nanos"),
        pytest.param("2026-11-23T08:00:00", datetime(2026, 11, 23, 8, tzinfo=UTC), id="no-zone"),
        pytest.param("Mon Nov 23 08:00:00 2026", datetime(2026, 11, 23, 8, tzinfo=UTC), id="of-c"),
        pytest.param("Nov 23, 2026 09:00:00 CET", datetime(2026, 11, 23, 8, tzinfo=UTC), id="named-zone"),
        pytest.param("Nov 23, 2026 08:00 AM", datetime(2026, 11, 23, 8, tzinfo=UTC), id="am"),
        pytest.param("04 Nov 2026 10:00PM GMT-0500", datetime(2026, 11, 5, 3, tzinfo=UTC), id="offset"),
        pytest.param("", None, id="empty"),
        pytest.param("yesterday", None, id="words"),
        pytest.param("0001-01-01T00:00:00+14:00", None, id="before-time"),
        pytest.param("9" * 40, None, id="far"),
        pytest.param("1970-01-01", None, id="the-day-of-no-clock"),
    ],
)
def test_dates_are_read_as_tools_write_them(text, expected):
    assert moment(text) == expected


def test_a_date_without_a_zone_is_in_that_of_the_report():
    assert moment("Nov 03, 2026 07:00 AM", timezone(timedelta(hours=-5))) == datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "severity"),
    [("Critical", "critical"), ("HIGH", "high"), ("moderate", "medium"), ("low", "low"), ("Info", None), ("", None)],
)
def test_severities_are_words(word, severity):
    assert severity_of(word) == severity


@pytest.mark.parametrize(
    ("scores", "severity"),
    [(("9.8", "4.0"), "critical"), (("10",), "critical"), (("6.9",), "medium"), (("0.0",), None), (("50", "x"), None)],
)
def test_a_score_is_a_number_from_0_to_10(scores, severity):
    assert severity_from_score(*scores) == severity


def test_cves_are_found_once_in_any_case():
    assert cves_in("cve-2018-15473, CVE-2018-15473", "NOCVE", "CVE-2024-6387x") == ("CVE-2018-15473", "CVE-2024-6387")


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2",
        "  Password = hunter2 and more",
        '{"api_key": "hunter2"}',
        "Authorization: Basic YWxpbmU6aHVudGVyMg== hunter2",
        "curl -H 'X: Bearer hunter2hunter2'",
        "Set-Cookie: session=hunter2; Path=/",
        "https://aline:hunter2@www.valmorne.example/",
        "SNMP community string : hunter2",
        "Login: hunter2",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nhunter2 cut",
        "root:$6$saltsalt$hunter2hunter2:19000",
        "?a=1&access_token=hunter2&b=2",
    ],
)
def test_credentials_are_not_kept(text):
    assert "hunter2" not in harmless(text)


@pytest.mark.parametrize(
    "text", ["DES-CBC3-SHA", "Server: nginx/1.14.2", "TLSv1.0 is offered", "Port: 443", "key exchange: 1024 bits"]
)
def test_what_is_no_credential_is_kept(text):
    assert harmless(text) == text


@pytest.mark.parametrize("title", ["Default password of a router", "SNMP Agent Default Community Name (public)"])
def test_a_plug_in_about_credentials_keeps_no_output(title):
    assert "hunter2" not in repr(row(title=title, evidence="admin / hunter2"))


def test_no_sample_gives_its_credential_away():
    assert "hunter2" not in repr([sample(name) for name in ("nmap.xml", "nuclei_new.json", "nessus.nessus")])


def test_evidence_is_cut_and_without_control_signs():
    kept = row(evidence="a\x00\x1b[31m\r\n" + "b" * 5000).evidence
    assert kept.startswith("a[31m\nb")
    assert len(kept) == MOST_EVIDENCE
    assert clean("x" * 10_000_000, 10) == "xxxxxxxxx…"


def test_a_url_is_kept_without_its_user_and_query():
    assert place_of("https://aline:x@h.example:8443/a/b?token=1#c") == "https://h.example:8443/a/b"
    assert place_of("h.example:22") == "h.example:22"

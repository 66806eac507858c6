"""One hospital looks at itself: what is asked, refused, sent, printed and written."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.probes.dns_server import resolving
from tests.probes.servers import listening, page, says, silent, site
from vigie.cli.scan import scan as command

APP = typer.Typer()
APP.command()(command)
WHO = ("--signatory", "Directrice Exemple", "--basis", "laboratory")
WEAK_SSH = says(b"SSH-2.0-OpenSSH_7.4\r\n\xff\xff\xff\xff")


def scan(*arguments, who=WHO, **environment):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return CliRunner().invoke(APP, [*map(str, arguments), *who], catch_exceptions=False)


@pytest.mark.parametrize(
    ("target", "basis", "told"),
    [
        pytest.param("127.0.0.1", "mandate letter", "--basis laboratory", id="this-machine"),
        pytest.param("::ffff:127.0.0.1", "mandate letter", "--basis laboratory", id="this-machine-in-v6"),
        pytest.param("10.0.0.0/28", "mandate letter", "--basis local", id="private"),
        pytest.param("203.0.113.7", "laboratory", "on the internet", id="internet-as-laboratory"),
        pytest.param("203.0.113.7", "local", "on the internet", id="internet-as-local"),
        pytest.param("0.0.0.0/0", "mandate letter", "too large", id="everything"),
        pytest.param("203.0.0.0/21", "mandate letter", "too large", id="more-than-a-22"),
        pytest.param("2001:db8::/64", "mandate letter", "too large", id="a-v6-network"),
        pytest.param("224.0.0.1", "mandate letter", "not the address of a machine", id="multicast"),
        pytest.param("169.254.169.254", "local", "not the address of a machine", id="cloud-metadata"),
        pytest.param("203.0.113.256", "mandate letter", "neither an address nor a range", id="not-an-address"),
        pytest.param("https://example.org/", "mandate letter", "without http://", id="url"),
        pytest.param("exa mple.org", "mandate letter", "not a domain name", id="blank"),
        pytest.param("a-.example", "mandate letter", "not a domain name", id="hyphen"),
        pytest.param("localhost", "laboratory", "not a domain name", id="one-label"),
        pytest.param("x" * 64 + ".example", "laboratory", "not a domain name", id="long-label"),
    ],
)
def test_what_may_not_be_looked_at_is_refused_in_one_sentence(target, basis, told):
    result = scan(target, who=("--signatory", "x", "--basis", basis))
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("who", "told"),
    [
        pytest.param((), "--signatory", id="nobody"),
        pytest.param(("--signatory", "x"), "--basis", id="no-basis"),
        pytest.param(("--signatory", " ", "--basis", "laboratory"), "--signatory", id="blank"),
    ],
)
def test_nothing_is_sent_without_saying_who_authorises_it(who, told):
    with listening(WEAK_SSH) as server:
        result = scan("127.77.0.1", "--ports", server.port, who=who)
        assert server.connections == 0
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("ports", ["22x", "0", "65536", "90-80", "22,,80", "-1", ""], ids=repr)
def test_ports_that_are_not_ports_are_refused(ports):
    result = scan("127.77.0.1", f"--ports={ports or ','}")
    assert result.exit_code == 2
    assert "port" in result.stderr


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--until", "2020-01-01"), "ended on 2020-01-01"),
        (("--until", "tomorrow"), "not a date"),
        (("--language", "de"), "in fr or in en"),
    ],
)
def test_options_that_cannot_be_obeyed_are_refused(option, told):
    result = scan("127.77.0.1", *option)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_look_prints_who_authorised_it_what_answers_and_what_to_do_first():
    with listening(WEAK_SSH) as server:
        result = scan("127.77.0.1", "--ports", server.port, "--language", "en")
    assert result.exit_code == 0
    for told in ("Directrice Exemple", "laboratory", "127.77.0.1", "OpenSSH 7.4", "To do first", "CVE-2018-15473"):
        assert told in result.stdout
    assert result.stderr == ""


def test_french_is_the_first_language():
    with listening(WEAK_SSH) as server:
        result = scan("127.77.0.1", "--ports", server.port)
    assert "À faire d'abord" in result.stdout


def test_json_is_one_object_for_each_service_and_nothing_else(monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    with listening(WEAK_SSH) as ssh, listening(site({"/": page()})) as web:
        result = scan("127.77.0.1", "--ports", f"{ssh.port},{web.port}", "--json")
    services = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(services) == 2
    found = next(service for service in services if service["service"] == "ssh")
    assert (found["address"], found["port"], found["transport"], found["state"]) == (
        "127.77.0.1",
        ssh.port,
        "tcp",
        "open",
    )
    assert (found["vendor"], found["product"], found["version"]) == ("openbsd", "openssh", "7.4")
    assert found["cpe23"] == "cpe:2.3:a:openbsd:openssh:7.4:*:*:*:*:*:*:*"
    assert found["facts"]["ssh"]["software"] == "OpenSSH_7.4"
    assert {outcome["check"] for outcome in found["outcomes"]} == {"ssh-obsolete-protocol", "ssh-weak-algorithms"}
    assert "CVE-2018-15473" in {match["cve"] for match in found["vulnerabilities"] if match["verdict"] == "affected"}
    assert (found["signatory"], found["basis"]) == ("Directrice Exemple", "laboratory")


def test_a_name_is_resolved_first_and_the_scope_is_what_it_leads_to(monkeypatch):
    names = {"www.valombre.example": ("127.77.0.1",), "ailleurs.valombre.example": ("9.9.9.9",)}
    with resolving(names) as resolver, listening(site({"/": page(b"<title>a</title>")})) as server:
        monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
        result = scan(*names, "--ports", server.port, "--json", VIGIE_RESOLVERS=resolver)
        services = [json.loads(line) for line in result.stdout.splitlines()]
    assert [service["name"] for service in services] == [None, "www.valombre.example"]
    assert {service["address"] for service in services} == {"127.77.0.1"}


def test_a_name_that_leads_elsewhere_or_nowhere_is_told_not_contacted():
    names = {"ailleurs.valombre.example": ("9.9.9.9",)}
    with resolving(names) as resolver:
        result = scan(
            "ailleurs.valombre.example", "nulle.valombre.example", "--language", "en", VIGIE_RESOLVERS=resolver
        )
    told = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert "ailleurs.valombre.example leads to 9.9.9.9, outside the perimeter: nothing was sent there" in told
    assert "nulle.valombre.example: this name leads to no address" in told
    assert "proves neither" in told


def test_a_domain_without_any_address_is_judged_by_what_it_publishes(tmp_path):
    zone = {"valombre.example": ("MX 10 mx.other.example.", 'TXT "v=spf1 +all"')}
    with resolving(zone) as resolver:
        result = scan("valombre.example", "--json", "--html", tmp_path / "r.html", VIGIE_RESOLVERS=resolver)
    [domain] = [json.loads(line) for line in result.stdout.splitlines()]
    failed = {outcome["check"] for outcome in domain["outcomes"] if outcome["verdict"] == "fail"}
    missing = {"dmarc-missing", "mta-sts-missing", "caa-missing", "dnssec-missing", "mail-host-missing"}
    assert failed == missing | {"spf-permissive"}
    assert (result.exit_code, domain["address"], domain["service"]) == (0, None, "dns")
    assert "<code>valombre.example</code>" in (tmp_path / "r.html").read_text()


def test_a_failing_resolver_finds_nothing_wrong_with_a_domain():
    with resolving({}, rcode=2) as resolver:
        result = scan("valombre.example", "--json", VIGIE_RESOLVERS=resolver)
    [domain] = [json.loads(line) for line in result.stdout.splitlines()]
    assert {outcome["verdict"] for outcome in domain["outcomes"]} == {"unknown"}
    assert result.exit_code == 1


def test_the_page_stands_alone_and_escapes_what_came_from_outside(tmp_path, monkeypatch):
    monkeypatch.setattr("vigie.probes.identify.hint_of", lambda port: "http")
    hostile = page(b"<title><script>alert(1)</script></title><input type=password>", "Server: nginx/<b>1</b>")
    report = tmp_path / "report.html"
    with listening(site({"/": hostile})) as server:
        who = ("--signatory", "<i>moi</i>", "--basis", "laboratory")
        result = scan("127.77.0.1", "--ports", server.port, "--html", report, who=who)
    written = report.read_text()
    assert result.exit_code == 0
    assert "<script" not in written
    assert "&lt;i&gt;moi&lt;/i&gt;" in written
    assert '<html lang="fr">' in written
    assert "Un mot de passe est demandé sur une page non chiffrée" in written
    assert "src=" not in written
    assert "$" not in written.split("</style>")[1]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        pytest.param("missing/report.html", "No such file or directory", id="missing-folder"),
        pytest.param(".", "is a folder", id="folder"),
    ],
)
def test_a_page_that_cannot_be_written_is_told_before_anything_is_sent(place, told, tmp_path):
    with listening(WEAK_SSH) as server:
        result = scan("127.77.0.1", "--ports", server.port, "--html", tmp_path / place)
        assert server.connections == 0
    assert result.exit_code == 1
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_disk_that_fills_up_meanwhile_loses_nothing_of_what_was_seen(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with listening(WEAK_SSH) as server:
        result = scan("127.77.0.1", "--ports", server.port, "--html", tmp_path / "report.html")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert "OpenSSH 7.4" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_emergency_stop_in_force_lets_nothing_leave(tmp_path):
    (tmp_path / "STOP").touch()
    with listening(WEAK_SSH) as server:
        result = scan("127.77.0.1", "--ports", server.port, VIGIE_HOME=str(tmp_path))
        assert server.connections == 0
    assert result.exit_code == 3
    assert "vigie stop --lift" in result.stderr


def test_an_emergency_stop_ends_a_look_and_keeps_what_was_seen(tmp_path):
    def orders_the_stop(connection):
        (tmp_path / "STOP").touch()
        silent(connection)

    with listening(WEAK_SSH) as seen, listening(orders_the_stop, address="127.77.0.2") as server:
        ports = f"{seen.port},{server.port}"
        result = scan("127.77.0.2", "--ports", ports, "--language", "en", VIGIE_HOME=str(tmp_path))
    assert result.exit_code == 3
    assert "Stopped before the end" in result.stdout


def test_ctrl_c_ends_a_look_cleanly():
    main, before = threading.main_thread().ident, signal.getsignal(signal.SIGINT)

    def interrupts(connection):
        signal.pthread_kill(main, signal.SIGINT)
        silent(connection)

    with listening(interrupts) as server:
        result = scan("127.77.0.1", "--ports", server.port, "--language", "en")
    assert result.exit_code == 3
    assert "Stopped before the end" in result.stdout
    assert signal.getsignal(signal.SIGINT) is before  # nothing, where a shell started us in its background


def test_it_needs_no_database():
    source = (Path(__file__).parents[2] / "src/vigie/cli/scan.py").read_text()
    assert "django" not in source
    assert all("django" not in path.read_text() for path in Path("src/vigie/cli/alone").glob("*.py"))

"""What should not face the internet: proven by its own words, never by its port."""

from dataclasses import replace

import pytest

from vigie.engine.checks import CHECKS
from vigie.engine.facts import (
    DatabaseFacts,
    LdapFacts,
    MailboxFacts,
    RdpFacts,
    RdpSecurity,
    SmbFacts,
    TelnetFacts,
    VncFacts,
)
from vigie.engine.facts_of_infrastructure import BrokerFacts, NameServerFacts, SnmpFacts
from vigie.engine.outcome import Verdict

from .looks import look, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def store(engine: str, answers_anyone: bool | None = None) -> DatabaseFacts:
    return DatabaseFacts(engine, "1.0", None, answers_anyone, "said")


EXPOSED = [
    pytest.param("telnet-exposed", {"telnet": TelnetFacts("login:", True)}, id="telnet"),
    pytest.param("rdp-exposed", {"rdp": RdpFacts(RdpSecurity.NLA_REQUIRED)}, id="rdp"),
    pytest.param("smb-exposed", {"smb": SmbFacts("3.1.1", True, False)}, id="smb"),
    pytest.param("vnc-exposed", {"vnc": VncFacts("3.8", ("password",))}, id="vnc"),
    pytest.param("vnc-exposed", {"vnc": VncFacts("3.8", None)}, id="vnc-that-does-not-tell"),
    pytest.param("database-exposed", {"database": store("mysql")}, id="mysql"),
    pytest.param("database-exposed", {"database": store("redis", False)}, id="redis-with-a-password"),
    pytest.param("snmp-exposed", {"snmp": SnmpFacts("80001f8804", 8072, 1, 60)}, id="snmp"),
    pytest.param("snmp-exposed", {"snmp": SnmpFacts("00", None, None, None)}, id="snmp-that-hides-its-maker"),
    pytest.param("broker-exposed", {"broker": BrokerFacts("mqtt", None, None)}, id="mqtt"),
    pytest.param("broker-exposed", {"broker": BrokerFacts("amqp", "RabbitMQ", "3.10.8")}, id="amqp"),
    pytest.param("dns-resolves-for-anyone", {"name_server": NameServerFacts("9.18.1", True)}, id="open-resolver"),
    pytest.param("ldap-exposed", {"ldap": LdapFacts(None, None, None, False)}, id="ldap"),
]


@pytest.mark.parametrize(("slug", "facts"), EXPOSED)
def test_what_answers_from_the_internet_is_exposed(slug, facts):
    assert verdict(slug, look("x", **facts)) is FAIL


@pytest.mark.parametrize(("slug", "facts"), EXPOSED)
@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.4", "172.20.0.1", "100.64.3.2", "fd00::7"])
def test_inside_its_own_network_nothing_is_exposed(slug, facts, address):
    assert verdict(slug, replace(look("x", **facts), address=address)) is None


@pytest.mark.parametrize("address", ["127.77.0.1", "203.0.113.9", "2001:db8::1"])
def test_the_laboratory_stands_for_the_internet(address):
    assert verdict("rdp-exposed", replace(look("rdp", rdp=RdpFacts(None)), address=address)) is FAIL


@pytest.mark.parametrize("slug", sorted(slug for slug in CHECKS if slug.endswith(("-exposed", "-answers-anyone"))))
def test_a_port_that_told_nothing_is_exposed_to_nobody(slug):
    assert verdict(slug, look(None)) is None


@pytest.mark.parametrize(
    ("security", "expected"),
    [(RdpSecurity.NLA_REQUIRED, PASS), (RdpSecurity.TLS, FAIL), (RdpSecurity.STANDARD, FAIL), (None, UNKNOWN)],
)
def test_a_desktop_asks_who_comes_before_its_sign_in_screen(security, expected):
    assert verdict("rdp-without-nla", look("rdp", rdp=RdpFacts(security))) is expected


@pytest.mark.parametrize(("accepts", "expected"), [(True, FAIL), (False, PASS), (None, UNKNOWN)])
def test_a_share_refuses_the_first_version(accepts, expected):
    assert verdict("smb-v1", look("smb", smb=SmbFacts("3.1.1", True, accepts))) is expected


@pytest.mark.parametrize(
    ("types", "expected", "exposed"),
    [
        pytest.param(("none",), FAIL, None, id="open"),
        pytest.param(("password", "none"), FAIL, None, id="open-beside-a-password"),
        pytest.param(("password",), PASS, FAIL, id="password"),
        pytest.param(None, UNKNOWN, FAIL, id="not-told"),
    ],
)
def test_a_shared_screen_asks_for_a_password(types, expected, exposed):
    seen = look("vnc", vnc=VncFacts("3.8", types))
    assert verdict("vnc-without-password", seen) is expected
    assert verdict("vnc-exposed", seen) is exposed


@pytest.mark.parametrize("engine", ["redis", "mongodb", "memcached"])
@pytest.mark.parametrize(
    ("anyone", "expected", "exposed"),
    [
        pytest.param(True, FAIL, None, id="obeys"),
        pytest.param(False, PASS, FAIL, id="refuses"),
        pytest.param(None, UNKNOWN, FAIL, id="not-asked"),
    ],
)
def test_a_store_obeys_nobody_who_did_not_sign_in(engine, anyone, expected, exposed):
    seen = look(engine, database=store(engine, anyone))
    assert verdict(f"{engine}-answers-anyone", seen) is expected
    assert verdict("database-exposed", seen) is exposed


@pytest.mark.parametrize("engine", ["elasticsearch", "opensearch"])
@pytest.mark.parametrize(("anyone", "expected"), [(True, FAIL), (False, PASS)])
def test_a_search_engine_asks_to_sign_in(engine, anyone, expected):
    assert verdict("elasticsearch-answers-anyone", look("http", database=store(engine, anyone))) is expected


def test_a_store_is_judged_by_the_rule_of_its_own_engine():
    seen = look("mysql", database=store("mysql"))
    assert [slug for slug in CHECKS if slug.endswith("-answers-anyone") and verdict(slug, seen)] == []


@pytest.mark.parametrize(
    ("mailbox", "over", "expected"),
    [
        pytest.param(MailboxFacts("* OK", ("STARTTLS",), True), None, PASS, id="offered"),
        pytest.param(MailboxFacts("* OK", ("AUTH=PLAIN",), False), None, FAIL, id="not-offered"),
        pytest.param(MailboxFacts("* OK", ("LOGINDISABLED",), False, True), None, PASS, id="no-password-in-clear"),
        pytest.param(MailboxFacts("* OK", (), None), None, UNKNOWN, id="not-told"),
        pytest.param(MailboxFacts("* OK", (), False), tls(), PASS, id="under-tls"),
    ],
)
def test_mail_is_read_without_a_password_in_clear(mailbox, over, expected):
    assert verdict("imap-pop-no-starttls", look("imap", mailbox=mailbox, tls=over)) is expected


@pytest.mark.parametrize(("recursion", "expected"), [(False, PASS), (True, FAIL), (None, UNKNOWN)])
def test_a_name_server_is_judged_by_what_it_did_not_by_its_port(recursion, expected):
    assert verdict("dns-resolves-for-anyone", look("dns", name_server=NameServerFacts(None, recursion))) is expected


def test_a_broker_under_tls_is_not_in_clear():
    assert verdict("broker-exposed", look("mqtt", broker=BrokerFacts("mqtt", None, None), tls=tls())) is None

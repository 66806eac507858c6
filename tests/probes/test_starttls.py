"""TLS behind a conversation that begins in clear: the same facts, whatever the protocol."""

import ssl
from contextlib import suppress

import pytest

from vigie.engine.checks import judge_all
from vigie.engine.facts import Answer
from vigie.engine.outcome import Verdict

from .certificates import NAME, certificate, context
from .conftest import HURRIED, PATIENT
from .servers import listening, silent
from .test_databases import greeting

OID = b"1.3.6.1.4.1.1466.20037"
CONFIRM = bytes.fromhex("030000130ed000001234000200080001000000")
NLA_ONLY = bytes.fromhex("030000130ed000001234000300080005000000")
CONFIRM_NLA = bytes.fromhex("030000130ed000001234000200080002000000")


def ldap_entry():
    values = b"\x31" + bytes([len(OID) + 2]) + b"\x04" + bytes([len(OID)]) + OID
    pair = b"\x04\x12supportedExtension" + values
    attributes = b"\x30" + bytes([len(pair) + 2]) + b"\x30" + bytes([len(pair)]) + pair
    entry = b"\x04\x00" + attributes
    body = b"\x02\x01\x01\x64" + bytes([len(entry)]) + entry
    done = b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00"
    return b"\x30" + bytes([len(body)]) + body + done


LDAP_AGREES = b"\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
LDAP_REFUSES = b"\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x02\x04\x00\x04\x00"

#   protocol -> (what the server says first, each question that it knows -> its answer, the one after which TLS begins)
SCRIPTS = {
    "smtp": (b"220 mx ESMTP\r\n", {b"EHLO": b"250-mx\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n"}, b"STARTTLS"),
    "imap": (
        b"* OK ready\r\n",
        {b"a1 ": b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK\r\n", b"a9 ": b"* note\r\na9 OK go\r\n"},
        b"a9 ",
    ),
    "pop3": (b"+OK ready\r\n", {b"CAPA": b"+OK\r\nSTLS\r\n.\r\n", b"STLS": b"+OK go\r\n"}, b"STLS"),
    "ftp": (b"220 ftp\r\n", {b"FEAT": b"211-a\r\n AUTH TLS\r\n211 end\r\n", b"AUTH": b"234 go\r\n"}, b"AUTH"),
    "ldap": (b"", {}, b""),
    "postgresql": (b"", {b"\0\0\0\x08\x04\xd2\x16/": b"S"}, b"\0\0\0\x08\x04\xd2\x16/"),
    "rdp": (b"", {b"\x03\0\0\x13": CONFIRM}, b"\x03\0\0\x13"),
    "mysql": (greeting(b"8.0.36"), {b"\x20\0\0\x01": b""}, b"\x20\0\0\x01"),
}
HINTS = {"imap": "mailbox", "pop3": "mailbox"}


MYSQL_REQUEST = 36  # bytes, with their header
REFUSALS = {"imap": b"a9 NO not now\r\n", "pop3": b"-ERR not now\r\n"}


def speaks(protocol, made, refuses=False):
    greets, answers, begins = SCRIPTS[protocol]

    def handle(connection):
        connection.sendall(greets)
        # The hello of TLS follows a request of MySQL at once: what is read here is lost to the handshake.
        while data := connection.recv(MYSQL_REQUEST if protocol == "mysql" else 1024):
            if protocol == "ldap":
                is_question = b"objectClass" in data
                connection.sendall(ldap_entry() if is_question else LDAP_REFUSES if refuses else LDAP_AGREES)
                starts = not is_question
            else:
                word = next((one for one in answers if data.startswith(one)), None)
                if word is None:
                    return
                starts = word == begins
                connection.sendall(REFUSALS.get(protocol, b"454 not now\r\n") if starts and refuses else answers[word])
            if starts and not refuses:
                with suppress(OSError), made.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1024)
                return

    return handle


@pytest.fixture
def made(tmp_path):
    return context(tmp_path, certificate())


@pytest.mark.parametrize("protocol", list(SCRIPTS))
def test_what_is_behind_a_start_in_clear_is_told_as_any_tls(protocol, made, ask):
    with listening(speaks(protocol, made)) as server:
        service = ask(server, HINTS.get(protocol, protocol), name=NAME)
    shown = service.facts.tls
    assert (service.service, service.answer) == (protocol, Answer.ANSWERED)
    assert (shown.on_request, shown.name_matches, shown.certificate.names[0]) == (True, True, NAME)
    if protocol == "mysql":  # it counts the conversations left halfway, and refuses us in the end
        assert (server.connections, shown.accepts_obsolete, shown.suites_told) == (1, None, False)
        return
    assert (shown.accepts_obsolete, shown.weak_suites, shown.suites_told) == (False, (), True)
    assert server.connections == 3


@pytest.mark.parametrize("protocol", sorted(set(SCRIPTS) - {"mysql", "postgresql"}))
def test_a_server_of_tls_1_3_alone_is_asked_once_more(protocol, made, ask):
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    with listening(speaks(protocol, made)) as server:
        service = ask(server, HINTS.get(protocol, protocol), name=NAME)
    shown = service.facts.tls
    assert (shown.protocol, shown.versions, shown.accepts_obsolete) == ("TLSv1.3", ("TLSv1.3",), False)
    assert (shown.certificate.names[0], shown.suites_told, server.connections) == (NAME, True, 4)


@pytest.mark.parametrize("protocol", ["smtp", "imap", "pop3", "ldap"])
def test_tls_that_is_offered_and_then_refused_is_not_taken_for_tls(protocol, made, ask):
    with listening(speaks(protocol, made, refuses=True)) as server:
        service = ask(server, HINTS.get(protocol, protocol), name=NAME)
    assert (service.service, service.facts.tls) == (protocol, None)


def test_a_desktop_that_demands_its_authentication_shows_its_certificate_all_the_same(made, ask):
    def handle(connection):
        data = connection.recv(1024)
        if data.endswith(b"\x01\0\0\0"):
            connection.sendall(NLA_ONLY)
            return
        connection.sendall(CONFIRM_NLA)
        with suppress(OSError), made.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1024)

    with listening(handle) as server:
        service = ask(server, "rdp", name=NAME)
    assert service.facts.rdp.security == "nla_required"
    assert service.facts.tls.certificate.names[0] == NAME


def test_silence_after_the_go_ahead_leaves_all_unknown_and_costs_one_wait(ask):
    def handle(connection):
        connection.sendall(b"220 mx ESMTP\r\n")
        connection.recv(1024)
        connection.sendall(b"250-mx\r\n250 STARTTLS\r\n")
        connection.recv(1024)
        connection.sendall(b"220 go\r\n")
        silent(connection)

    with listening(handle) as server:
        service = ask(server, "smtp", times=HURRIED)
    assert (service.service, service.facts.smtp.starttls, service.facts.tls) == ("smtp", True, None)
    assert server.connections == 1


def test_tls_once_asked_for_takes_no_fault_of_the_clear_part_away(made, ask):
    with listening(speaks("ldap", made)) as server:
        service = ask(server, "ldap", name=NAME, times=PATIENT)
    failed = {outcome.check for outcome in judge_all(service) if outcome.verdict is Verdict.FAIL}
    assert failed == {"ldap-exposed"}

"""IMAP, POP3 and LDAP: what is offered before a password."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import LdapFacts
from vigie.probes import ldap, mailbox
from vigie.probes.errors import Garbled

from .servers import answers, listening
from .test_greetings import scripted

IMAP, POP = b"* OK Dovecot (Debian) ready.\r\n", b"+OK POP3 ready\r\n"


@pytest.mark.parametrize(
    ("greeting", "reply", "starttls", "refused"),
    [
        pytest.param(IMAP, b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n", True, False, id="imap-offers"),
        pytest.param(IMAP, b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n", False, False, id="imap-does-not"),
        pytest.param(
            IMAP, b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK x\r\n", False, True, id="imap-refuses-login"
        ),
        pytest.param(IMAP, b"a1 BAD what?\r\n", None, False, id="imap-does-not-tell"),
        pytest.param(IMAP, b"", None, False, id="imap-leaves"),
        pytest.param(POP, b"+OK\r\nUSER\r\nSTLS\r\n.\r\n", True, False, id="pop-offers"),
        pytest.param(POP, b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n", False, False, id="pop-does-not"),
        pytest.param(POP, b"+OK\r\nTOP\r\nSASL\r\n.\r\n", False, True, id="pop-lists-no-way-of-signing-in"),
        pytest.param(POP, b"-ERR unknown command\r\n", False, False, id="pop-without-capa"),
        pytest.param(POP, b"-ERR [SYS/TEMP] later\r\n", None, False, id="pop-in-trouble"),
    ],
)
def test_a_mailbox_tells_whether_tls_comes_before_the_password(greeting, reply, starttls, refused, ask):
    with listening(scripted(greeting, reply)) as server:
        service = ask(server, "mailbox")
    facts = service.facts.mailbox
    assert service.service == ("imap" if greeting is IMAP else "pop3")
    assert (facts.starttls, facts.login_refused) == (starttls, refused)


def test_no_login_is_tried(ask):
    received = []

    def handle(connection):
        connection.sendall(IMAP)
        received.append(connection.recv(100))
        connection.sendall(b"* CAPABILITY IMAP4rev1\r\na1 OK\r\n")
        received.append(connection.recv(100))

    with listening(handle) as server:
        ask(server)
    assert received == [b"a1 CAPABILITY\r\n", b"a2 LOGOUT\r\n"]


def test_a_list_of_capabilities_without_end_stays_unknown(ask):
    with listening(scripted(POP, b"+OK\r\n" + b"X\r\n" * 500)) as server:
        assert ask(server).facts.mailbox.starttls is None


@given(st.sampled_from(["imap", "pop3"]), st.lists(st.binary(max_size=60), min_size=1))
def test_any_lines_are_capabilities_or_none(kind, lines):
    mailbox.parse(kind, lines)


def value(kind: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes([kind]) + (bytes([len(content)]) if len(content) < 128 else b"\x81" + bytes([len(content)])) + content


def entry(**attributes: tuple[bytes, ...]) -> bytes:
    pairs = [
        value(0x30, value(4, name.encode()), value(0x31, *(value(4, text) for text in texts)))
        for name, texts in attributes.items()
    ]
    return value(0x30, value(2, b"\x01"), value(0x64, value(4), value(0x30, *pairs)))


START_TLS = b"1.3.6.1.4.1.1466.20037"


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        pytest.param(
            entry(supportedExtension=(START_TLS,), vendorName=(b"389 Project",), vendorVersion=(b"389-Directory/1.4",)),
            LdapFacts("389 Project", "389-Directory/1.4", True, False), id="tells-all",
        ),
        pytest.param(
            entry(supportedCapabilities=(b"1.2.840.113556.1.4.800",), supportedExtension=(b"1.2.3",)),
            LdapFacts(None, None, False, True), id="active-directory",
        ),
        pytest.param(entry(), LdapFacts(None, None, None, False), id="tells-nothing"),
        pytest.param(
            value(0x30, value(2, b"\x01"), value(0x65, value(10, b"\x32"), value(4), value(4))),
            LdapFacts(None, None, None, False), id="refuses",
        ),
    ],
)  # fmt: skip
def test_a_directory_tells_what_it_can_do_without_sign_in(message, facts, ask):
    with listening(answers(message)) as server:
        service = ask(server, "ldap")
    assert (service.service, service.facts.ldap) == ("ldap", facts)
    assert b"\x60" not in service.raw[0].asked[:8]  # no bind


def test_something_else_is_no_directory(ask):
    with listening(answers(b"0\x03\x02\x01\x01\r\n")) as server:
        assert ask(server, "ldap").service is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_directory_or_garbled(data):
    with suppress(Garbled):
        ldap.parse(data)
    with suppress(Garbled):
        ldap.parse(entry(supportedExtension=(data[:100],)))

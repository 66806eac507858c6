"""SSH, FTP and SMTP: what each server says of itself."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Answer
from vigie.probes import ftp, lines, smtp, ssh
from vigie.probes.errors import Garbled
from vigie.probes.identify import hear

from .servers import listening


def kexinit(*lists: str) -> bytes:
    """An SSH packet with the six first lists of algorithms."""
    names = (*lists, *[""] * (10 - len(lists)))
    body = b"\x14" + bytes(16) + b"".join(struct.pack(">I", len(n)) + n.encode() for n in names) + b"\0" + bytes(4)
    padding = 8
    return struct.pack(">IB", len(body) + padding + 1, padding) + body + bytes(padding)


def ssh_server(connection) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3\r\n")
    connection.recv(100)
    connection.sendall(
        kexinit("curve25519-sha256,ext-info-s", "ssh-ed25519", "3des-cbc", "aes256-ctr", "x", "hmac-md5")
    )


def scripted(greeting: bytes, *replies: bytes):
    def handle(connection) -> None:
        connection.sendall(greeting)
        for reply in replies:
            if not connection.recv(1000):
                return
            connection.sendall(reply)

    return handle


def test_an_ssh_server_tells_its_version_its_package_and_its_algorithms(ask):
    with listening(ssh_server) as server:
        service = ask(server)
    assert service.service == "ssh"
    assert service.facts.ssh.comment == "Debian-5+deb11u3"
    assert service.facts.ssh.ciphers == ("aes256-ctr",)  # those that it would send us
    assert service.facts.ssh.macs == ("hmac-md5",)
    [identity] = service.identities
    assert (identity.version, identity.distribution) == ("8.4p1", "debian:11")
    assert service.raw[0].asked == b"SSH-2.0-Vigie_0.1\r\n"


def test_an_ssh_banner_is_an_answer_even_when_the_algorithms_are_not_told(ask):
    with listening(scripted(b"Welcome\r\nSSH-1.99-Cisco-1.25\r\n", b"\xff\xff\xff\xff")) as server:
        service = ask(server)
    # The line before the banner hides it from a first look at the bytes: the greeting is unknown, and says so.
    assert service.answer in {Answer.GARBLED, Answer.ANSWERED}


def test_ftp_tells_its_features_and_no_login_is_tried(ask):
    received = []

    def handle(connection):
        connection.sendall(b"220-ProFTPD 1.3.5 Server\r\n220 ready\r\n")
        received.append(connection.recv(100))
        connection.sendall(b"211-Features:\r\n AUTH TLS;SSL\r\n MDTM\r\n211 End\r\n")
        received.append(connection.recv(100))
        connection.sendall(b"234 Proceed with negotiation\r\n")
        received.append(connection.recv(100))

    with listening(handle) as server:
        service = ask(server)
    assert service.facts.ftp.features == ("AUTH TLS;SSL", "MDTM")
    assert service.facts.ftp.auth_tls is True
    assert (service.identities[0].product, service.identities[0].version) == ("proftpd", "1.3.5")
    assert received[:2] == [b"FEAT\r\n", b"AUTH TLS\r\n"]
    assert received[2][:1] == b"\x16"  # TLS begins, and nothing is said inside


@pytest.mark.parametrize(
    ("reply", "auth_tls"),
    [
        pytest.param(b"211-Features:\r\n SIZE\r\n211 End\r\n", False, id="none"),
        pytest.param(b"500 what?\r\n", False, id="does-not-know-feat"),
        pytest.param(b"530 sign in first\r\n", None, id="does-not-tell"),
        pytest.param(b"", None, id="leaves"),
    ],
)
def test_an_ftp_server_that_does_not_tell_leaves_tls_unknown(reply, auth_tls, ask):
    with listening(scripted(b"220 (vsFTPd 3.0.5)\r\n", reply)) as server:
        service = ask(server)
    assert service.facts.ftp.auth_tls is auth_tls


@pytest.mark.parametrize(
    ("features", "reply", "auth_tls"),
    [
        pytest.param(b"211- \r\n AUTH TLS\r\n211 End\r\n", b"234 go on\r\n", True, id="lists-and-accepts"),
        pytest.param(b"211- \r\n AUTH TLS\r\n211 End\r\n", b"500 not implemented\r\n", False, id="lists-yet-refuses"),
        pytest.param(b"211- \r\n AUTH TLS\r\n211 End\r\n", b"421 too many\r\n", True, id="lists-and-has-no-room"),
        pytest.param(b"211- \r\n SIZE\r\n211 End\r\n", b"530 sign in first\r\n", False, id="lists-nothing"),
        pytest.param(b"530 sign in first\r\n", b"502 not implemented\r\n", False, id="hides-its-features-and-refuses"),
        pytest.param(b"530 sign in first\r\n", b"234 go on\r\n", True, id="hides-its-features-and-accepts"),
        pytest.param(b"530 sign in first\r\n", b"530 sign in first\r\n", None, id="wants-a-sign-in-for-all"),
    ],
)
def test_what_ftp_answers_to_the_order_itself_decides(features, reply, auth_tls, ask):
    with listening(scripted(b"220 ready\r\n", features, reply)) as server:
        service = ask(server)
    assert service.facts.ftp.auth_tls is auth_tls


def test_smtp_is_greeted_with_our_name_and_tells_starttls(ask):
    received = []

    def handle(connection):
        connection.sendall(b"220 mail.valombre.example ESMTP Exim 4.89\r\n")
        received.append(connection.recv(100))
        connection.sendall(b"250-mail hello\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
        received.append(connection.recv(100))

    with listening(handle) as server:
        service = ask(server)
    assert service.facts.smtp.extensions == ("SIZE", "STARTTLS")
    assert service.facts.smtp.starttls is True
    assert service.identities[0].version == "4.89"
    assert received[:2] == [b"EHLO scanner.example.org\r\n", b"STARTTLS\r\n"]


def test_a_mail_server_that_refuses_ehlo_leaves_starttls_unknown(ask):
    with listening(scripted(b"220 mail ESMTP Postfix\r\n", b"502 no\r\n")) as server:
        service = ask(server)
    assert service.facts.smtp.starttls is None


def test_a_banner_in_latin_1_is_read(ask):
    with listening(scripted("220 Dépôt de l'hôpital FTP\r\n".encode("latin-1"), b"500 what?\r\n")) as server:
        service = ask(server)
    assert service.facts.ftp.greeting == "Dépôt de l'hôpital FTP"


@pytest.mark.parametrize(
    "line", [b"SSH-", b"SSH-2.0", b"SSH-x-y\r\n", b"HTTP/1.1 400\r\n", b"", b"SSH-\xff-\xff"], ids=repr
)
def test_what_is_not_an_ssh_banner_is_garbled(line):
    with pytest.raises(Garbled):
        ssh.parse_banner(line)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_banner_or_garbled(data):
    try:
        facts = ssh.parse_banner(data)
    except Garbled:
        return
    assert facts.protocol[0].isdigit()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_of_algorithms_or_garbled(data):
    facts = ssh.parse_banner(b"SSH-2.0-x")
    with suppress(Garbled):
        assert ssh.parse_kexinit(data, facts).protocol == "2.0"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_numbered_reply_or_garbled(data):
    with suppress(Garbled):
        assert 0 <= lines.code_of(data) <= 999


@given(st.lists(st.binary(max_size=60), min_size=1))
def test_any_lines_give_features_and_extensions(replies):
    ftp.offers_tls(ftp.parse_features(replies))
    smtp.parse_extensions(replies)


@given(st.binary())
def test_any_first_bytes_tell_a_protocol_or_none(data):
    assert hear(data) in {
        None,
        "ssh",
        "http",
        "numbered",
        "pop3",
        "imap",
        "tls",
        "telnet",
        "vnc",
        "mysql",
        "redis",
        "memcached",
    }

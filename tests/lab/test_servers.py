"""Each server of the laboratory, answered by the client library of its own protocol."""

import asyncio
import ftplib
import http.client
import json
import smtplib
import socket
import ssl
import warnings
from datetime import UTC, datetime, timedelta

import asyncssh
import dns.message
import dns.query
import dns.rcode
import pytest
from cryptography import x509
from pynetdicom import AE

from vigie.lab.faces import FACES, Protocol
from vigie.lab.servers.dicom import KNOWN_CALLER

from .conftest import NETWORK, PORT, address_of

pytestmark = [
    pytest.mark.usefixtures("running"),
    pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields"),  # old algorithms are planted on purpose
    pytest.mark.filterwarnings("ignore:TripleDES has been moved"),
]
VERIFICATION = "1.2.840.10008.1.1"


def faces_of(*protocols: Protocol) -> list[str]:
    return [slug for slug, face in FACES.items() if face.protocol in protocols]


def get(slug: str, path: str = "/", headers: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, str]:
    face, address = FACES[slug], address_of(slug)
    if face.protocol is Protocol.HTTPS:
        context = ssl._create_unverified_context()
        client: http.client.HTTPConnection = http.client.HTTPSConnection(address, PORT, timeout=5, context=context)
    else:
        client = http.client.HTTPConnection(address, PORT, timeout=5)
    try:
        client.request("GET", path, headers=headers or {})
        response = client.getresponse()
        return response, response.read().decode()
    finally:
        client.close()


def certificate(slug: str) -> x509.Certificate:
    context = ssl._create_unverified_context()
    plain = socket.create_connection((address_of(slug), PORT), timeout=5)
    with context.wrap_socket(plain, server_hostname="test.valombre.example") as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True))


def read_all(slug: str, sent: bytes = b"", limit: int = 1 << 22) -> bytes:
    with socket.create_connection((address_of(slug), PORT), timeout=5) as client:
        client.sendall(sent)
        heard = b""
        while len(heard) < limit and (more := client.recv(65536)):
            heard += more
        return heard


@pytest.mark.parametrize("slug", [s for s in faces_of(Protocol.SSH) if s != "ssh-1.99"])
def test_ssh_says_its_version_and_lets_nobody_in(slug):
    async def sign_in():
        await asyncssh.connect(
            address_of(slug), PORT, username="root", password="x", known_hosts=None, client_keys=None, config=None
        )

    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(sign_in())
    with socket.create_connection((address_of(slug), PORT), timeout=5) as client:
        assert client.makefile("rb").readline() == f"SSH-2.0-{FACES[slug].says}\r\n".encode()


def test_ssh_that_still_knows_the_first_protocol_says_1_99():
    async def sign_in():
        await asyncssh.connect(
            address_of("ssh-1.99"), PORT, username="root", password="x", known_hosts=None, client_keys=None, config=None
        )

    with pytest.raises(asyncssh.PermissionDenied):  # the key exchange itself is sound
        asyncio.run(sign_in())
    with socket.create_connection((address_of("ssh-1.99"), PORT), timeout=5) as client:
        assert client.makefile("rb").readline() == b"SSH-1.99-Cisco-1.25\r\n"


@pytest.mark.parametrize(("slug", "weak"), [("ssh-weak-algorithms", True), ("ssh-9.9", False)])
def test_ssh_offers_old_algorithms_only_where_they_are_planted(slug, weak):
    async def sign_in():
        await asyncssh.connect(
            address_of(slug), PORT, username="root", password="x", known_hosts=None, client_keys=None, config=None,
            kex_algs=["diffie-hellman-group14-sha1"], encryption_algs=["3des-cbc"], mac_algs=["hmac-md5"],
        )  # fmt: skip

    # A server without a common algorithm hangs up: the visitor sees its reason, or only the end if that comes first.
    refused = (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)
    with pytest.raises(asyncssh.PermissionDenied if weak else refused):
        asyncio.run(sign_in())


@pytest.mark.parametrize("slug", faces_of(Protocol.FTP))
def test_ftp_greets_as_its_face_and_offers_tls_unless_told_not_to(slug):
    face = FACES[slug]
    encoding = "latin-1" if slug == "ftp-latin-1" else "utf-8"
    context = ssl._create_unverified_context()
    with ftplib.FTP_TLS(context=context, encoding=encoding, timeout=5) as client:
        greeting = client.connect(address_of(slug), PORT)
        assert greeting == f"220 {face.says}"
        assert ("AUTH TLS" in client.sendcmd("FEAT")) == (slug != "ftp-clear")
        if slug != "ftp-clear":
            client.auth()
            assert "AUTH TLS" in client.sendcmd("FEAT")
        with pytest.raises(ftplib.error_perm, match="530"):
            client.login("anonymous", "x", secure=False)
        client.quit()


@pytest.mark.parametrize("slug", faces_of(Protocol.SMTP))
def test_smtp_greets_as_its_face_offers_starttls_and_relays_nothing(slug):
    with smtplib.SMTP(address_of(slug), PORT, timeout=5, local_hostname="test.example") as client:
        client.ehlo()
        assert client.has_extn("starttls") == (slug != "smtp-clear")
        if slug != "smtp-clear":
            client.starttls(context=ssl._create_unverified_context())
            client.ehlo()
        client.mail("a@example.org")
        assert client.rcpt("b@example.org")[0] == 550
    with socket.create_connection((address_of(slug), PORT), timeout=5) as raw:
        greeting = raw.makefile("rb").readline().decode().split(" ", 2)
    assert greeting == ["220", f"{slug}.test.valombre.example".replace("4.89", "4-89"), f"{FACES[slug].says}\r\n"]


@pytest.mark.parametrize("slug", [s for s in faces_of(Protocol.HTTP, Protocol.HTTPS) if FACES[s].page == "site"])
def test_a_site_shows_its_server_header_and_nothing_of_the_library(slug):
    response, body = get(slug)
    assert response.status == 200
    assert response.headers.get_all("Server") == [FACES[slug].says]
    assert "password" not in body
    secure = FACES[slug].protocol is Protocol.HTTPS
    assert ("Strict-Transport-Security" in response.headers) == (secure and slug != "https-no-hsts")


@pytest.mark.parametrize(
    ("slug", "path", "status", "mark"),
    [
        ("http-login", "/", 200, 'type="password"'),
        ("http-listing", "/", 200, "<title>Index of /</title>"),
        ("webmail", "/", 200, "Roundcube Webmail"),
        ("vpn-fortigate", "/remote/login", 200, "/remote/logincheck"),
        ("vpn-citrix", "/vpn/index.html", 200, "NetScaler Gateway"),
        ("vpn-pulse-9.1", "/dana-na/auth/url_default/welcome.cgi", 200, "Pulse Connect Secure"),
        ("vpn-pulse-9.1", "/dana-na/nc/nc_gina_ver.txt", 200, 'VALUE="9.1.8.7453"'),
        ("orthanc-1.11.2", "/app/explorer.html", 200, "Orthanc Explorer"),
        ("mirth", "/", 200, "<title>Mirth Connect Administrator</title>"),
        ("mirth", "/api/server/version", 400, "X-Requested-With"),
        ("http-nginx", "/absent", 404, "Not Found"),
    ],
)
def test_a_product_shows_the_marks_by_which_it_is_known(slug, path, status, mark):
    response, body = get(slug, path)
    assert response.status == status
    assert mark in body


@pytest.mark.parametrize(
    ("slug", "location"),
    [
        ("http-redirect-nginx", "https://{address}:8443/"),
        ("vpn-fortigate", "/remote/login?lang=en"),
        ("vpn-citrix", "/vpn/index.html"),
        ("vpn-pulse-9.0", "/dana-na/auth/url_default/welcome.cgi"),
        ("orthanc", "app/explorer.html"),
    ],
)
def test_a_first_page_may_only_lead_to_another(slug, location):
    response, _ = get(slug)
    assert response.status in {301, 302}
    assert response.headers["Location"] == location.format(address=address_of(slug))


def test_versions_are_told_where_the_products_tell_them():
    assert get("mirth-4.4.0", "/api/server/version", {"X-Requested-With": "OpenAPI"})[1] == "4.4.0"
    assert json.loads(get("orthanc-1.11.2", "/system")[1])["Version"] == "1.11.2"


@pytest.mark.parametrize(("slug", "secured"), [("fhir", True), ("fhir-open", False)])
def test_fhir_declares_its_security_or_not(slug, secured):
    statement = json.loads(get(slug, "/metadata")[1])
    assert statement["resourceType"] == "CapabilityStatement"
    assert ("security" in statement["rest"][0]) == secured


@pytest.mark.parametrize(
    ("slug", "days"),
    [
        pytest.param("https-nginx", 335, id="good"),
        pytest.param("https-expired", -30, id="expired"),
        pytest.param("https-expiring", 10, id="expiring"),
    ],
)
def test_a_certificate_ends_when_its_kind_says(slug, days):
    ends = certificate(slug).not_valid_after_utc
    assert ends == datetime(2026, 11, 23, 6, 10, tzinfo=UTC) + timedelta(days=days)


def test_a_self_signed_certificate_is_its_own_issuer_and_the_others_are_not():
    alone, issued = certificate("https-self-signed"), certificate("https-nginx")
    assert alone.issuer == alone.subject
    assert issued.issuer != issued.subject


@pytest.mark.parametrize(("slug", "right"), [("https-nginx", True), ("https-wrong-name", False)])
def test_a_certificate_bears_the_name_of_its_machine_but_where_it_is_planted_wrong(slug, right):
    names = certificate(slug).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert (f"{slug}.test.valombre.example" in names.get_values_for_type(x509.DNSName)) == right


@pytest.mark.parametrize(("slug", "accepted"), [("https-obsolete", True), ("https-nginx", False)])
def test_tls_1_0_is_accepted_only_where_it_is_planted(slug, accepted):
    context = ssl._create_unverified_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with socket.create_connection((address_of(slug), PORT), timeout=5) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="test.valombre.example") as secure:
                assert (secure.version(), accepted) == ("TLSv1", True)
        except ssl.SSLError:
            assert not accepted


@pytest.mark.parametrize(
    ("slug", "caller", "accepted"),
    [
        pytest.param("dicom-open", "VIGIE", True, id="anyone"),
        pytest.param("dicom-open-python", "VIGIE", True, id="anyone-again"),
        pytest.param("dicom-refusing", "VIGIE", False, id="unknown-caller"),
        pytest.param("dicom-refusing", KNOWN_CALLER, True, id="known-caller"),
    ],
)
def test_dicom_answers_anyone_or_only_those_it_knows(slug, caller, accepted):
    client = AE(ae_title=caller)
    client.add_requested_context(VERIFICATION)
    association = client.associate(address_of(slug), PORT)
    try:
        assert (association.is_established, association.is_rejected) == (accepted, not accepted)
        if accepted:
            assert association.send_c_echo().Status == 0
            assert association.acceptor.implementation_version_name == FACES[slug].says
    finally:
        association.release()


def test_mllp_keeps_silent_until_a_frame_comes_and_answers_a_frame():
    with socket.create_connection((address_of("mllp"), PORT), timeout=5) as client:
        client.sendall(b"\x0b\x1c\r")
        heard = client.recv(4096)
    assert heard.startswith(b"\x0bMSH|")
    assert heard.endswith(b"\x1c\r")
    assert b"PID|" not in heard


def test_mllp_hangs_up_on_what_is_not_a_frame():
    assert read_all("mllp", b"GET / HTTP/1.1\r\n\r\n\x1c\r") == b""


def test_a_silent_server_reads_and_says_nothing():
    with socket.create_connection((address_of("silent"), PORT), timeout=5) as client:
        client.sendall(b"anybody there?\r\n" * 100)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""  # it left when we had no more to say, without a word


def test_an_endless_server_sends_more_than_anyone_should_read():
    assert len(read_all("endless", limit=2 << 20)) >= 2 << 20


def test_a_big_header_weighs_a_megabyte():
    heard = read_all("http-big-header", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(heard) > 1 << 20


@pytest.mark.parametrize(
    ("name", "kind", "code", "addresses"),
    [
        pytest.param("mirth.test.valombre.example", "A", "NOERROR", [address_of("mirth")], id="known"),
        pytest.param("MIRTH.test.Valombre.EXAMPLE", "A", "NOERROR", [address_of("mirth")], id="whatever-the-case"),
        pytest.param("mirth.test.valombre.example", "AAAA", "NOERROR", [], id="no-ipv6"),
        pytest.param("test.valombre.example", "A", "NOERROR", [], id="above-a-name"),
        pytest.param("ancien.test.valombre.example", "A", "NXDOMAIN", [], id="unknown"),
        pytest.param("example.org", "A", "REFUSED", [], id="another-zone"),
    ],
)
@pytest.mark.parametrize("ask", [dns.query.udp, dns.query.tcp], ids=["udp", "tcp"])
def test_dns_knows_its_zone_and_nothing_else(ask, name, kind, code, addresses):
    reply = ask(dns.message.make_query(name, kind), f"{NETWORK}.0.53", port=5353, timeout=5)
    assert dns.rcode.to_text(reply.rcode()) == code
    assert [record.address for rrset in reply.answer for record in rrset] == addresses


def test_dns_survives_what_is_not_a_question():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for noise in (b"", b"\x00", b"\xff" * 40, b"\x00" * 512):
            client.sendto(noise, (f"{NETWORK}.0.53", 5353))
    query = dns.message.make_query("mirth.test.valombre.example", "A")
    assert dns.query.udp(query, f"{NETWORK}.0.53", port=5353, timeout=5).answer

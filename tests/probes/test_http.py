import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import Answer
from vigie.probes import http
from vigie.probes.errors import Garbled
from vigie.probes.page import own_path, page_facts

from .servers import answers, endless, listening, page, site


def seen(ask, handler):
    with listening(handler) as server:
        return ask(server, "http"), server


def test_a_page_tells_its_title_its_server_and_its_password_field(ask):
    body = b'<html><title>\n Espace  r&eacute;serv&#233; </title><input name=a\n type = "Password">'
    service, _ = seen(
        ask, site({"/": page(body, "Server: nginx/1.18.0", "Set-Cookie: roundcube_sessid=secret; path=/")})
    )
    assert service.service == "http"
    facts = service.facts.http
    assert (facts.status, facts.title, facts.server, facts.has_password_field) == (
        200,
        "Espace réservé",
        "nginx/1.18.0",
        True,
    )
    assert facts.cookies == ("roundcube_sessid",)
    assert [identity.product for identity in service.identities] == ["webmail", "nginx"]


def test_the_body_and_the_values_of_cookies_are_never_kept(ask):
    answer = page(b"<p>Mme Dupont, chambre 12</p>", "X-A: b")
    service, _ = seen(ask, site({"/": answer}))
    assert b"Dupont" not in b"".join(raw.answered for raw in service.raw)
    assert "Dupont" not in repr(service.facts)


def test_the_request_says_who_asks_and_where_to_reach_its_owner(ask):
    service, _ = seen(ask, site({"/": page()}))
    assert b"User-Agent: Vigie test (+https://example.org)\r\n" in service.raw[0].asked


@pytest.mark.parametrize(
    ("body", "listing"),
    [
        pytest.param(b"<title>Index of /</title>", True, id="apache"),
        pytest.param(b"<h1>Index of /files/</h1>", True, id="nginx"),
        pytest.param(b"<title>Directory listing for /</title>", True, id="python"),
        pytest.param(b"<A HREF='/'>[To Parent Directory]</A>", True, id="iis"),
        pytest.param(b"<title>Index of ./</title>", True, id="micro-httpd"),
        pytest.param(b"<title>Directory Listing For [&#47;]</title>", True, id="tomcat"),
        pytest.param(b'<h1>listing: \n<a href="/">/</a></h1>', True, id="webfs"),
        pytest.param(b'<a href="?sort=namedirfirst&order=desc" class="icon">', True, id="caddy"),
        pytest.param(b"<h1>listing: our services</h1>", False, id="a-page-that-lists"),
        pytest.param(b"<title>Index of medical terms</title>", False, id="a-page-about-an-index"),
        pytest.param(b"<p>see the Index of / in the manual</p>", False, id="prose"),
    ],
)
def test_a_list_of_files_is_recognised(body, listing, ask):
    service, _ = seen(ask, site({"/": page(body)}))
    assert service.facts.http.is_listing is listing


@pytest.mark.parametrize(
    ("body", "status", "signature"),
    [
        pytest.param(b"<h3>Apache Tomcat/9.0.65</h3>", "404 Not Found", "Apache Tomcat/9.0.65", id="under-an-error"),
        pytest.param(
            b"<title>Directory Listing For [/]</title><h3>Apache Tomcat/9.0.65</h3>",
            "200 OK",
            "Apache Tomcat/9.0.65",
            id="under-a-list",
        ),
        pytest.param(b"<h3>Apache Tomcat/9.0.65</h3>", "200 OK", None, id="in-anyone's-page"),
        pytest.param(b"<h3>Mme Exemple, chambre 12</h3>", "404 Not Found", None, id="what-no-fingerprint-knows"),
    ],
)
def test_of_a_page_that_the_server_made_only_a_known_signature_is_kept(body, status, signature, ask):
    service, _ = seen(ask, site({"/": page(body, status=status)}))
    assert service.facts.http.signature == signature
    if signature:
        assert (service.identities[0].product, service.identities[0].version) == ("tomcat", "9.0.65")


def test_a_redirection_on_the_same_server_is_followed_and_its_place_kept(ask):
    pages = {
        "/": page(b"", "Location: /remote/login?lang=en", status="302 Found"),
        "/remote/login?lang=en": page(b"<title>Please Login</title><input type=password>"),
    }
    service, _ = seen(ask, site(pages))
    assert service.facts.http.location == "/remote/login?lang=en"
    assert service.facts.http.has_password_field
    assert service.identities[0].product == "fortios"


def test_a_redirection_elsewhere_is_not_followed(ask):
    with listening(site({"/": page(b"other")}), address="127.77.0.9") as elsewhere:
        to = page(b"", f"Location: http://127.77.0.9:{elsewhere.port}/", status="301 Moved")
        service, _ = seen(ask, site({"/": to}))
        assert elsewhere.connections == 0
    assert service.facts.http.status == 301


def test_a_loop_of_redirections_ends(ask):
    asked = []

    def handle(connection):
        while request := connection.recv(65536):
            asked.append(request)
            to = f"Location: /{len(asked)}"
            connection.sendall(page(b"", to, status="302 Found"))

    service, _ = seen(ask, handle)
    assert service.answer is Answer.ANSWERED
    assert len(asked) <= 4


def test_a_header_of_a_megabyte_is_too_long(ask):
    service, _ = seen(ask, answers(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 1_000_000 + b"\r\n\r\n"))
    assert (service.answer, service.service) == (Answer.TOO_LONG, None)


def test_a_thousand_headers_are_too_long_or_cut(ask):
    many = b"".join(b"X-%d: a\r\n" % n for n in range(1000))
    service, _ = seen(ask, answers(b"HTTP/1.1 200 OK\r\n" + many + b"\r\n"))
    assert len(service.facts.http.headers) == http.MAX_HEADERS


def test_a_gzip_bomb_gives_no_more_than_its_limit():
    bomb = gzip.compress(b"a" * 50_000_000)
    assert len(http.unzip(bomb)) == http.MAX_BODY


@pytest.mark.parametrize(
    "data", [gzip.compress(b"<title>a</title>"), zlib.compress(b"<title>a</title>"), b"<title>a</title>"]
)
def test_zipped_or_not_a_page_is_read(data):
    assert http.unzip(data) == b"<title>a</title>"


def test_a_zipped_page_is_read_though_it_was_not_asked_for(ask):
    body = gzip.compress(b"<title>Orthanc Explorer</title>")
    service, _ = seen(ask, site({"/": page(body, "Content-Encoding: gzip")}))
    assert service.facts.http.title == "Orthanc Explorer"


def test_an_endless_body_is_read_no_further_than_its_limit(ask):
    def handle(connection):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n<title>Flux</title>")
        endless(b"x")(connection)

    service, _ = seen(ask, handle)
    assert (service.answer, service.facts.http.title) == (Answer.ANSWERED, "Flux")
    assert service.facts.http.body_length <= http.MAX_BODY


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"5\r\n<titl\r\nc\r\ne>x</title>ab\r\n0\r\n\r\n", id="right"),
        pytest.param(b"11\r\n<title>x</title>a\r\nzz\r\n", id="garbled-size"),
        pytest.param(b"ffffffffffffffffffff\r\n<title>x</title>", id="impossible-size"),
        pytest.param(b"-5\r\n", id="negative-size"),
    ],
)
def test_a_body_in_pieces_is_read_as_far_as_it_makes_sense(body, ask):
    service, _ = seen(ask, answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body))
    assert service.facts.http.status == 200


def test_a_server_that_answers_everything_is_not_taken_for_a_product(ask):
    everything = page(b"<title>Bienvenue</title>", "Server: nginx/1.28.0")
    service, _ = seen(ask, site({}, missing=everything))
    assert [identity.product for identity in service.identities] == ["nginx"]


def test_a_page_in_latin_1_is_read(ask):
    service, _ = seen(ask, site({"/": page("<title>Hôpital</title>".encode("latin-1"))}))
    assert service.facts.http.title == "Hôpital"


def test_mirth_tells_its_version_where_its_page_is_recognised(ask):
    pages = {
        "/": page(b"<title>Mirth Connect Administrator</title>"),
        "/api/server/version": page(b"4.4.0", "Content-Type: text/plain"),
    }
    service, _ = seen(ask, site(pages))
    assert (service.identities[0].product, service.identities[0].version) == ("mirth_connect", "4.4.0")
    assert b"X-Requested-With: OpenAPI" in service.raw[-1].asked


def test_pulse_tells_its_build(ask):
    pages = {
        "/": page(b"", "Location: /dana-na/auth/url_default/welcome.cgi", status="302 Found"),
        "/dana-na/auth/url_default/welcome.cgi": page(b"<title>Pulse Connect Secure</title>"),
        "/dana-na/nc/nc_gina_ver.txt": page(b'<PARAM NAME="ProductVersion" VALUE="9.1.11.12319">'),
    }
    service, _ = seen(ask, site(pages))
    assert (service.identities[0].product, service.identities[0].version) == ("pulse_connect_secure", "9.1.11.12319")


def test_a_connection_that_the_server_closes_is_opened_again(ask):
    def handle(connection):
        request = connection.recv(65536)
        found = b"<title>Orthanc Explorer</title>" if b"GET / " in request else b'{"Version": "1.11.2"}'
        if request:
            connection.sendall(page(found))

    service, server = seen(ask, handle)
    assert service.identities[0].version == "1.11.2"
    assert server.connections == 3  # one for each path: the page, its version, a search of studies


@pytest.mark.parametrize(
    ("location", "path"),
    [
        pytest.param("/a?b=c#d", "/a?b=c", id="path"),
        pytest.param("app/x.html", "/app/x.html", id="relative"),
        pytest.param("https://www.valombre.example:8443/a", "/a", id="itself"),
        pytest.param("http://www.valombre.example:8443/", None, id="leaves-tls"),
        pytest.param("https://www.valombre.example/", None, id="another-port"),
        pytest.param("https://other.example:8443/", None, id="another-name"),
        pytest.param("//other.example/", None, id="another-name-without-scheme"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("/a\r\nX: b", None, id="header-injection"),
        pytest.param("https://[", None, id="broken"),
        pytest.param("https://www.valombre.example:99999/", None, id="impossible-port"),
    ],
)
def test_only_what_stays_on_this_very_server_is_followed(location, path):
    assert own_path(location, "www.valombre.example:8443", is_tls=True) == path


@pytest.mark.parametrize(
    ("host", "port", "is_tls", "header"),
    [
        ("a.example", 443, True, "a.example"),
        ("a.example", 443, False, "a.example:443"),
        ("2001:db8::1", 8443, True, "[2001:db8::1]:8443"),
        ("203.0.113.7", 80, False, "203.0.113.7"),
    ],
)
def test_the_host_header_is_as_a_browser_writes_it(host, port, is_tls, header):
    assert http.host_header(host, port, is_tls=is_tls) == header


@given(st.binary(max_size=400))
def test_any_bytes_are_a_head_or_garbled(data):
    try:
        status, headers = http.parse_head(data)
    except Garbled:
        return
    assert 100 <= status <= 999
    assert all(len(name) <= 128 and len(value) <= 512 for name, value in headers)


@given(st.binary(max_size=400))
def test_any_body_gives_facts(body):
    answer = http.HttpAnswer("/", 200, (("set-cookie", "a=b"), ("server", "é")), body, len(body), b"", b"")
    facts = page_facts(answer, None)
    assert len(facts.body_sha256) == 64


@given(st.text(max_size=80))
def test_any_location_stays_or_leaves(location):
    path = own_path(location, "a.example", is_tls=True)
    assert path is None or path.startswith("/")


def test_a_page_of_open_tags_is_read_in_linear_time():
    answer = http.HttpAnswer("/", 200, (), b"<input " * 9000, 63_000, b"", b"")
    assert page_facts(answer, None).has_password_field is False

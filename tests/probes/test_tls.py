import ssl
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.checks import judge_all
from vigie.engine.facts import Answer
from vigie.engine.outcome import Verdict
from vigie.probes import tls

from .certificates import NAME, certificate, context
from .conftest import HURRIED, NOW, PATIENT
from .servers import answers, listening, page, resets, silent, site
from .tls.old_server import SSL3, TLS10, OldServer

RC4_128_SHA = 0x0005

ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal, handshake failure


def over(made, handler):
    """The handler under TLS; a visitor that only says an obsolete hello is refused by the library itself."""

    def handle(connection):
        with suppress(OSError), made.wrap_socket(connection, server_side=True) as secure:
            handler(secure)

    return handle


@pytest.fixture
def secure(tmp_path):
    def make(*chain, obsolete=False, handler=None):
        shown = chain or (certificate(),)
        return over(context(tmp_path, *shown, obsolete=obsolete), handler or site({"/": page(b"<title>a</title>")}))

    return make


def test_a_site_shows_its_certificate_under_the_name_asked(secure, ask):
    with listening(secure()) as server:
        service = ask(server, "https", name=NAME)
    shown = service.facts.tls
    assert service.service == "https"
    assert (shown.protocol, shown.server_name, shown.name_matches) == ("TLSv1.3", NAME, True)
    assert shown.accepts_obsolete is False
    assert (shown.certificate.key, shown.certificate.self_signed) == ("EC secp256r1", False)
    assert shown.certificate.not_after == NOW + timedelta(days=90)
    assert shown.certificate.names == (NAME, "127.77.0.1")
    assert service.facts.http.title == "a"


def test_a_server_that_lets_in_certificates_alone_is_told_from_one_that_just_closes(ask, tmp_path):
    asks = context(tmp_path, certificate())
    asks.verify_mode = ssl.CERT_REQUIRED
    for made, wants in ((asks, True), (context(tmp_path, certificate()), False)):
        with listening(over(made, lambda connection: connection.recv(100))) as server:
            service = ask(server, "https", name=NAME)
        assert (service.service, service.facts.tls.wants_certificate) == ("tls", wants)
        assert service.facts.tls.certificate is not None


def test_by_its_address_no_name_is_sent_and_none_is_judged(secure, ask):
    with listening(secure()) as server:
        shown = ask(server, "https").facts.tls
    assert (shown.server_name, shown.name_matches) == (None, None)


def test_the_name_is_always_sent_as_sni(secure, ask, tmp_path):
    asked = []
    made = context(tmp_path, certificate())
    made.sni_callback = lambda _socket, name, _context: asked.append(name)
    with listening(over(made, site({"/": page()}))) as server:
        ask(server, "https", name=NAME)
    assert set(asked) == {NAME}


def test_a_server_that_accepts_tls_1_0_is_seen_on_a_second_connection(secure, ask):
    with listening(secure(obsolete=True)) as server:
        service = ask(server, "https")
    assert service.facts.tls.protocol == "TLSv1.3"
    assert service.facts.tls.accepts_obsolete is True
    assert {raw.probe for raw in service.raw} == {"http", "tls-hello"}


def test_a_certificate_that_is_signed_by_itself_is_seen(secure, ask):
    with listening(secure(certificate(issuer=NAME))) as server:
        assert ask(server, "https").facts.tls.certificate.self_signed is True


def test_a_chain_that_loops_is_counted_no_further_than_its_limit(secure, ask):
    loop = (certificate("CA", "Other"), certificate("Other", "CA"))
    with listening(secure(certificate(), *loop * 20)) as server:
        service = ask(server, "https")
    assert service.facts.tls.certificate.chain_length == tls.MAX_CHAIN


def test_tls_without_an_answer_behind_it_is_tls_with_its_reason(secure, ask):
    with listening(secure(handler=lambda connection: None)) as server:
        service = ask(server, "https")
    assert (service.service, service.answer) == ("tls", Answer.CLOSED)
    assert service.facts.tls.certificate is not None
    assert service.facts.http is None


@pytest.mark.parametrize(
    ("handler", "service_kind", "answer"),
    [
        pytest.param(answers(ALERT), "tls", Answer.GARBLED, id="alert"),
        pytest.param(resets, None, Answer.CLOSED, id="reset"),
        pytest.param(silent, None, Answer.SILENT, id="silent"),
        pytest.param(answers(b"\x16\x03\x03\xff\xff" + bytes(20000)), None, Answer.GARBLED, id="impossible-record"),
    ],
)
def test_a_server_that_does_not_finish_its_handshake_is_not_taken_for_a_site(handler, service_kind, answer, ask):
    with listening(handler) as server:
        service = ask(server, "https", times=HURRIED if handler is silent else PATIENT)
    assert (service.service, service.answer) == (service_kind, answer)


def test_a_server_that_knows_nothing_of_today_is_seen_by_what_it_says_in_clear(ask):
    old = OldServer((SSL3, TLS10), (RC4_128_SHA,), chain=(certificate().public_bytes(Encoding.DER),))
    with listening(old) as server:
        service = ask(server, "https", name=NAME)
    shown = service.facts.tls
    assert (service.service, service.answer) == ("tls", Answer.ANSWERED)
    assert (shown.protocol, shown.cipher, shown.versions) == ("TLSv1", "RSA_WITH_RC4_128_SHA", ("SSLv3", "TLSv1"))
    assert (shown.weak_suites, shown.name_matches) == (("RSA_WITH_RC4_128_SHA",), True)
    failed = {outcome.check for outcome in judge_all(service) if outcome.verdict is Verdict.FAIL}
    assert failed == {"tls-obsolete-protocol", "tls-ssl-v3", "tls-weak-suites"}


def refuses_without_a_name(connection) -> None:
    """As Go's servers do: an alert to whoever asks for no name, and an advice to whoever asks in clear."""
    heard = connection.recv(4096)
    advice = b"Client sent an HTTP request to an HTTPS server.\n"
    connection.sendall(page(advice, status="400 Bad Request") if heard.startswith(b"GET") else ALERT)


@pytest.mark.parametrize("hint", [None, "https", "http"])
def test_a_server_that_refuses_tls_without_a_name_is_never_taken_for_a_site_in_clear(hint, ask):
    with listening(refuses_without_a_name) as server:
        service = ask(server, hint)
    assert (service.service, service.answer) == ("tls", Answer.GARBLED)
    assert service.reason.startswith("speaks TLS and refuses us")
    assert service.facts.http is None


@pytest.mark.parametrize(
    ("name", "patterns", "matches"),
    [
        pytest.param("www.a.example", ("www.a.example",), True, id="itself"),
        pytest.param("WWW.a.example.", ("www.a.example",), True, id="case-and-dot"),
        pytest.param("www.a.example", ("*.a.example",), True, id="wildcard"),
        pytest.param("a.example", ("*.a.example",), False, id="wildcard-is-not-the-parent"),
        pytest.param("x.www.a.example", ("*.a.example",), False, id="wildcard-is-one-label"),
        pytest.param("a.example", ("*.example",), False, id="wildcard-of-a-whole-top-level"),
        pytest.param("www.a.example", (), False, id="no-name"),
    ],
)
def test_a_wildcard_stands_for_the_first_label_only(name, patterns, matches):
    assert tls.name_matches(name, patterns) is matches


@given(st.binary(max_size=200))
def test_any_bytes_are_a_certificate_or_none(data):
    assert tls.read_certificate(data) is None


@given(st.data())
def test_a_damaged_certificate_is_read_or_none(data):
    der = bytearray(certificate().public_bytes(Encoding.DER))
    der[data.draw(st.integers(0, len(der) - 1))] ^= data.draw(st.integers(1, 255))
    read = tls.read_certificate(bytes(der))
    assert read is None or len(read.sha256) == 64

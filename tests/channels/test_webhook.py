"""A program is told over https, signed, at a public address only."""

import hashlib
import hmac
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vigie.channels import webhook
from vigie.channels.webhook import (
    WebhookDeferred,
    WebhookDoor,
    WebhookForbidden,
    WebhookRefused,
    WebhookUncertain,
    WebhookUnreachable,
)

from .feed_server import HOST, make_certificate

AT = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
URL = f"https://{HOST}/hook?team=1"
BODY = b'{"id": "1"}'


class Listening(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers, body))
        self.server.answer(self)

    def log_message(self, *_):
        """Tests keep quiet."""


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that leaves early is part of the tests."""


def status(number, **headers):
    def answer(handler):
        handler.send_response(number)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def closes(handler):
    handler.connection.close()


def drips(handler):
    for _ in range(100):
        handler.wfile.write(b"H")
        time.sleep(0.05)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("hook"))


@pytest.fixture
def listener(certificate):
    server = Quiet(("127.0.0.1", 0), Listening)
    server.asked, server.answer = [], status(204)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def doorway(listener, certificate):
    context = ssl.create_default_context(cafile=certificate)
    return WebhookDoor(silence_seconds=2, total_seconds=0.5, loopback_port=listener.server_port, context=context)


def post(doorway, url=URL):
    return webhook.post(url, BODY, secret="s3cret", at=AT, key="abc", door=doorway)


def test_the_receiver_can_prove_who_told_it_and_when(listener, doorway):
    assert post(doorway) == 204
    ((path, headers, body),) = listener.asked
    stamp, proof = (part.partition("=")[2] for part in headers["Vigie-Signature"].split(","))
    assert (path, body, headers["Idempotency-Key"]) == ("/hook?team=1", BODY, "abc")
    assert datetime.fromtimestamp(int(stamp), UTC) == AT
    assert proof == hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def test_the_signature_changes_with_each_of_its_parts():
    made = {
        webhook.signature(body, secret=secret, at=at)
        for body in (b"a", b"b")
        for secret in ("s", "t")
        for at in (AT, AT + timedelta(seconds=1))
    }
    assert len(made) == 8


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(status(500), WebhookDeferred, id="broken"),
        pytest.param(status(429), WebhookDeferred, id="too-many"),
        pytest.param(status(410), WebhookRefused, id="gone"),
        pytest.param(status(302, Location="https://127.0.0.1/"), WebhookRefused, id="redirect-not-followed"),
        pytest.param(closes, WebhookUncertain, id="closes"),
        pytest.param(drips, WebhookUncertain, id="one-byte-now-and-then"),
    ],
)
def test_what_it_answers_tells_whether_to_try_again(listener, doorway, answer, error):
    listener.answer = answer
    with pytest.raises(error):
        post(doorway)
    assert len(listener.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example/",
        "https://user:pass@hook.example/",
        "https://hook.example:22/",
        "https://hook.example:99999/",
        "https://hook.example/#part",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://hook.example/a b",
        "https://hook.example/\r\nHost: x",
        "https:///nothing",
        "file:///etc/passwd",
        "https://hook.example/" + "a" * 600,
        "",
    ],
)
def test_what_is_not_a_plain_https_name_is_never_told(doorway, listener, url):
    with pytest.raises(WebhookForbidden):
        post(doorway, url)
    assert listener.asked == []


def test_a_name_that_leads_inside_a_network_is_never_told():
    with pytest.raises(WebhookForbidden, match="not a public address"):
        post(WebhookDoor(), "https://localhost/hook")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::10.0.0.1", False),
    ],
)
def test_an_address_is_public_or_not_also_inside_another(address, public):
    assert webhook.is_public(address) is public


def test_nobody_there_is_unreachable(certificate):
    with pytest.raises(WebhookUnreachable):
        post(WebhookDoor(loopback_port=1, context=ssl.create_default_context(cafile=certificate)))


def test_a_certificate_of_another_name_is_not_told(listener, doorway):
    with pytest.raises(WebhookUnreachable, match="cannot be reached"):
        post(doorway, "https://other.example/")
    assert listener.asked == []

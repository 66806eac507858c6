"""A server of published files on this machine, over TLS, that answers well or badly as the test says."""

import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "feeds.example"
CONTENT = bytes(range(256)) * 400


def make_certificate(folder: Path) -> Path:
    """A key and a certificate of HOST, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    start = datetime(2020, 1, 1)  # noqa: DTZ001 -- the builder wants UTC without saying so
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "pair.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Server(ThreadingHTTPServer):
    """Answers as `script` says: a list of functions of the request, one per question, the last one for all others."""

    daemon_threads = True
    script = ()
    asked = None

    def handle_error(self, request, client_address):
        """A client that leaves early is part of the tests."""


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(dict(self.headers))
        step = self.server.script[min(len(self.server.asked), len(self.server.script)) - 1]
        step(self)

    def log_message(self, *_):
        """Tests keep quiet."""


@contextmanager
def serving(certificate: Path) -> Iterator[Server]:
    found = Server(("127.0.0.1", 0), Answering)
    found.asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    found.socket = context.wrap_socket(found.socket, server_side=True)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.shutdown()
        found.server_close()
        thread.join(5)


def answer(status=200, body=CONTENT, *, announce=None, **headers):
    def send(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body) if announce is None else announce))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return send


class Published:
    """What publishers have on their sites, by host and path; a server that answers as good ones do.

    A file has a name for its version, so that whoever has it is told so; what is not there is 404. `moods` are
    answers that a path gives first, one a question.
    """

    def __init__(self, server: Server) -> None:
        self.files: dict[str, bytes] = {}  # "www.example.org/path" -> content
        self.moods: dict[str, list] = {}
        self.asked: list[str] = []  # every question, in order
        self.unchanged: list[str] = []  # those that were answered "you have it"
        self.port = server.server_port
        server.script = (self._answer,)

    def put(self, url: str, content: bytes | str) -> None:
        self.files[url.removeprefix("https://")] = content.encode() if isinstance(content, str) else content

    def fail(self, url: str, *moods) -> None:
        self.moods[url.removeprefix("https://")] = list(moods)

    def _answer(self, handler) -> None:
        where = handler.headers["Host"] + handler.path
        self.asked.append(where)
        if self.moods.get(where):
            self.moods[where].pop(0)(handler)
            return
        content = self.files.get(where)
        if content is None:
            answer(404, b"")(handler)
            return
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if handler.headers.get("If-None-Match") == etag:
            self.unchanged.append(where)
            answer(304, b"")(handler)
            return
        answer(200, content, ETag=etag)(handler)

"""What does a target receive of a look, by protocol, and what of other tools: connections and bytes, counted by it?"""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tools.daemons import libraries, packages

from bench import Case
from vigie.probes.look import Plan, Target, look, settings_for
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

ADDRESS = "127.97.0.1"
MOST_SECONDS = 180
PAGE = b"<!doctype html><title>Bienvenue</title>" + b"<p>Un etablissement invente.</p>" * 40
OK = b"HTTP/1.1 200 OK\r\nServer: nginx/1.28.0\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"
GONE = b"HTTP/1.1 404 Not Found\r\nServer: nginx/1.28.0\r\nContent-Length: 2\r\n\r\nno"
Answer = Callable[[bytes], bytes]  # to what was said; b"" closes


def web(said: bytes) -> bytes:
    path = said.split(b" ")[1] if said.count(b" ") > 1 else b""
    told = OK % (len(PAGE), PAGE) if path == b"/" else GONE
    return told.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if said.startswith(b"HEAD") else told


def mail(said: bytes) -> bytes:
    word = said[:4].upper()
    return {b"EHLO": b"250-mail\r\n250-STARTTLS\r\n250 8BITMIME\r\n", b"QUIT": b"221 Bye\r\n"}.get(word, b"502 No\r\n")


def files(said: bytes) -> bytes:
    return b"211-Features:\r\n AUTH TLS\r\n211 End\r\n" if said.upper().startswith(b"FEAT") else b"500 No\r\n"


@dataclass(frozen=True)
class Service:
    """One server of the target: what it says first, and what it answers."""

    protocol: str
    port: int
    greeting: bytes = b""
    answer: Answer = lambda _: b""
    is_tls: bool = False


SERVICES = (
    Service("http", 8080, answer=web),
    Service("https", 8443, answer=web, is_tls=True),
    Service("ssh", 2222, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n"),
    Service("smtp", 2525, b"220 mail.valombre.example ESMTP Postfix\r\n", mail),
    Service("ftp", 2121, b"220 (vsFTPd 3.0.5)\r\n", files),
    Service("redis", 6379, answer=lambda _: b"-NOAUTH Authentication required.\r\n"),
    Service("dicom", 11112, answer=lambda _: b"\x03\0\0\0\0\4\0\1\1\7"),
)


@dataclass
class Count:
    connections: int = 0
    received: int = 0  # bytes, of TLS those on the wire


class Counted:
    """The servers, and what each has received since it was last asked."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._counts = {service.protocol: Count() for service in SERVICES}
        self._listening: list[socket.socket] = []
        for service in SERVICES:
            listening = socket.create_server((ADDRESS, service.port), backlog=128)
            self._listening.append(listening)
            threading.Thread(target=self._accept, args=(listening, service), daemon=True).start()

    def taken(self) -> dict[str, Count]:
        with self._lock:
            told, self._counts = self._counts, {service.protocol: Count() for service in SERVICES}
        return told

    def close(self) -> None:
        for listening in self._listening:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def _accept(self, listening: socket.socket, service: Service) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection, service), daemon=True).start()

    def _converse(self, connection: socket.socket, service: Service) -> None:
        self._note(service, connections=1)
        connection.settimeout(20)
        with connection, suppress(OSError, ssl.SSLError, ValueError):
            talk = _OverTls(connection, self._context) if service.is_tls else _InClear(connection)
            talk.send(service.greeting)
            while True:
                said = talk.receive(lambda count: self._note(service, received=count))
                if not said or not (told := service.answer(said)):
                    return
                talk.send(told)

    def _note(self, service: Service, *, connections: int = 0, received: int = 0) -> None:
        with self._lock:
            count = self._counts[service.protocol]
            count.connections += connections
            count.received += received


class _InClear:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def receive(self, note: Callable[[int], None]) -> bytes:
        data = self.connection.recv(65536)
        note(len(data))
        return data


class _OverTls(_InClear):
    """TLS by hand, so that what comes on the wire is counted."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        super().__init__(connection)
        self.coming, self.going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.coming, self.going, server_side=True)

    def send(self, data: bytes) -> None:
        if data:
            self.tls.write(data)
        self.connection.sendall(self.going.read())

    def receive(self, note: Callable[[int], None]) -> bytes:
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.connection.sendall(self.going.read())
            data = self.connection.recv(65536)
            note(len(data))
            if not data:
                return b""
            self.coming.write(data)


def run() -> Iterator[Case]:
    with _target() as target:
        _look(explores=False)
        ours = target.taken()
        _look(explores=True)
        further = target.taken()
        theirs = {name: target.taken() for name, command in _peers() if _ran(command)}
    for service in SERVICES:
        yield _case(service.protocol, ours, further, theirs)
    missing = {"nmap -sV", "sslscan", "whatweb"} - set(theirs)
    if missing:
        note = f"not on this machine: {', '.join(sorted(missing))}"
        yield Case(
            "detect", "what a target receives, beside others", 0, "bytes", "printed", False, note=note, absent=True
        )


def _case(protocol: str, ours: Mapping[str, Count], further: Mapping[str, Count], theirs) -> Case:
    mine, more = ours[protocol], further[protocol]
    told = [f"{name} {counts[protocol].connections} connections, {counts[protocol].received} bytes"
            for name, counts in theirs.items() if counts[protocol].connections]  # fmt: skip
    nmap = theirs.get("nmap -sV", {}).get(protocol)
    paths = f"; with the paths that must not answer {more.connections} and {more.received}" if more != mine else ""
    note = f"{mine.connections} connections, the knock included{paths}; {'; '.join(told) or 'no peer here'}"
    return Case("detect", f"what a target receives: {protocol}", mine.received, "bytes", "printed", True,
                "nmap -sV" if nmap else None, nmap.received if nmap else None, note)  # fmt: skip


def _peers() -> Iterator[tuple[str, tuple[list[str], dict[str, str]]]]:
    """The command of each that is here, on the ports of its trade."""
    ports = ",".join(str(service.port) for service in SERVICES)
    at_nmap = ["-sV", "-sT", "--unprivileged", "-Pn", "-n", "-T4", "-p", ports, ADDRESS]
    for name, tool, options in (
        ("nmap -sV", "nmap", at_nmap),
        ("sslscan", "sslscan", ["--no-colour", f"{ADDRESS}:8443"]),
        ("whatweb", "whatweb", ["--color=never", f"http://{ADDRESS}:8080", f"https://{ADDRESS}:8443"]),
    ):
        found = packages.read()
        if found is not None and tool in found.versions:
            root = found.root(tool)
            own = {"LD_LIBRARY_PATH": libraries([root]), "NMAPDIR": str(root / "usr/share/nmap")}
            yield name, ([str(root / "usr/bin" / tool), *options], own)
        elif path := shutil.which(tool):
            yield name, ([path, *options], {})


def _ran(command: tuple[list[str], dict[str, str]]) -> bool:
    words, own = command
    try:
        subprocess.run(words, env=os.environ | own, capture_output=True, check=True, timeout=MOST_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _look(*, explores: bool) -> None:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LABORATORY,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(ip_network(f"{ADDRESS}/32"),),
        intensity=Intensity.BRISK,
    )
    target = Target(ADDRESS, (), tuple(service.port for service in SERVICES))
    plan = Plan((target,), Scope([mandate]), settings_for("https://example.org", explores=explores))
    look(plan, stop=StopSignal(), clock=lambda: datetime.now(UTC), on_host=lambda _: None)


@contextmanager
def _target() -> Iterator[Counted]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        target = Counted(_context(Path(folder)))
        try:
            yield target
        finally:
            target.close()


def _context(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "valombre.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=90))
    file = folder / "own.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context

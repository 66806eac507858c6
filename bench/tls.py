"""TLS: what does it cost us to know a server by hand-made hellos, and by whole handshakes beside openssl s_time?"""

import asyncio
import contextlib
import os
import re
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import count
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bench import Case
from vigie.data.pace import PaceTable, Rates, pace_table
from vigie.probes import loop, tls
from vigie.probes.gate import Gate
from vigie.probes.identify import Question, identify
from vigie.probes.pace import Pace, RunBudget
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.settings import settings_for
from vigie.probes.stop import StopSignal

ADDRESS = "127.94.0.1"
NAME = "www.valombre.example"
SERVERS, ROUNDS, TIMES = 200, 5, 5  # distinct certificates: nothing of one helps to read another
AT_ONCE = 32
HELLO_MS, RATIO = 0.2, 1.5
PEER_SECONDS = 3


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        folder = Path(temporary)
        files = _certificates(folder)
        yield _hellos(files)
        yield _handshakes(files[0])
        yield _received(files[0])


def _hellos(files: list[Path]) -> Case:
    """Each server once a round, as many at once as a look talks to; only our own process is counted."""
    with _serving(files) as port:
        rounds = [loop.run(_survey_all(port, len(files) * ROUNDS)) for _ in range(TIMES)]
    asked, each = rounds[0][0], sorted(round(seconds / asked * 1000, 3) for asked, seconds in rounds)
    spent = each[0]  # what others do on the machine can only add to it
    note = (
        f"{asked} hellos of TLS 1.2 to {len(files)} RSA certificates, each with two above it: connection through the"
        f" gate, version, suite, certificate, chain; least of {each}; load {os.getloadavg()[0]:.1f}"
    )
    return Case(
        "detect", "TLS facts of a server up to 1.2", spent, "ms of CPU", f"<= {HELLO_MS}", spent <= HELLO_MS, note=note
    )


async def _survey_all(port: int, asked: int) -> tuple[int, float]:
    gate, known = _gate(), set()
    turns = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with turns:
            survey = tls.Survey(lambda: gate.connect(ADDRESS, port, name=NAME, timeout_seconds=20), NAME, 20, 20)
            facts = await survey.begin()
        assert facts is not None
        assert facts.certificate is not None
        known.add(facts.certificate.sha256)

    await one()
    before = time.process_time()
    await asyncio.gather(*(one() for _ in range(asked)))
    spent = time.process_time() - before
    assert len(known) == SERVERS, f"{len(known)} certificates seen"
    return asked, spent


def _handshakes(file: Path) -> Case:
    """One after the other on both sides, against the same server; alternated, the middle one of three."""
    ratios, ours, theirs = [], [], []
    with _openssl(file) as port:
        for _ in range(3):
            theirs.append(_s_time(port))
            ours.append(loop.run(_shake_all(port, 400)))
            ratios.append(ours[-1] / theirs[-1])
    middle = sorted(range(3), key=lambda number: ratios[number])[1]
    ratio = round(ratios[middle], 2)
    note = (
        f"client CPU a handshake, TLS 1.3, RSA 2048: ours {ours[middle] * 1000:.2f} ms, with the connection through the"
        f" gate and the facts read; openssl s_time -new {theirs[middle] * 1000:.2f} ms; load {os.getloadavg()[0]:.1f}"
    )
    return Case(
        "detect", "full handshake", ratio, "times openssl", f"<= {RATIO}", ratio <= RATIO, "openssl s_time", 1.0, note
    )


async def _shake_all(port: int, times: int) -> float:
    gate = _gate()

    async def one() -> None:
        async with await gate.connect(ADDRESS, port, name=NAME, timeout_seconds=20) as connection:
            await connection.start_tls(tls.context(), first=20, seconds=20)
            tls.facts_of(connection)

    await one()
    before = time.process_time()
    for _ in range(times):
        await one()
    return (time.process_time() - before) / times


def _s_time(port: int) -> float:
    """CPU seconds of one of its handshakes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(
        ["openssl", "s_time", "-connect", f"{ADDRESS}:{port}", "-new", "-time", str(PEER_SECONDS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = int(re.findall(r"(\d+) connections in", told)[0])
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / made


def _received(file: Path) -> Case:
    """All that one web server under TLS is sent by one look at it."""
    with _openssl(file, "-www") as port, _counting(port) as ours:
        loop.run(_identify(ours.port))
    peer, theirs = shutil.which("sslscan"), None
    if peer:
        with _openssl(file, "-www") as port, _counting(port) as counted:
            subprocess.run(
                [peer, "--no-colour", f"{ADDRESS}:{counted.port}"], capture_output=True, timeout=120, check=False
            )
            theirs = counted
    note = f"{ours.bytes:,} bytes received by the server; versions, suites, group, chain and its front page"
    if theirs:
        note += f"; sslscan {theirs.connections} connections, {theirs.bytes:,} bytes"
    else:
        note += "; sslscan is not on this machine"
    few = ours.connections <= (theirs.connections if theirs else 10)
    return Case(
        "detect",
        "what a server under TLS receives",
        ours.connections,
        "connections",
        "<= sslscan",
        few,
        "sslscan" if theirs else None,
        theirs.connections if theirs else None,
        note,
    )


async def _identify(port: int) -> None:
    seen = await identify(Question(ADDRESS, port, NAME, "https"), _gate(), settings_for("https://example.org"))
    assert seen.facts.tls is not None
    assert seen.facts.tls.suites_told


def _gate() -> Gate:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LABORATORY,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(ip_network("127.94.0.0/24"),),
        names=frozenset({"valombre.example"}),
    )
    free = PaceTable(dict.fromkeys(Intensity, Rates(1e6, 1e6)), 1e6, 0.0, pace_table().timeouts)
    return Gate(Scope([mandate]), StopSignal(), Pace(free, RunBudget()), lambda: datetime.now(UTC))


def _certificates(folder: Path) -> list[Path]:
    own, authority = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    private = own.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    above = _signed("Issuing CA", "Root CA", authority, authority) + _signed("Root CA", "Root CA", authority, authority)
    files = []
    for number in range(SERVERS):
        path = folder / f"{number}.pem"
        path.write_bytes(private + _signed(NAME, "Issuing CA", own, authority) + above)
        files.append(path)
    return files


def _signed(subject: str, issuer: str, own: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey) -> bytes:
    now = datetime.now(UTC)
    names = [x509.DNSName(NAME), x509.DNSName(f"extranet.{NAME}")]
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return made.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)


@contextlib.contextmanager
def _serving(files: list[Path]) -> Iterator[int]:
    """Another process, which shows the next certificate to each caller.

    It says again what the library said once of each: the answer reads the same, and the machine is not busy signing.
    """
    command = [sys.executable, "-m", "bench.tls", *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _serve(files: list[str]) -> None:
    flights = [_flight(file) for file in files]
    listener = socket.create_server((ADDRESS, 0), backlog=256)
    print(listener.getsockname()[1], flush=True)
    for number in count():
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), connection:
            connection.recv(4096)
            connection.sendall(flights[number % len(flights)])


def _flight(file: str) -> bytes:
    """What a real server answers to our hello, before it waits for keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
    heard.write(tls.hello(tls.Offer(0x0303), NAME))
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(heard, said, server_side=True).do_handshake()
    return said.read()


@contextlib.contextmanager
def _openssl(file: Path, *options: str) -> Iterator[int]:
    with socket.create_server((ADDRESS, 0)) as free:
        port = free.getsockname()[1]
    command = ["openssl", "s_server", "-accept", f"{ADDRESS}:{port}", "-cert", str(file), "-key", str(file), "-quiet"]
    with subprocess.Popen([*command, "-cert_chain", str(file), *options], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection((ADDRESS, port), 1):
                    break
                time.sleep(0.05)
            yield port
        finally:
            process.kill()


@dataclass
class _Counted:
    port: int
    connections: int = 0
    bytes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def _counting(port: int) -> Iterator[_Counted]:
    """A relay before the server, which counts what is sent to it."""
    with socket.create_server((ADDRESS, 0)) as listener:
        counted = _Counted(listener.getsockname()[1])
        threading.Thread(target=_relay, args=(listener, port, counted), daemon=True).start()
        yield counted
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _relay(listener: socket.socket, port: int, counted: _Counted) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = listener.accept()
            counted.connections += 1
            server = socket.create_connection((ADDRESS, port))
            threading.Thread(target=_pass_on, args=(caller, server, counted), daemon=True).start()
            threading.Thread(target=_pass_on, args=(server, caller, None), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, counted: _Counted | None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if counted is not None:
                with counted.lock:
                    counted.bytes += len(data)
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    _serve(sys.argv[1:])

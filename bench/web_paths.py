"""Fifty sites, among them those that answer anything: what is found, at what price, and is anything invented?"""

import http.server
import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_network
from multiprocessing.sharedctypes import SynchronizedArray

from bench import Case
from vigie.engine.facts import HostLook
from vigie.probes.look import Plan, Target, look, settings_for
from vigie.probes.scope import Intensity, Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

PORT = 8080
NETWORK = "127.96.0"
PEER, PEER_REQUESTS = "Artemis", 405  # of its list of paths, as its documentation tells; it was not run here

HEAD = {"/.git/HEAD": b"ref: refs/heads/main\n"}
SETTINGS = {"/.env": b"APP_ENV=production\nDB_PASSWORD=x\n"}
DUMP = {"/dump.sql": b"-- MySQL dump 10.13  Distrib 8.0.36\n" + b"INSERT INTO t VALUES (1);\n" * 4000}
ARCHIVE = {"/backup.zip": b"PK\x03\x04" + b"\0" * 200_000}
LOG = {"/error_log": b"[23-Nov-2026 06:10:00 UTC] PHP Warning:  x in /a.php on line 3\n" * 500}
STATUS = {"/server-status": b"<html><head>\n<title>Apache Status</title></head>"}
LISTING = {"/uploads/": b'<title>Index of /uploads/</title><a href="a.pdf">a.pdf</a>'}
FRONT = b"<!doctype html><title>Bienvenue</title><p>Un etablissement invente.</p>" * 20
SOFT = b"<!doctype html><title>Page introuvable</title>" + b"<p>Cette page n'existe pas.</p>" * 200


@dataclass(frozen=True)
class Temper:
    """How a site answers what it does not have, and what it has."""

    name: str
    files: dict[str, bytes]
    missing: str = "404"  # "404", "200", "echo", "302", "401", "403", "trap"


SITES: tuple[Temper, ...] = (
    *[Temper("sound", {})] * 12,
    *[Temper("exposed", files) for files in (HEAD, SETTINGS, DUMP, ARCHIVE, LOG, STATUS, LISTING) for _ in range(2)],
    *[Temper("soft-404", {}, "200")] * 4,
    *[Temper("soft-404, exposed", files, "200") for files in (HEAD, DUMP, ARCHIVE, SETTINGS)],
    *[Temper("echo", {}, "echo")] * 3,
    *[Temper("redirects all", {}, "302")] * 3,
    *[Temper("redirects all, exposed", files, "302") for files in (HEAD, ARCHIVE)],
    *[Temper("asks a sign-in for all", {}, "401")] * 2,
    *[Temper("refuses all", {}, "403")] * 2,
    *[Temper("trap", {}, "trap")] * 4,
)


def run() -> Iterator[Case]:
    asked: SynchronizedArray = multiprocessing.Array("l", len(SITES))
    ready, ending = multiprocessing.Event(), multiprocessing.Event()
    server = multiprocessing.Process(target=_serve, args=(asked, ready, ending), daemon=True)
    server.start()
    try:
        ready.wait(30)
        began, cpu = time.perf_counter(), time.process_time()
        seen = _look()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    finally:
        ending.set()
        server.join(10)
    yield from _cases(seen, list(asked), seconds, cpu)


def _cases(seen: dict[str, HostLook], asked: list[int], seconds: float, cpu: float) -> Iterator[Case]:
    planted = {(index, path) for index, site in enumerate(SITES) for path in site.files}
    found, unknown = set(), 0
    for index in range(len(SITES)):
        for service in seen[address_of(index)].services:
            if (site := service.facts.site) is not None:
                found |= {(index, one.path) for one in site.found}
                unknown += site.not_found is None
    tempers = ", ".join(f"{count} {name}" for name, count in Counter(site.name for site in SITES).items())
    right, mean = len(found & planted), sum(asked) / len(asked)
    load = f"load {os.getloadavg()[0]:.1f}"
    yield Case("detect", "web paths: false finds over 50 sites", len(found - planted), "finds", "0", found <= planted,
               note=f"{tempers}; {unknown} said unknown, those that refuse all")  # fmt: skip
    yield Case("detect", "web paths: planted exposures found", right, "finds", f"{len(planted)}", right == len(planted),
               note=f"{seconds:.1f} s, all at the pace of a brisk mandate")  # fmt: skip
    yield Case("detect", "web paths: requests a site", round(mean, 1), "requests", f"< {PEER_REQUESTS}",
               mean < PEER_REQUESTS, PEER, PEER_REQUESTS,
               f"counted by the sites, front page and icon included; at most {max(asked)}; the peer's figure is read, "
               f"not run; {sum(asked) / max(1, right):.0f} requests a find")  # fmt: skip
    yield Case("detect", "web paths: CPU a site", round(1000 * cpu / len(SITES), 1), "ms", "measured", True,
               note=f"{1000 * cpu / max(1, right):.0f} ms a find, sweep and identification too; {load}")  # fmt: skip


def address_of(index: int) -> str:
    return f"{NETWORK}.{index + 1}"


def _look() -> dict[str, HostLook]:
    now = datetime.now(UTC)
    mandate = Mandate(
        reference="bench",
        kind=MandateKind.LABORATORY,
        signatory="bench",
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        networks=(ip_network(f"{NETWORK}.0/24"),),
        intensity=Intensity.BRISK,
    )
    targets = tuple(Target(address_of(index), (), (PORT,)) for index in range(len(SITES)))
    plan = Plan(targets, Scope([mandate]), settings_for("https://example.org", explores=True))
    hosts: dict[str, HostLook] = {}
    look(
        plan,
        stop=StopSignal(),
        clock=lambda: datetime.now(UTC),
        on_host=lambda host: hosts.__setitem__(host.address, host),
    )
    return hosts


class _Server(http.server.ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], asked: SynchronizedArray) -> None:
        self.asked = asked
        super().__init__(address, _Handler)

    def handle_error(self, *_: object) -> None:
        """A visitor that read what it wanted leaves: nothing to tell."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """A file server, with HEAD and Range, of the temper of the site that it answers for."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _answer(self, *, with_body: bool) -> None:
        index = int(self.request.getsockname()[0].rpartition(".")[2]) - 1
        self.server.asked[index] += 1
        site = SITES[index]
        body = FRONT if self.path == "/" else site.files.get(self.path)
        if body is not None:
            return self._file(body, with_body)
        status, body = self._missing(site)
        self._send(status, body, with_body, {"Location": "/"} if status == HTTPStatus.FOUND else {})
        return None

    def _missing(self, site: Temper) -> tuple[int, bytes]:
        if site.missing == "trap":
            return (200, HEAD["/.git/HEAD"]) if self.path.startswith("/.git/") else (200, ARCHIVE["/backup.zip"])
        if site.missing == "echo":
            return 200, SOFT + self.path.encode()
        return int(site.missing), SOFT

    def _file(self, body: bytes, with_body: bool) -> None:
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes=0-"):
            self._send(200, body, with_body, {})
            return
        part = body[: int(wanted.removeprefix("bytes=0-")) + 1]
        self._send(206, part, with_body, {"Content-Range": f"bytes 0-{len(part) - 1}/{len(body)}"})

    def _send(self, status: int, body: bytes, with_body: bool, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _serve(asked: SynchronizedArray, ready, ending) -> None:
    servers = []
    for index in range(len(SITES)):
        server = _Server((address_of(index), PORT), asked)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    ready.set()
    ending.wait()
    for server in servers:
        server.shutdown()

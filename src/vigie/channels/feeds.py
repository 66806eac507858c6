"""How is a published file fetched, from listed hosts only, without being led elsewhere or flooded?"""

import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

MOST_REDIRECTS = 3
BLOCK_BYTES = 1 << 16
_MOVED = frozenset({301, 302, 303, 307, 308})


class ChannelError(Exception):
    """A file could not be fetched; the message is one sentence. What was fetched before stays."""


class ChannelRefused(ChannelError):
    """We do not go there: not https, not a listed host, or an address inside a network."""


class ChannelUnreachable(ChannelError):
    """Nobody answered, or not to the end, or not with the file."""


class ChannelAnswered(ChannelUnreachable):
    """Somebody answered, with something else than the file."""

    def __init__(self, message: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after  # seconds to wait, as the server asks; None when it asks nothing

    @property
    def is_absent(self) -> bool:
        return self.status in {404, 410}


class ChannelFlooded(ChannelError):
    """More bytes, or more time, than this file may take."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where we may go, and how long we wait."""

    hosts: frozenset[str]
    silence_seconds: float = 30  # without a byte
    total_seconds: float = 1800  # for one file
    user_agent: str = "Vigie (feeds)"
    accept: str = "*/*"
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # host -> header and value that open it wider
    loopback_port: int | None = None  # tests only: ask this port of this machine instead
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)


@dataclass(frozen=True, slots=True)
class Fetched:
    path: Path
    changed: bool  # False: the server says that our copy is the last one
    length: int


@dataclass(slots=True)
class _Copy:
    """What we hold of one file, and how the server names that version."""

    path: Path
    etag: str = ""
    last_modified: str = ""
    part_etag: str = ""

    @property
    def part(self) -> Path:
        return self.path.with_name(self.path.name + ".part")

    @property
    def notes(self) -> Path:
        return self.path.with_name(self.path.name + ".notes.json")

    @classmethod
    def read(cls, path: Path) -> "_Copy":
        copy = cls(path)
        try:
            kept = json.loads(copy.notes.read_text())
            copy.etag, copy.last_modified = str(kept["etag"]), str(kept["last_modified"])
            copy.part_etag = str(kept["part_etag"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls(path)  # no notes, or not ours: the whole file is asked again
        return copy

    def write(self) -> None:
        kept = {"etag": self.etag, "last_modified": self.last_modified, "part_etag": self.part_etag}
        self.notes.write_text(json.dumps(kept))

    @property
    def held(self) -> int:
        """Bytes of an interrupted download that can be continued: only under a strong name of its version."""
        resumable = self.part_etag and not self.part_etag.startswith("W/") and self.part.is_file()
        return self.part.stat().st_size if resumable else 0

    def questions(self) -> dict[str, str]:
        if self.held:
            return {"Range": f"bytes={self.held}-", "If-Range": self.part_etag}
        if not self.path.is_file():
            return {}
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


def fetch(
    url: str, target: Path, *, door: Door, most_bytes: int, on_bytes: Callable[[int, int | None], None] | None = None
) -> Fetched:
    """Bring a file up to date; the old one stays until the new one is whole. Raises ChannelError.

    An interrupted download goes on where it stopped. `on_bytes` is told (so far, in all when known).
    """
    deadline = time.monotonic() + door.total_seconds
    copy = _Copy.read(target)
    for _ in range(MOST_REDIRECTS + 1):
        where = _allowed(url, door)
        with closing(_connection(where, door)) as connection, closing(_ask(connection, where, copy, door)) as answer:
            if answer.status in _MOVED:
                url = urljoin(url, answer.getheader("Location", ""))
                continue
            if answer.status == 416 and copy.held:
                copy.part.unlink()  # whole already, or of a version that is gone: ask for all of it
                continue
            if answer.status == 304 and target.is_file():
                return Fetched(target, False, target.stat().st_size)
            return _receive(answer, copy, where, most_bytes, deadline, on_bytes)
    raise ChannelRefused(f"{urlsplit(url).hostname} sent us on more than {MOST_REDIRECTS} times")


def forget(target: Path) -> None:
    """Drop what we know of the version that we hold: it proved unusable, so the next run asks for all of it."""
    _Copy(target).notes.unlink(missing_ok=True)


def _allowed(url: str, door: Door) -> SplitResult:
    where = urlsplit(url)
    if where.scheme != "https" or where.username or where.port not in {None, 443}:
        raise ChannelRefused(f"{url[:200]} is not a plain https address")
    if where.hostname not in door.hosts:
        raise ChannelRefused(f"{where.hostname} is not one of the listed hosts")
    return where


def _connection(where: SplitResult, door: Door) -> http.client.HTTPSConnection:
    """Connect to the very address that was checked: a second resolution could answer otherwise."""
    host = where.hostname or ""
    connection = http.client.HTTPSConnection(host, timeout=door.silence_seconds, context=door.context)
    try:
        raw = socket.create_connection(_address(host, door), timeout=door.silence_seconds)
        connection.sock = door.context.wrap_socket(raw, server_hostname=host)
    except OSError as error:
        raise ChannelUnreachable(f"{host} cannot be reached: {error}") from error
    return connection


def _address(host: str, door: Door) -> tuple[str, int]:
    if door.loopback_port is not None:
        return "127.0.0.1", door.loopback_port
    found = [entry[4][0] for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    for address in found:
        if not ipaddress.ip_address(address).is_global:
            raise ChannelRefused(f"{host} resolves to {address}, which is not a public address")
    return str(found[0]), 443


def _ask(
    connection: http.client.HTTPSConnection, where: SplitResult, copy: _Copy, door: Door
) -> http.client.HTTPResponse:
    path = where.path + (f"?{where.query}" if where.query else "")
    headers = {
        "User-Agent": door.user_agent,
        "Accept": door.accept,
        "Accept-Encoding": "identity",
        **copy.questions(),
    }
    if key := door.keys.get(where.hostname or ""):
        headers[key[0]] = key[1]
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise ChannelUnreachable(f"{where.hostname} broke off: {error}") from error


def _receive(
    answer: http.client.HTTPResponse,
    copy: _Copy,
    where: SplitResult,
    most_bytes: int,
    deadline: float,
    on_bytes: Callable[[int, int | None], None] | None,
) -> Fetched:
    host = where.hostname or ""
    if answer.status not in {200, 206}:
        wait = _retry_after(answer.getheader("Retry-After", ""), answer.getheader("Date", ""))
        raise ChannelAnswered(f"{host} answered {answer.status} for {where.path}", answer.status, wait)
    if answer.getheader("Content-Type", "").startswith("text/html"):
        # A portal, a page of excuses, a login: no feed is a page.
        raise ChannelAnswered(f"{host} answered with a page in place of {where.path}", answer.status)
    length = copy.held if answer.status == 206 else 0
    announced = int(answer.getheader("Content-Length") or -1)
    total = length + announced if announced >= 0 else None
    if total is not None and total > most_bytes:
        raise ChannelFlooded(f"{host} announces {total} bytes for {where.path}, {most_bytes} at most")
    copy.part_etag = answer.getheader("ETag", "")
    copy.write()
    with copy.part.open("ab" if length else "wb") as part:
        while block := _block(answer, host):
            length += len(block)
            if length > most_bytes or time.monotonic() > deadline:
                raise ChannelFlooded(
                    f"{host} sends more, or longer, than {where.path} may take: stopped at {length} bytes"
                )
            part.write(block)
            if on_bytes:
                on_bytes(length, total)
    if total is not None and length < total:
        raise ChannelUnreachable(f"{host} stopped at {length} of {total} bytes; the next run goes on from there")
    copy.part.replace(copy.path)
    copy.etag, copy.last_modified, copy.part_etag = copy.part_etag, answer.getheader("Last-Modified", ""), ""
    copy.write()
    return Fetched(copy.path, True, length)


def _block(answer: http.client.HTTPResponse, host: str) -> bytes:
    try:
        return answer.read1(BLOCK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise ChannelUnreachable(f"{host} broke off: {error}; the next run goes on from there") from error


def _retry_after(text: str, answered_at: str) -> float | None:
    """Seconds, from a number of them or from a moment of the server's own clock; None when neither is told."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment, now = parsedate_to_datetime(text), parsedate_to_datetime(answered_at)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError):
        return None

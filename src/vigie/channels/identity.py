"""What does a provider of identities answer, when it is asked on behalf of somebody who signs in?"""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlencode, urlsplit

from .webhook import is_public

MOST_BYTES = 256 * 1024  # of a set of keys or a token; those that exist have some kilobytes
BLOCK_BYTES = 1 << 14
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderError(Exception):
    """The provider did not answer as one does; the message is one sentence without anything that it was sent."""


class ProviderForbidden(ProviderError):
    """We do not go there: not https, or an address inside a network that the operator did not name."""


class ProviderUnreachable(ProviderError):
    """Nobody answered in time, or with too much."""


@dataclass(frozen=True, slots=True)
class IdentityDoor:
    issuer: str  # its host is the operator's choice, and may lie inside their network; others that it names may not
    silence_seconds: float = 5.0
    total_seconds: float = 10.0  # a person waits
    user_agent: str = "Vigie (sign-in)"
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str  # without its parameters, in lower case
    body: bytes = field(repr=False)


def ask(
    url: str, *, door: IdentityDoor, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """GET, or POST the form; raise ProviderError. A redirect is an answer, and is not followed."""
    where = check(url, door)
    sent = {"User-Agent": door.user_agent, "Accept": "application/json, application/jwt", **(headers or {})}
    body = None
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    path = (where.path or "/") + (f"?{where.query}" if where.query else "")
    deadline = time.monotonic() + door.total_seconds
    with closing(_connection(where, door)) as connection:
        try:
            connection.request("GET" if body is None else "POST", path, body=body, headers=sent)
            answer = connection.getresponse()
            told = _bounded(answer, where.hostname or "", deadline)
        except (OSError, http.client.HTTPException) as error:
            raise ProviderUnreachable(f"{where.hostname} broke off: {type(error).__name__}") from error
    return Answer(answer.status, answer.headers.get_content_type().lower(), told)


def check(url: str, door: IdentityDoor) -> SplitResult:
    """Return the parts of an address that may be asked; raise ProviderForbidden. Clear text is for loopback alone."""
    try:
        where, issuer = urlsplit(url), urlsplit(door.issuer)
        same = (where.scheme, where.hostname, where.port) == (issuer.scheme, issuer.hostname, issuer.port)
    except ValueError as error:
        raise ProviderForbidden("the provider names something that is not an address") from error
    if not where.hostname or where.username or where.password or any(ord(c) <= 32 or ord(c) > 126 for c in url):
        raise ProviderForbidden("the provider names something that is not an address")
    if where.scheme != "https" and not (same and where.scheme == "http" and where.hostname in LOOPBACK):
        raise ProviderForbidden(f"{where.hostname} is not asked in clear")
    if not same and where.port not in {None, 443}:
        raise ProviderForbidden(f"{where.hostname} is asked at port 443 only")
    return where


def _connection(where: SplitResult, door: IdentityDoor) -> http.client.HTTPConnection:
    """Connect to the very address that was checked: a second resolution could answer otherwise."""
    host, port = where.hostname or "", where.port or (443 if where.scheme == "https" else 80)
    is_secure = where.scheme == "https"
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, port, timeout=door.silence_seconds, context=door.context)
        if is_secure
        else http.client.HTTPConnection(host, port, timeout=door.silence_seconds)
    )
    try:
        raw = socket.create_connection(_address(host, port, door), timeout=door.silence_seconds)
        connection.sock = door.context.wrap_socket(raw, server_hostname=host) if is_secure else raw
    except OSError as error:
        raise ProviderUnreachable(f"{host} cannot be reached: {error}") from error
    return connection


def _address(host: str, port: int, door: IdentityDoor) -> tuple[str, int]:
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if host != urlsplit(door.issuer).hostname:
        for address in found:
            if not is_public(address):
                raise ProviderForbidden(f"{host} resolves to {address}, which is not a public address")
    return found[0], port


def _bounded(answer: http.client.HTTPResponse, host: str, deadline: float) -> bytes:
    told = b""
    while block := answer.read1(BLOCK_BYTES):
        told += block
        if len(told) > MOST_BYTES or time.monotonic() > deadline:
            raise ProviderUnreachable(f"{host} sends more, or longer, than an answer takes")
    return told

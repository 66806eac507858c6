"""How is another program told, so that it can prove who told it, and so that we are not led inside a network?"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Timer
from urllib.parse import SplitResult, urlsplit

SIGNATURE = "Vigie-Signature"
MOST_ADDRESS_CHARACTERS = 500
MOST_ANSWER_BYTES = 2048
PORTS = frozenset({443, 8443})


class WebhookError(Exception):
    """It was not told, as far as we know; one sentence."""


class WebhookForbidden(WebhookError):
    """We do not go there: not https, or an address inside a network."""


class WebhookUnreachable(WebhookError):
    """Nobody answered, or the name does not resolve: nothing was sent."""


class WebhookDeferred(WebhookError):
    """It answered that it cannot now."""


class WebhookRefused(WebhookError):
    """It answered that it will never take this."""


class WebhookUncertain(WebhookError):
    """The whole message was sent, and its answer never came."""


@dataclass(frozen=True, slots=True)
class WebhookDoor:
    silence_seconds: float = 10.0
    total_seconds: float = 30.0  # also when a byte comes now and then
    user_agent: str = "Vigie (webhook)"
    loopback_port: int | None = None  # tests only: ask this port of this machine instead
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)


def signature(body: bytes, *, secret: str, at: datetime) -> str:
    """t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body">: the receiver refuses what is old, or not so signed."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def check_address(url: str) -> SplitResult:
    """Return its parts; raise WebhookForbidden for what we never go to, whatever its name resolves to."""
    try:
        where = urlsplit(url)
        port = where.port
    except ValueError as error:
        raise WebhookForbidden("this is not an address") from error
    if where.scheme != "https" or not where.hostname or where.username or where.password or where.fragment:
        raise WebhookForbidden("only a plain https address is told")
    if port not in PORTS | {None}:
        raise WebhookForbidden(f"only the ports {', '.join(map(str, sorted(PORTS)))} are told")
    if len(url) > MOST_ADDRESS_CHARACTERS or any(ord(c) <= 32 or ord(c) > 126 for c in url):
        raise WebhookForbidden("this is not an address")
    if _is_an_address(where.hostname):
        raise WebhookForbidden("an address is not told, only a name")
    return where


def post(url: str, body: bytes, *, secret: str, at: datetime, key: str, door: WebhookDoor) -> int:
    """Send the signed body and return the 2xx that answered. Raise WebhookError. A redirect is not followed.

    `key` names the message: it is the same when the message has to be repeated.
    """
    where = check_address(url)
    headers = {
        "User-Agent": door.user_agent,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        SIGNATURE: signature(body, secret=secret, at=at),
    }
    path = (where.path or "/") + (f"?{where.query}" if where.query else "")
    with closing(_connection(where, door)) as connection, _at_most(door.total_seconds, connection):
        try:
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            answer.read(MOST_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise WebhookUncertain(f"{where.hostname} broke off: {type(error).__name__}") from error
    return _judged(answer.status, where.hostname or "")


@contextmanager
def _at_most(seconds: float, connection: http.client.HTTPSConnection) -> Iterator[None]:
    """Break the line off after that time: silence alone would let one byte a second keep us for hours."""
    line = connection.sock

    def cut() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _judged(status: int, host: str) -> int:
    if 200 <= status < 300:
        return status
    if status >= 500 or status in {408, 425, 429}:
        raise WebhookDeferred(f"{host} answered {status}")
    raise WebhookRefused(f"{host} answered {status}")


def _connection(where: SplitResult, door: WebhookDoor) -> http.client.HTTPSConnection:
    """Connect to the very address that was checked: a second resolution could answer otherwise."""
    host = where.hostname or ""
    connection = http.client.HTTPSConnection(
        host, where.port or 443, timeout=door.silence_seconds, context=door.context
    )
    try:
        raw = socket.create_connection(_address(where, door), timeout=door.silence_seconds)
        connection.sock = door.context.wrap_socket(raw, server_hostname=host)
    except OSError as error:
        raise WebhookUnreachable(f"{host} cannot be reached: {error}") from error
    return connection


def _address(where: SplitResult, door: WebhookDoor) -> tuple[str, int]:
    host, port = where.hostname or "", where.port or 443
    if door.loopback_port is not None:
        return "127.0.0.1", door.loopback_port
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not is_public(address):
            raise WebhookForbidden(f"{host} resolves to {address}, which is not a public address")
    return found[0], port


def is_public(address: str) -> bool:
    """False for what lies inside a network, also when an IPv6 address carries an IPv4 one."""
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address):
        inner = one.ipv4_mapped or one.sixtofour or (one.teredo or (None, None))[1] or _nat64(one)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return one.is_global and not one.is_multicast


def _nat64(one: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(one) & 0xFFFFFFFF) if one in ipaddress.ip_network("64:ff9b::/96") else None


def _is_an_address(host: str) -> bool:
    """Also the short and numeric spellings that a resolver would take: 127.1, 0x7f000001, 2130706433."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit() or host.lower().startswith("0x")
    return True

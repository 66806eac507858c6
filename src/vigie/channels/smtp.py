"""How does one message reach a mail server, and do we know what became of it?"""

import email.policy
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

SILENCE_SECONDS = 30.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"smtp": 587, "smtps": 465, "smtp+clear": 25}
WIRE = email.policy.SMTP.clone(max_line_length=78)


class SmtpError(Exception):
    """The message was not handed over, as far as we know; one sentence."""


class SmtpUnreachable(SmtpError):
    """The server cannot be talked to, or not as we ask (TLS, certificate, sign-in): no message can leave now."""


class SmtpDeferred(SmtpError):
    """The server says: not now. Nothing was taken."""


class SmtpRefused(SmtpError):
    """The server says: never, to this recipient or with this message."""


class SmtpUncertain(SmtpError):
    """The whole message was sent, and its answer never came: it may be on its way."""


class Security(StrEnum):
    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # required: without it nothing is said
    CLEAR = "clear"  # a relay on this very machine only


@dataclass(frozen=True, slots=True)
class SmtpDoor:
    """The one server that we speak to, and how."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None
    silence_seconds: float = SILENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Receipt:
    reply: str  # the server's own words, often with its queue number
    will_report: bool  # it promised a delivery report (RFC 3461)


def door(url: str, *, certificate: Path | None = None, authorities: Path | None = None) -> SmtpDoor:
    """Read smtps://user:password@host:465, smtp:// (STARTTLS, required) or smtp+clear:// (this machine only).

    `certificate` is a PEM file of our key and certificate, `authorities` one of more authorities to trust: secure
    health mail (MSSanté) asks for both. Raise ValueError with a sentence.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("must be smtps://host, smtp://host (STARTTLS) or smtp+clear://localhost")
    if parts.scheme == "smtp+clear" and parts.hostname not in LOOPBACK:
        raise ValueError("smtp+clear:// is for a relay on this machine only: use smtps:// or smtp:// (STARTTLS)")
    security = {"smtps": Security.TLS, "smtp": Security.STARTTLS}.get(parts.scheme, Security.CLEAR)
    return SmtpDoor(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        context=None if security is Security.CLEAR else _context(certificate, authorities),
    )


def _context(certificate: Path | None, authorities: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if authorities is not None:
            context.load_verify_locations(authorities)
        if certificate is not None:
            context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"the certificate file cannot be used: {error}") from error
    return context


class SmtpLine:
    """An open conversation: several messages, one after the other."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def send(self, message: EmailMessage, *, sender: str, recipient: str, envelope_id: str) -> Receipt:
        """Hand one message over. Raise SmtpDeferred, SmtpRefused, SmtpUnreachable (before it) or SmtpUncertain."""
        reports = self._server.has_extn("dsn")
        try:
            self._server.rset()
            _granted(self._server.mail(sender, ["RET=HDRS", f"ENVID={envelope_id}"] if reports else []))
            _granted(self._server.rcpt(recipient, ["NOTIFY=SUCCESS,FAILURE"] if reports else []))
        except (smtplib.SMTPException, OSError) as error:
            raise SmtpUnreachable(f"the mail server broke off: {_told(error)}") from error
        return Receipt(self._data(message.as_bytes(policy=WIRE)), reports)

    def _data(self, content: bytes) -> str:
        try:
            answer = self._server.data(content)
        except smtplib.SMTPDataError as error:
            _granted((error.smtp_code, error.smtp_error))
            raise SmtpDeferred(_told(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SmtpUncertain(f"the mail server fell silent after the message: {_told(error)}") from error
        return _granted(answer)


@contextmanager
def line(where: SmtpDoor) -> Iterator[SmtpLine]:
    """Open, secure and sign in; raise SmtpUnreachable when one of these fails."""
    server: smtplib.SMTP | None = None
    try:
        server = _connected(where)
        server.ehlo_or_helo_if_needed()
        if where.security is Security.STARTTLS:
            server.starttls(context=where.context)
            server.ehlo()
        if where.user:
            server.login(where.user, where.password)
    except (smtplib.SMTPException, OSError) as error:
        if server is not None:
            server.close()
        raise SmtpUnreachable(f"{where.host}:{where.port} cannot be used: {_told(error)}") from error
    try:
        yield SmtpLine(server)
    finally:
        _leave(server)


def _connected(where: SmtpDoor) -> smtplib.SMTP:
    if where.security is Security.TLS:
        return smtplib.SMTP_SSL(where.host, where.port, timeout=where.silence_seconds, context=where.context)
    return smtplib.SMTP(where.host, where.port, timeout=where.silence_seconds)


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _granted(answer: tuple[int, bytes | str]) -> str:
    """The words of a good answer; 4xx is for later, anything else is for never."""
    code, words = answer
    said = f"{code} {_clean(words)}"
    if 200 <= code < 300:
        return said
    # 421: the server closes; 454 and the like: not now.
    raise SmtpDeferred(said) if 400 <= code < 500 else SmtpRefused(said)


def _told(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_clean(error.smtp_error)}"
    return _clean(str(error)) or type(error).__name__


def _clean(words: bytes | str) -> str:
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]

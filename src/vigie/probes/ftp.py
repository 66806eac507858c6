"""What does this FTP server say of itself, and does it offer TLS?"""

from vigie.engine.facts import Facts, FtpFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Closed, Garbled, ProbeError
from .lines import reply

ASKED = b"FEAT\r\n"
AUTH = b"AUTH TLS\r\n"
_BEGINS = 234
_ACCEPTS = frozenset({_BEGINS, 334})  # RFC 2228; 334 wants more data, which we do not have
_KNOWS_NOT = frozenset({500, 502, 504})  # unknown, not implemented, not for this mechanism


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Read the greeting, ask for the features and for TLS, leave. No login is tried."""
    code, lines = await reply(connection, first=first, total=total)
    if code in {120, 421}:
        raise Closed(f"the server is not available ({code})")
    if code != 220:
        raise Garbled("no FTP greeting")
    features: tuple[str, ...] = ()
    auth_tls = None
    asked = ASKED
    try:
        await connection.send(ASKED)
        code, answer = await reply(connection, first=first, total=total)
        features = parse_features(answer) if code == 211 else ()
        auth_tls = offers_tls(features) if code in {211, 500, 502} else None
        asked += AUTH
        await connection.send(AUTH)
        code, _ = await reply(connection, first=first, total=total)
        auth_tls = accepts_tls(code, auth_tls)
        connection.awaits_hello = code == _BEGINS
        if code not in _ACCEPTS:  # else it waits for a handshake, not for words
            await connection.send(b"QUIT\r\n")
    except ProbeError:
        pass  # the greeting is an answer; the features stay unknown
    greeting = text_of(b" ".join(line[4:].strip() for line in lines))
    raw = kept("ftp", asked, bytes(connection.received), connection.received_length)
    return Found("ftp", Facts(banner=text_of(lines[0]), ftp=FtpFacts(greeting, features, auth_tls)), (raw,))


def parse_features(lines: list[bytes]) -> tuple[str, ...]:
    """The features between the first and the last line of a 211 reply, upper case."""
    return tuple(text_of(line, 64).upper() for line in lines[1:-1])


def accepts_tls(code: int, offered: bool | None) -> bool | None:
    """What the reply to AUTH TLS proves; `offered` when it proves nothing (a sign-in first, not now).

    Pure-FTPd lists AUTH TLS among its features even where its settings refuse it, and others tell their features to
    nobody who has not signed in: what it answers to the order itself decides.
    """
    if code in _ACCEPTS:
        return True
    return False if code in _KNOWS_NOT else offered


def offers_tls(features: tuple[str, ...]) -> bool:
    """AUTH TLS, or its older name AUTH SSL, alone or in a list as RFC 4217 writes it."""
    words = {word for f in features if f.startswith("AUTH") for word in f[4:].replace(";", " ").split()}
    return bool(words & {"TLS", "SSL", "TLS-C", "TLS-P"})

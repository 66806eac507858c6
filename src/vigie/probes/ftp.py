"""What does this FTP server say of itself, and does it offer TLS?"""

from vigie.engine.facts import Facts, FtpFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Closed, Garbled, ProbeError
from .lines import reply

_ASKED = b"FEAT\r\n"


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Read the greeting, ask for the features, leave. No login is tried."""
    code, lines = await reply(connection, first=first, total=total)
    if code in {120, 421}:
        raise Closed(f"the server is not available ({code})")
    if code != 220:
        raise Garbled("no FTP greeting")
    features: tuple[str, ...] = ()
    auth_tls = None
    try:
        await connection.send(_ASKED)
        code, answer = await reply(connection, first=first, total=total)
        features = parse_features(answer) if code == 211 else ()
        auth_tls = offers_tls(features) if code in {211, 500, 502} else None
        await connection.send(b"QUIT\r\n")
    except ProbeError:
        pass  # the greeting is an answer; the features stay unknown
    greeting = text_of(b" ".join(line[4:].strip() for line in lines))
    raw = kept("ftp", _ASKED, bytes(connection.received), connection.received_length)
    return Found("ftp", Facts(banner=text_of(lines[0]), ftp=FtpFacts(greeting, features, auth_tls)), (raw,))


def parse_features(lines: list[bytes]) -> tuple[str, ...]:
    """The features between the first and the last line of a 211 reply, upper case."""
    return tuple(text_of(line, 64).upper() for line in lines[1:-1])


def offers_tls(features: tuple[str, ...]) -> bool:
    """AUTH TLS, or its older name AUTH SSL, alone or in a list as RFC 4217 writes it."""
    words = {word for f in features if f.startswith("AUTH") for word in f[4:].replace(";", " ").split()}
    return bool(words & {"TLS", "SSL", "TLS-C", "TLS-P"})

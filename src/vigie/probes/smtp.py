"""What does this mail server say of itself, and does it offer STARTTLS?"""

from vigie.engine.facts import Facts, SmtpFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Garbled, ProbeError
from .lines import reply


async def ask(connection: Connection, *, helo: str, first: float, total: float) -> Found:
    """Read the greeting, say EHLO with our name, leave. No mail is begun."""
    code, lines = await reply(connection, first=first, total=total)
    if code not in {220, 421, 554}:
        raise Garbled("no SMTP greeting")
    extensions: tuple[str, ...] = ()
    starttls = None
    asked = f"EHLO {helo}\r\n".encode()
    try:
        if code == 220:
            await connection.send(asked)
            code, answer = await reply(connection, first=first, total=total)
            if code == 250:
                extensions = parse_extensions(answer)
                starttls = "STARTTLS" in extensions
            if not starttls:  # else what is behind it is asked next
                await connection.send(b"QUIT\r\n")
    except ProbeError:
        pass  # the greeting is an answer; the extensions stay unknown
    greeting = text_of(b" ".join(line[4:].strip() for line in lines))
    raw = kept("smtp", asked, bytes(connection.received), connection.received_length)
    return Found("smtp", Facts(banner=text_of(lines[0]), smtp=SmtpFacts(greeting, extensions, starttls)), (raw,))


def parse_extensions(lines: list[bytes]) -> tuple[str, ...]:
    """The keywords after the first line of the EHLO reply, upper case, without their parameters."""
    words = (text_of(line[4:], 64).upper().split() for line in lines[1:])
    return tuple(dict.fromkeys(word[0] for word in words if word))

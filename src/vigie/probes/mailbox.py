"""What does this IMAP or POP3 server say of itself, and does it offer TLS before the password?"""

from vigie.engine.facts import Facts, MailboxFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Garbled, ProbeError

MAX_LINES = 50
ASKED = {"imap": b"a1 CAPABILITY\r\n", "pop3": b"CAPA\r\n"}
LEAVE = {"imap": b"a2 LOGOUT\r\n", "pop3": b"QUIT\r\n"}
_TLS = {"imap": "STARTTLS", "pop3": "STLS"}


async def ask(connection: Connection, kind: str, *, first: float, total: float) -> Found:
    """Read the greeting, ask for the capabilities, leave. No login is tried. `kind` is "imap" or "pop3"."""
    line = await connection.read_line(limit=2048, first=first, total=total)
    told: tuple[str, ...] | None = None
    try:
        await connection.send(ASKED[kind])
        told = parse(kind, await _lines(connection, kind, first, total))
        if _TLS[kind] not in (told or ()):  # else what is behind it is asked next
            await connection.send(LEAVE[kind])
    except ProbeError:
        pass  # the greeting is an answer; the capabilities stay unknown
    greeting = text_of(line)
    facts = MailboxFacts(
        greeting=greeting,
        capabilities=told or (),
        starttls=None if told is None else _TLS[kind] in told,
        login_refused=refuses_login(kind, told or ()),
    )
    raw = kept(kind, ASKED[kind], bytes(connection.received), connection.received_length)
    return Found(kind, Facts(banner=greeting, mailbox=facts), (raw,))


def refuses_login(kind: str, told: tuple[str, ...]) -> bool:
    """Whether no password may be given in clear: IMAP says so, POP3 lists no way of signing in (RFC 2449 6.3)."""
    if kind == "imap":
        return "LOGINDISABLED" in told
    return bool(told) and not {"USER", "SASL"}.intersection(told)


async def _lines(connection: Connection, kind: str, first: float, total: float) -> list[bytes]:
    lines: list[bytes] = []
    while not _ends(kind, lines):
        if len(lines) >= MAX_LINES:
            raise Garbled("a reply without end")
        lines.append(await connection.read_line(limit=4096, first=first, total=total))
    return lines


def _ends(kind: str, lines: list[bytes]) -> bool:
    if not lines:
        return False
    last = lines[-1].strip()
    if kind == "imap":
        return last.startswith(b"a1 ")
    return last == b"." or (len(lines) == 1 and not last.upper().startswith(b"+OK"))


def parse(kind: str, lines: list[bytes]) -> tuple[str, ...] | None:
    """The capabilities, upper case; () from a POP3 server that knows no CAPA; None when they were not told."""
    texts = [text_of(line, 1024).upper() for line in lines]
    if kind == "pop3":
        if not texts[0].startswith("+OK"):
            # RFC 2449 2: a server without CAPA has no extension, unless it says that it cannot answer now.
            return None if any(word in texts[0] for word in ("[SYS", "[IN-USE", "TRY", "LATER")) else ()
        # "SASL" with no mechanism after it is no way of signing in.
        return tuple(dict.fromkeys(word for text in texts[1:-1] if text != "SASL" and (word := text.split(" ")[0])))
    if not texts[-1].startswith("A1 OK"):
        return None
    words = [word for text in texts if text.startswith("* CAPABILITY") for word in text.split()[2:]]
    return tuple(dict.fromkeys(words)) if words else None

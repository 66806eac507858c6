"""What TLS does a service speak that begins in clear, once it is asked to?"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vigie.engine.facts import Facts, RawAnswer, RdpSecurity
from vigie.engine.facts_of_tls import TlsFacts

from . import ldap, rdp, tls
from .connection import Connection
from .databases import mysql, postgresql
from .errors import Garbled, NotPermitted, ProbeError, Stopped
from .lines import reply

if TYPE_CHECKING:
    from .identify import Interview

Ask = Callable[..., Awaitable[None]]  # (connection, *, first, total); raises ProbeError when TLS is not begun


SAID = {"smtp": b"STARTTLS\r\n", "ftp": b"AUTH TLS\r\n", "imap": b"a9 STARTTLS\r\n", "pop3": b"STLS\r\n"}


async def _smtp(connection: Connection, *, first: float, total: float) -> None:
    await _numbered(connection, SAID["smtp"], 220, first, total)


async def _ftp(connection: Connection, *, first: float, total: float) -> None:
    await _numbered(connection, SAID["ftp"], 234, first, total)


async def _imap(connection: Connection, *, first: float, total: float) -> None:
    await connection.send(SAID["imap"])
    for _ in range(10):  # what it tells meanwhile begins with a star
        line = await connection.read_line(limit=2048, first=first, total=total)
        if line.startswith(b"a9 "):
            _demand(line[3:5].upper() == b"OK")
            return
    raise Garbled("no go-ahead for TLS")


async def _pop3(connection: Connection, *, first: float, total: float) -> None:
    await connection.send(SAID["pop3"])
    _demand((await connection.read_line(limit=2048, first=first, total=total)).startswith(b"+OK"))


async def _numbered(connection: Connection, word: bytes, code: int, first: float, total: float) -> None:
    await connection.send(word)
    _demand((await reply(connection, first=first, total=total))[0] == code)


def _demand(agreed: object) -> None:
    if not agreed:
        raise Garbled("no go-ahead for TLS")


#   what is said where TLS may begin -> its go-ahead is read
WORDS: Mapping[str, Ask] = {
    "smtp": _smtp,
    "ftp": _ftp,
    "imap": _imap,
    "pop3": _pop3,
    "ldap": ldap.start_tls,
    "mysql": mysql.start_tls,
    "postgresql": postgresql.start_tls,
    "rdp": rdp.start_tls,
}
# Too many conversations left halfway, and it refuses our address for good: it is asked within the first one alone.
ASKED_ONCE = frozenset({"mysql"})


def is_offered(facts: Facts) -> bool:
    """Whether the service said that TLS can begin."""
    return bool(
        (facts.smtp and facts.smtp.starttls)
        or (facts.mailbox and facts.mailbox.starttls)
        or (facts.ftp and facts.ftp.auth_tls)
        or (facts.ldap and facts.ldap.starttls)
        or (facts.database and facts.database.tls and facts.database.engine in {"mysql", "postgresql"})
        or (facts.rdp and facts.rdp.security in {RdpSecurity.TLS, RdpSecurity.NLA_REQUIRED})
    )


async def lead(kind: str, connection: Connection, *, helo: str, first: float, total: float) -> None:
    """Bring a new connection to where a ClientHello is waited for; raises ProbeError."""
    if kind in {"smtp", "ftp"}:
        _demand((await reply(connection, first=first, total=total))[0] == 220)
    if kind == "smtp":
        await _numbered(connection, f"EHLO {helo}\r\n".encode(), 250, first, total)
    if kind in {"imap", "pop3"}:
        await connection.read_line(limit=2048, first=first, total=total)
    await WORDS[kind](connection, first=first, total=total)


class Behind:
    """The TLS of one such service: first in the conversation that is under way, then on connections of its own."""

    def __init__(self, interview: "Interview", kind: str) -> None:
        self.interview = interview
        self.kind = kind
        times = interview.times
        self.survey = tls.Survey(self._open, interview.question.name, times.first_byte, times.handshake)

    async def look(self, connection: Connection) -> tuple[TlsFacts | None, tuple[RawAnswer, ...]]:
        """The facts; None when it does not speak TLS after all, or nothing can be told."""
        facts = await self._first(connection)
        if facts is not None and self.kind not in ASKED_ONCE:
            facts = await self.survey.complete(facts)
        return (replace(facts, on_request=True) if facts else None), tuple(self.survey.raw)

    async def _first(self, connection: Connection) -> TlsFacts | None:
        """In clear up to TLS 1.2, which costs both sides least; else with a whole handshake; else as an old server."""
        if connection.tls is not None:
            return tls.facts_of(connection)
        facts = await self.survey.begin(connection if await self._is_ready(connection) else None)
        if facts is not None or self.survey.silenced or self.kind in ASKED_ONCE:
            return facts
        return await self._whole() or await self.survey.begin(everything=True)

    async def _is_ready(self, connection: Connection) -> bool:
        if connection.awaits_hello:
            return True
        times = self.interview.times
        try:
            await WORDS[self.kind](connection, first=times.next_byte, total=times.conversation)
        except (NotPermitted, Stopped):
            raise
        except ProbeError:
            return False
        return True

    async def _whole(self) -> TlsFacts | None:
        times = self.interview.times
        try:
            async with await self._open() as connection:
                await connection.start_tls(tls.context(), first=times.first_byte, seconds=times.handshake)
                return tls.facts_of(connection)
        except (NotPermitted, Stopped):
            raise
        except ProbeError:
            return None

    async def _open(self) -> Connection:
        connection = await self.interview.open()
        times = self.interview.times
        try:
            await lead(
                self.kind,
                connection,
                helo=self.interview.settings.helo,
                first=times.first_byte,
                total=times.conversation,
            )
        except BaseException:
            connection.close()
            raise
        return connection

"""What is this open port, asked in an order that costs its owner least?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vigie.data.ports import hint_of
from vigie.data.rules import matcher
from vigie.engine.facts import Answer, Facts, Identity, PortState, ServiceLook, Transport

from . import (
    amqp,
    dicom,
    ftp,
    ldap,
    mailbox,
    mllp,
    mqtt,
    name_server,
    openvpn,
    rdp,
    sip,
    smb,
    smtp,
    ssh,
    starttls,
    telnet,
    vnc,
    web,
)
from .answer import Ask, Found, text_of
from .connection import Connection
from .databases import memcached, mongodb, mssql, mysql, postgresql, redis
from .errors import Closed, Garbled, NotPermitted, ProbeError, Silent, Stopped, TooLong, WantsTls
from .gate import Gate
from .scope import Permit
from .settings import ProbeSettings

#   what the port number suggests -> the questions, in order
ORDERS = {
    "ssh": ("greeting", "tls", "http", "dicom"),
    "ftp": ("greeting", "tls", "http", "dicom"),
    "smtp": ("greeting", "tls", "http", "dicom"),
    "http": ("http", "tls", "dicom"),
    "fhir": ("http", "tls", "dicom"),
    "https": ("tls", "http", "dicom", "openvpn"),  # which is often put where every firewall lets people out
    "greets-over-tls": ("tls", "greeting"),
    "dicom": ("dicom", "tls", "http"),
    "dicom-over-tls": ("tls", "dicom", "http"),
    "mllp": ("mllp",),  # nothing that an interface engine could choke on
    "telnet": ("greeting", "tls", "http"),
    "mailbox": ("greeting", "tls"),
    "vnc": ("greeting", "tls", "http"),
    "mysql": ("greeting", "tls", "http"),
    "rdp": ("rdp", "tls", "http"),
    "smb": ("smb", "tls", "http"),
    "ldap": ("ldap", "tls", "http"),
    "postgresql": ("postgresql", "tls", "http"),
    "mssql": ("mssql", "tls", "http"),
    "redis": ("redis", "tls", "http"),
    "mongodb": ("mongodb", "tls", "http"),
    "memcached": ("memcached", "tls", "http"),
    "dns": ("dns", "tls", "http"),
    "mqtt": ("mqtt", "tls", "http"),
    "amqp": ("amqp", "tls", "http"),
    "sip": ("sip", "tls", "http"),
    "openvpn": ("openvpn", "tls", "http"),
    None: ("greeting", "tls", "http", "dicom"),
}
UNTOUCHED = "untouched"  # what is sent there would be printed, or obeyed
NOTHING_SAID = "a printer or controller port: nothing is said to it"

#   where the caller speaks first -> what it says
FIRST_WORDS: Mapping[str, Ask] = {
    "dicom": dicom.ask,
    "rdp": rdp.ask,
    "ldap": ldap.ask,
    "postgresql": postgresql.ask,
    "mssql": mssql.ask,
    "redis": redis.ask,
    "mongodb": mongodb.ask,
    "memcached": memcached.ask,
    "dns": name_server.ask,
    "mqtt": mqtt.ask,
    "amqp": amqp.ask,
    "sip": sip.ask,
    "openvpn": openvpn.ask,
}
#   where the server speaks first, in a way that nothing else does -> how it goes on
GREETINGS: Mapping[str, Ask] = {"telnet": telnet.ask, "vnc": vnc.ask, "mysql": mysql.ask}


@dataclass(frozen=True, slots=True)
class Question:
    address: str
    port: int
    name: str | None  # the virtual host, None by address
    hint: str | None = None  # "http" or "https" when another look already told which it is
    named: bool = False  # asked by its address, while its names are asked too: its paths are asked under them


async def identify(question: Question, gate: Gate, settings: ProbeSettings) -> ServiceLook:
    """Ask what listens there; always returns, whatever the server does, within bounded time and memory."""
    looked_at = gate.now()
    found, identities = await Interview(question, gate, settings).ask()
    return ServiceLook(
        address=question.address,
        port=question.port,
        transport=Transport.TCP,
        name=question.name,
        state=PortState.OPEN,
        answer=found.answer,
        service=found.service or None,
        reason=found.reason,
        looked_at=looked_at,
        facts=found.facts,
        identities=identities,
        raw=found.raw,
    )


class Interview:
    def __init__(self, question: Question, gate: Gate, settings: ProbeSettings) -> None:
        self.question = question
        self.gate = gate
        self.settings = settings
        self.times = settings.timeouts
        self.hint = question.hint or hint_of(question.port)
        self.first = self.times.first_byte
        self.heard = b""  # what a server that no question understood said
        self.identities: tuple[Identity, ...] = ()

    async def ask(self) -> tuple[Found, tuple[Identity, ...]]:
        if self.hint == UNTOUCHED:
            return Found("", Facts(), (), Answer.NOT_ASKED, NOTHING_SAID), ()
        waiting = [self.hint] if self.question.hint else list(ORDERS[self.hint])
        asked: set[str] = set()
        ends: list[ProbeError] = []
        while waiting:
            kind = waiting.pop(0) or ""
            asked.add(kind)
            try:
                found = await self._one(kind)
            except ProbeError as error:
                ends.append(error)
                if _is_final(error):
                    break
                found = None
            if found is not None:
                return found, self.identities or matcher().identify(found.facts)
            if kind in {"tls", "https"} and self.heard.startswith(TLS_ALERT):
                # Nothing but TLS answers with an alert: in clear it would only tell to come back over TLS.
                reason = f"speaks TLS and refuses us: {ends[-1].reason}"
                return Found("tls", Facts(), (), Answer.GARBLED, reason), ()
            self.first = self.times.other_first_byte
            suggested = "tls" if ends and isinstance(ends[-1], WantsTls) else hear(self.heard)
            if suggested and suggested not in asked:
                waiting = [suggested]
                self.first = self.times.first_byte
        return self._unknown(ends), ()

    def _unknown(self, ends: list[ProbeError]) -> Found:
        """What to say of a port that no question understood: the end that tells most."""
        for kind in (NotPermitted, Stopped, TooLong):
            for end in ends:
                if isinstance(end, kind):
                    return Found("", Facts(banner=self._banner()), (), end.answer, end.reason)
        if self.heard:
            reason = "says something that no question understands"
            return Found("", Facts(banner=self._banner()), (), Answer.GARBLED, reason)
        for end in ends:
            if isinstance(end, Closed):
                return Found("", Facts(), (), Answer.CLOSED, end.reason)
        return Found("", Facts(), (), Answer.SILENT, "accepts, then says nothing")

    def _banner(self) -> str | None:
        return text_of(self.heard) or None

    async def _one(self, kind: str) -> Found | None:
        if kind in {"http", "fhir"}:
            return await self._web(is_tls=False)
        if kind in {"tls", "https"}:
            return await self._web(is_tls=True)
        connection = await self.open()
        async with connection:
            try:
                found = await self._talk(kind, connection)
                return await self._behind(found, connection) if found else None
            finally:
                self.heard = self.heard or connection.heard

    async def _talk(self, kind: str, connection: Connection) -> Found | None:
        first, total = self.first, self.times.conversation
        if kind in FIRST_WORDS:
            return await FIRST_WORDS[kind](connection, first=first, total=total)
        if kind == "smb":
            return await smb.ask(connection, self.open, first=first, total=total)
        if kind == "mllp":
            return await mllp.ask(connection, may_send=self._may_send_frame(), first=first)
        return await self.greeting(connection)

    async def _behind(self, found: Found, connection: Connection) -> Found:
        """The same service, with the TLS that it offers once it is asked for."""
        if found.service not in starttls.WORDS or not starttls.is_offered(found.facts):
            return found
        facts, raw = await starttls.Behind(self, found.service).look(connection)
        return replace(found, facts=replace(found.facts, tls=facts), raw=(*found.raw, *raw))

    async def _web(self, *, is_tls: bool) -> Found | None:
        visit = web.Visit(self, is_tls=is_tls)
        try:
            found = await visit.look()
            self.identities = visit.identities
            return found
        finally:
            self.heard = self.heard or visit.heard

    async def greeting(self, connection: Connection) -> Found | None:
        """Wait for the server to speak first, then continue in its protocol."""
        data = await connection.read_first(first=self.first)
        kind = hear(data)
        times = {"first": self.times.next_byte, "total": self.times.conversation}
        if kind in GREETINGS or (kind is None and self.hint == "telnet"):
            return await GREETINGS[kind or "telnet"](connection, **times)
        if kind == "ssh" or (self.hint == "ssh" and data[:1] not in b"2+*"):
            return await ssh.ask(connection, **times)
        if kind == "numbered":
            if _sounds_like_mail(data) or (self.hint == "smtp" and b"ftp" not in data.lower()):
                return await smtp.ask(connection, helo=self.settings.helo, **times)
            return await ftp.ask(connection, **times)
        if kind in {"pop3", "imap"}:
            return await mailbox.ask(connection, kind, **times)
        if b"\n" not in data:
            await connection.read_line(limit=64 * 1024, **times)  # a server that never ends its line is told as such
        raise Garbled("an unknown greeting")

    async def open(self) -> Connection:
        """A new connection to the port, through the gate; tried once more, since the port had answered the sweep."""
        try:
            return await self._open()
        except Silent:
            return await self._open()

    async def _open(self) -> Connection:
        ask = self.question
        return await self.gate.connect(ask.address, ask.port, name=ask.name, timeout_seconds=self.times.connect)

    def _may_send_frame(self) -> bool:
        permit = self.gate.permit(self.question.address, self.question.port)
        return isinstance(permit, Permit) and permit.mandate.allow_mllp_frame


def hear(data: bytes) -> str | None:
    """Which protocol the first bytes of a server tell; None when they tell none."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if telnet.negotiates(data):
        return "telnet"
    return "mysql" if mysql.greets(data) else None


TLS_ALERT = b"\x15\x03"
_STARTS = (
    (b"SSH-", "ssh"),
    (b"HTTP/", "http"),
    (b"220", "numbered"),
    (b"421", "numbered"),
    (b"554", "numbered"),
    (b"+OK", "pop3"),
    (b"* OK", "imap"),
    (b"* PREAUTH", "imap"),
    (b"* BYE", "imap"),
    (b"RFB ", "vnc"),
    (b"-NOAUTH", "redis"),
    (b"-DENIED", "redis"),
    (b"-ERR unknown command", "redis"),
    (b"-ERR wrong number of arguments", "redis"),
    (b"-ERR Protocol error", "redis"),
    (b"ERROR\r\n", "memcached"),
    (b"\x16\x03", "tls"),
    (TLS_ALERT, "tls"),
)


def _sounds_like_mail(data: bytes) -> bool:
    words = data.lower()
    return b"smtp" in words or (b"mail" in words and b"ftp" not in words)


def _is_final(error: ProbeError) -> bool:
    """No other question would fare better: refused by us, endless, or the port no longer takes connections."""
    if isinstance(error, (NotPermitted, Stopped, TooLong)):
        return True
    return error.reason in {"connection refused", "no answer to the connection"}


__all__ = ["ORDERS", "Question", "Silent", "hear", "identify"]

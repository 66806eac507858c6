"""What do the mail hosts of a domain show to whoever brings mail, and which policy does the domain publish for them?

A mail host is spoken to only where a mandate covers its address and its name: a provider's is left alone, and unknown.
One connection to each, one page for the policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vigie.engine.names import Answers, MailServer, StsPolicy, TlsaRecord, read_policy, tlsa_matches
from vigie.engine.names.mail_way import MOST_BYTES

from . import http, smtp, starttls, tls
from .connection import Connection
from .errors import NotPermitted, ProbeError, Stopped
from .gate import Gate
from .scope import Refusal
from .settings import ProbeSettings

POLICY_PATH = "/.well-known/mta-sts.txt"


class Asks(Protocol):
    """A question to our resolver: kind, name."""

    async def ask(self, kind: str, name: str) -> Answers: ...


@dataclass(frozen=True, slots=True)
class MailHosts:
    """How they are asked; the ports are those of the protocols everywhere but in tests."""

    gate: Gate
    settings: ProbeSettings
    smtp_port: int = 25
    https_port: int = 443

    async def server(self, host: str, names: Asks, records: Iterable[TlsaRecord]) -> MailServer:
        """What this host shows at the first of its addresses that may be contacted."""
        address, reason = await self._address(host, self.smtp_port, names)
        if address is None:
            return MailServer(host, reason=reason)
        try:
            async with await self._open(address, self.smtp_port, host) as connection:
                return await self._talk(connection, host, tuple(records))
        except ProbeError as error:
            return MailServer(host, reason=error.reason)

    async def policy(self, domain: str, names: Asks) -> tuple[StsPolicy | None, str]:
        """The policy of RFC 8461, as senders fetch it; None, and why, when it could not be asked."""
        host = f"mta-sts.{domain}"
        address, reason = await self._address(host, self.https_port, names)
        if address is None:
            return None, reason
        try:
            return await self._fetched(address, host), ""
        except ProbeError as error:
            return None, error.reason

    async def _address(self, host: str, port: int, names: Asks) -> tuple[str | None, str]:
        reason = "the name of the host could not be asked"
        for kind in ("A", "AAAA"):
            for address in await names.ask(kind, host) or ():
                permit = self.gate.permit(address, port, host)
                if not isinstance(permit, Refusal):
                    return address, ""
                reason = permit.reason
        return None, reason

    async def _open(self, address: str, port: int, name: str) -> Connection:
        seconds = self.settings.timeouts.connect
        return await self.gate.connect(address, port, name=name, timeout_seconds=seconds)

    async def _secure(self, address: str, name: str) -> Connection:
        connection = await self._open(address, self.https_port, name)
        times = self.settings.timeouts
        try:
            await connection.start_tls(tls.context(), first=times.first_byte, seconds=times.handshake)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _talk(self, connection: Connection, host: str, records: tuple[TlsaRecord, ...]) -> MailServer:
        times = self.settings.timeouts
        told = await smtp.ask(connection, helo=self.settings.helo, first=times.first_byte, total=times.conversation)
        facts = told.facts.smtp
        seen = MailServer(host, asked=True, starttls=facts.starttls if facts else None)
        if not seen.starttls:
            return seen
        try:
            await starttls.WORDS["smtp"](connection, first=times.next_byte, total=times.conversation)
            await connection.start_tls(tls.context(), first=times.first_byte, seconds=times.handshake)
        except (NotPermitted, Stopped):
            raise
        except ProbeError as error:
            return replace(seen, reason=f"STARTTLS is offered and does not begin: {error.reason}")
        pairs = [(der, _key_of(der)) for der in tls.chain_of(connection)]
        return replace(seen, tls=tls.facts_of(connection), tlsa_kept=tlsa_matches(records, pairs))

    async def _fetched(self, address: str, host: str) -> StsPolicy:
        times = self.settings.timeouts
        connection = await self._secure(address, host)
        leaf = tls.facts_of(connection)
        talk = http.HttpConversation(
            lambda: self._secure(address, host),
            host=http.host_header(host, self.https_port, is_tls=True),
            user_agent=self.settings.user_agent,
            first=times.first_byte,
            total=times.conversation,
            connection=connection,
        )
        async with talk:
            answer = await talk.get(POLICY_PATH, limit=MOST_BYTES)
        if answer.status != 200:
            return StsPolicy(None, fault=f"the policy is answered by {answer.status}")
        found = read_policy(answer.body.decode("utf-8", "replace"))
        if leaf.name_matches is False or (leaf.certificate and leaf.certificate.self_signed):
            return replace(found, fault=found.fault or "the policy is shown under a certificate that senders refuse")
        return found


def _key_of(der: bytes) -> bytes:
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except ValueError:
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

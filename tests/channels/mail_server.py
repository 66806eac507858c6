"""A real mail server on this machine, over TLS or not, that takes, refuses or dies as the test says."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path
from socket import create_server

from aiosmtpd.smtp import SMTP, AuthResult

ACCOUNT = (b"vigie", b"a b@c")


class Kept:
    """Takes what comes, but for the recipients of a name that says otherwise."""

    def __init__(self):
        self.messages = []
        self.envelopes = []
        self.certificates = []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.certificates.append(server.transport.get_extra_info("peercert"))
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = {"never": "550 5.1.1 no such person", "later": "451 4.7.1 greylisted"}
        name = address.partition("@")[0]
        if name in answers:
            return answers[name]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        if "spam@" in envelope.rcpt_tos[0]:
            return "554 5.7.1 not wanted"
        self.messages.append(message_from_bytes(envelope.original_content))
        envelope.line = session.peer
        self.envelopes.append(envelope)
        if "dies@" in envelope.rcpt_tos[0]:
            server.transport.abort()
        return "250 2.0.0 queued as 4F2A"


class _Server(SMTP):
    """aiosmtpd refuses the parameters of delivery reports unless it is told of them."""

    def _getparams(self, params):
        return {name: value for name, value in super()._getparams(params).items() if name not in DSN}


DSN = {"RET", "ENVID", "NOTIFY", "ORCPT"}


def _knows(server, session, envelope, mechanism, account):
    return AuthResult(success=(account.login, account.password) == ACCOUNT, handled=False)


@contextmanager
def mail_server(
    certificate: Path | None = None, *, starttls: bool = False, client: Path | None = None, account: bool = False
) -> Iterator[tuple[Kept, int]]:
    """Yield what it keeps and its port; with `client`, only who shows that very certificate is let in."""
    kept = Kept()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if client is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client)
    options = {
        "tls_context": context if starttls else None,
        "require_starttls": starttls,
        "authenticator": _knows if account else None,
        "auth_required": account,
        "auth_require_tls": starttls,
    }
    loop = asyncio.new_event_loop()
    serving = loop.create_server(
        lambda: _Server(kept, loop=loop, **options), "127.0.0.1", 0, ssl=None if starttls else context
    )
    server = loop.run_until_complete(serving)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield kept, server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)


@contextmanager
def rude_server(*lines: bytes) -> Iterator[int]:
    """Says these lines, one per thing that it is told, then closes."""
    door = create_server(("127.0.0.1", 0))

    def speak() -> None:
        with suppress(OSError):
            while True:
                line, _ = door.accept()
                with line:
                    for said in lines:
                        line.sendall(said)
                        if not line.recv(65536):
                            break

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    try:
        yield door.getsockname()[1]
    finally:
        door.close()
        thread.join(0.1)

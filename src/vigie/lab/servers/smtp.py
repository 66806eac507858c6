"""SMTP, by aiosmtpd: greets as its face, offers STARTTLS unless told not to, takes no message."""

import asyncio
import socket

from aiosmtpd.smtp import SMTP

from vigie.lab.faces import Trait

from .certificates import Certificates
from .visit import Visit


class _NoRelay:
    """Refuses every recipient: nothing is ever delivered."""

    async def handle_RCPT(self, *_: object) -> str:  # noqa: N802 -- the name that aiosmtpd calls
        return "550 5.7.1 Relay access denied"


class SmtpServer:
    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates

    async def serve(self, connection: socket.socket, visit: Visit) -> None:
        loop = asyncio.get_running_loop()
        clear = Trait.NO_TLS in visit.face.traits
        context = None if clear else self._certificates.context(visit)

        def session() -> SMTP:
            return SMTP(
                _NoRelay(), hostname=visit.own_name, ident=visit.face.says, tls_context=context, timeout=30, loop=loop
            )

        await loop.connect_accepted_socket(session, connection)

"""HTTP and HTTPS, by aiohttp: one application, which answers with the face of the port that was asked."""

import asyncio
import socket
from collections.abc import Callable

from aiohttp import web

from vigie.lab.faces import Protocol

from . import pages
from .certificates import Certificates
from .visit import Visit

_HANDSHAKE_SECONDS = 10.0


class WebServer:
    """`visit_at` tells the face of the moment; a connection keeps the one that it began with only by its TLS."""

    def __init__(self, certificates: Certificates, visit_at: Callable[[str, int], Visit | None]) -> None:
        self._certificates, self._visit_at = certificates, visit_at
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        application.on_response_prepare.append(_without_our_name)
        self._runner = web.AppRunner(application, access_log=None, keepalive_timeout=15.0, shutdown_timeout=0.2)

    async def start(self) -> None:
        await self._runner.setup()

    async def close(self) -> None:
        await self._runner.cleanup()

    async def serve(self, connection: socket.socket, visit: Visit) -> None:
        server = self._runner.server
        assert server is not None  # started before any port is open
        secure = visit.face.protocol is Protocol.HTTPS
        context = self._certificates.context(visit) if secure else None
        loop = asyncio.get_running_loop()
        patience = _HANDSHAKE_SECONDS if secure else None
        await loop.connect_accepted_socket(server, connection, ssl=context, ssl_handshake_timeout=patience)

    async def _answer(self, request: web.Request) -> web.Response:
        transport = request.transport
        where = transport.get_extra_info("sockname") if transport else None
        visit = self._visit_at(*where[:2]) if where else None
        if visit is None or not visit.face.page:
            return web.Response(status=503)
        marked = "X-Requested-With" in request.headers
        page = pages.answer(visit, request.path, request.headers.get("Host", ""), marked=marked)
        response = web.Response(status=page.status, text=page.body, content_type=page.kind)
        for name, value in page.headers:
            response.headers.add(name, value)
        return response


async def _without_our_name(_request: web.Request, response: web.StreamResponse) -> None:
    """The library signs what is not signed; a face that shows no Server header must show none."""
    if "aiohttp" in response.headers.get("Server", ""):
        del response.headers["Server"]

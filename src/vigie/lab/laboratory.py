"""Hold the doors of the laboratory: listen where the plan says, and hand each visitor to its server."""

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .faces import Face, Protocol
from .plan import PHASES, Host, Plan, Service
from .records import Record
from .servers.certificates import Certificates
from .servers.dicom import DicomServer
from .servers.dns import DnsServer
from .servers.ftp import FtpServer
from .servers.smtp import SmtpServer
from .servers.ssh import SshServer
from .servers.streams import serve_big_header, serve_mllp, serve_silence, serve_without_end
from .servers.visit import Visit
from .servers.web import WebServer

Place = tuple[str, int]
Serve = Callable[[socket.socket, Visit], Awaitable[None]]
_ACCEPTED_AT_ONCE = 32
_SECURE_PORT = 8443


class CannotListen(Exception):
    """A door cannot be opened; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class _Door:
    host: Host
    service: Service


# A request to end that arrives with an answer may be lost (asyncio.wait_for before Python 3.12): it is made again.
_ASKED_TO_LEAVE = 5


class Laboratory:
    """Every listener of a plan, in one process. Start, turn from phase to phase, stop: on one event loop."""

    def __init__(self, plan: Plan, home: Path, now: datetime) -> None:
        self.plan = plan
        self.phase = PHASES[0]
        self.contacts: Counter[Place] = Counter()  # connections accepted, by address and port
        self._doors = {(host.address, service.port): _Door(host, service) for host, service in plan.listeners()}
        self._open: dict[Place, socket.socket] = {}
        self._visits: set[asyncio.Future[None]] = set()
        self._home, self._now = home, now

    async def start(self, phase: int = PHASES[0]) -> None:
        """Open every door of the phase; raises CannotListen, with everything closed again."""
        certificates = Certificates(self._home / "certificates", self._now)
        self._dns, self._dicom, self._ftp = DnsServer(self.plan.names()), DicomServer(), FtpServer(certificates)
        self._web = WebServer(certificates, self._visit)
        web, odd = self._web.serve, Protocol
        self._servers: dict[Protocol, Serve] = {
            odd.SSH: SshServer().serve,
            odd.FTP: self._ftp.serve,
            odd.SMTP: SmtpServer(certificates).serve,
            odd.HTTP: web,
            odd.HTTPS: web,
            odd.FHIR: web,
            odd.DICOM: self._dicom.serve,
            odd.MLLP: serve_mllp,
            odd.SILENT: serve_silence,
            odd.ENDLESS: serve_without_end,
            odd.BIG_HEADER: serve_big_header,
        }
        await self._web.start()
        try:
            await self._dns.start(*self.plan.dns)
            self.set_phase(phase)
        except OSError as error:
            await self.stop()
            raise CannotListen(_sentence(self.plan.dns, error)) from error
        except CannotListen:
            await self.stop()
            raise

    @property
    def open_doors(self) -> int:
        return len(self._open)

    def publish(self, records: Iterable[Record]) -> None:
        self._dns.publish(records)

    def set_phase(self, phase: int) -> None:
        """Turn to a phase: faces change at once, only ports that appear or vanish are opened or closed."""
        if phase not in PHASES:
            raise ValueError(f"no phase {phase}: one of {', '.join(map(str, PHASES))}")
        self.phase = phase
        for place, door in self._doors.items():
            wanted = door.service.face(phase) is not None
            if wanted and place not in self._open:
                self._listen(place)
            elif not wanted and place in self._open:
                self._close(place)

    def forbidden_contacts(self) -> dict[Place, int]:
        """Connections received where no mandate lets anybody connect: must stay empty."""
        return {place: self.contacts[place] for place in sorted(self.plan.forbidden()) if self.contacts[place]}

    async def stop(self) -> None:
        """Close every door and let every visitor go."""
        for place in list(self._open):
            self._close(place)
        for _ in range(_ASKED_TO_LEAVE):
            for visit in list(self._visits):
                visit.cancel()
            if self._visits:
                await asyncio.wait(self._visits, timeout=0.1)
        self._dns.close()
        self._dicom.close()
        self._ftp.close()
        await self._web.close()

    def _visit(self, address: str, port: int) -> Visit | None:
        door = self._doors.get((address, port))
        face = door.service.face(self.phase) if door else None
        if door is None or face is None:
            return None
        return Visit(address, port, door.host.name, face, _secure_port(door.host, self.phase))

    def _listen(self, place: Place) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen(128)
        except OSError as error:
            listener.close()
            raise CannotListen(_sentence(place, error)) from error
        listener.setblocking(False)
        self._open[place] = listener
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept, place)

    def _close(self, place: Place) -> None:
        listener = self._open.pop(place)
        asyncio.get_running_loop().remove_reader(listener.fileno())
        listener.close()

    def _accept(self, place: Place) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            listener = self._open.get(place)
            try:
                connection, _peer = listener.accept() if listener else (None, None)
            except OSError:
                return  # nobody is waiting any more
            visit = self._visit(*place)
            if connection is None or visit is None:
                return
            self.contacts[place] += 1
            connection.setblocking(False)
            task = asyncio.ensure_future(self._serve(connection, visit))
            self._visits.add(task)
            task.add_done_callback(self._visits.discard)

    async def _serve(self, connection: socket.socket, visit: Visit) -> None:
        try:
            await self._servers[visit.face.protocol](connection, visit)
        except (OSError, TimeoutError):
            connection.close()  # the visitor left in the middle of a handshake


def _secure_port(host: Host, phase: int) -> int:
    faces = {service.port: service.face(phase) for service in host.services}
    return next((port for port, face in sorted(faces.items()) if _is_secure(face)), _SECURE_PORT)


def _is_secure(face: Face | None) -> bool:
    return face is not None and face.protocol is Protocol.HTTPS


def _sentence(place: Place, error: OSError) -> str:
    where = f"{place[0]}:{place[1]}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is already in use. Another laboratory is probably running: stop it,"
            " or move this one to other addresses with --network 127.64."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{where} is not an address of this machine: the laboratory needs a system whose loopback is 127.0.0.0/8."
        )
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"No more files may be opened, at {where}: raise the limit (ulimit -n 4096) and start again."
    return f"Cannot listen on {where}: {error.strerror}."

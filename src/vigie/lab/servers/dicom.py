"""DICOM, by pynetdicom: answers anyone, or refuses callers that it does not know. Nothing received is kept."""

import asyncio
import socket
from typing import Any, cast

from pynetdicom import AE, evt
from pynetdicom.transport import ThreadedAssociationServer

from vigie.lab.faces import Face, Trait

from .visit import Visit

KNOWN_CALLER = "IRM-SALLE-2"
#   SOP classes that it offers: Verification, then storage of CT, MR and ultrasound images (PS3.6, annex A)
OFFERED = (
    "1.2.840.10008.1.1",
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.6.1",
)


class _Associations(ThreadedAssociationServer):
    """Serves connections that the laboratory accepted: it listens nowhere itself."""

    daemon_threads = True

    def server_bind(self) -> None:
        return

    def server_activate(self) -> None:
        return


class DicomServer:
    def __init__(self) -> None:
        self._servers: dict[str, _Associations] = {}

    async def serve(self, connection: socket.socket, visit: Visit) -> None:
        connection.setblocking(True)
        peer = connection.getpeername()
        server = self._server(visit.face)
        # Its set-up copies every presentation context: not on the loop that serves the others.
        await asyncio.to_thread(server.process_request, connection, peer)

    def close(self) -> None:
        for server in self._servers.values():
            for association in server.active_associations:
                association.dul.kill_dul()  # an abort would wait for an answer, or break before the first message
                if association.dul.socket:
                    association.dul.socket.close()
            if server.socket:
                server.socket.close()

    def _server(self, face: Face) -> _Associations:
        if face.slug not in self._servers:
            self._servers[face.slug] = _node(face)
        return self._servers[face.slug]


def _node(face: Face) -> _Associations:
    node = AE(ae_title="VALOMBRE")
    node.implementation_version_name = face.says
    node.maximum_associations = 1000
    node.acse_timeout = node.dimse_timeout = node.network_timeout = 10
    if Trait.REFUSES_UNKNOWN in face.traits:
        node.require_calling_aet = [KNOWN_CALLER]
    for sop_class in OFFERED:
        node.add_supported_context(sop_class)
    server = node.make_server(
        ("127.0.0.1", 0),
        evt_handlers=[(evt.EVT_C_STORE, _accept_and_forget), (evt.EVT_CONN_OPEN, _end_with_the_process)],
        server_class=_Associations,
    )
    return cast(_Associations, server)


def _end_with_the_process(event: Any) -> None:
    """An association that begins while the laboratory ends would keep the process for ten seconds."""
    event.assoc.dul.daemon = True


def _accept_and_forget(_event: Any) -> int:
    return 0x0000

"""FTP, by pyftpdlib on its own loop in one thread: greets as its face, offers AUTH TLS, lets nobody in."""

import logging
import socket
import ssl
import threading
import warnings
from collections import deque
from typing import Any

from vigie.lab.faces import Trait

from .certificates import Certificates
from .visit import Visit

with warnings.catch_warnings():
    # It stands on asyncore, which left the standard library after 3.11 and which it then brings itself.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.handlers.ftp.control import proto_cmds
    from pyftpdlib.ioloop import AsyncChat, IOLoop

_HANDSHAKE_SECONDS = 3.0


def _command(help_text: str, *, argument: bool) -> dict[str, object]:
    return {"perm": None, "auth": False, "arg": argument, "help": help_text}


class _Session(FTPHandler):  # type: ignore[misc]  # a library without types
    """One visitor. AUTH TLS goes through the standard library, where pyftpdlib's own asks for pyOpenSSL."""

    authorizer = DummyAuthorizer()  # without any account
    timeout = 60
    auth_failed_timeout = 0.05  # the library makes one wait 3 s; nobody guesses passwords here
    proto_cmds = proto_cmds | {
        "AUTH": _command("Syntax: AUTH <SP> TLS (set up a secure control channel).", argument=True),
        "PBSZ": _command("Syntax: PBSZ <SP> 0 (negotiate TLS buffer).", argument=True),
        "PROT": _command("Syntax: PROT <SP> P (protect the data channel).", argument=True),
    }
    socket: Any
    context: ssl.SSLContext | None = None

    def welcome(self, banner: str, encoding: str, context: ssl.SSLContext | None) -> None:
        self.banner, self.encoding, self.context = banner, encoding, context
        if context:
            self._extra_feats = ["AUTH TLS", "PBSZ", "PROT"]
        self.handle()

    def ftp_AUTH(self, line: str) -> None:  # noqa: N802 -- the name that pyftpdlib calls
        if self.context is None:
            self.respond("502 AUTH is not available here.")
        elif line.upper() not in {"TLS", "TLS-C"}:
            self.respond("504 Unknown security mechanism.")
        elif isinstance(self.socket, ssl.SSLSocket):
            self.respond("503 Already using TLS.")
        else:
            self.respond("234 AUTH TLS successful.")
            self._secure(self.context)

    def _secure(self, context: ssl.SSLContext) -> None:
        self.socket.settimeout(_HANDSHAKE_SECONDS)  # one visitor at a time may wait here
        try:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        except OSError:
            self.close()
        else:
            self.socket.setblocking(False)

    def ftp_PBSZ(self, _line: str) -> None:  # noqa: N802
        self.respond("200 PBSZ=0 successful.")

    def ftp_PROT(self, line: str) -> None:  # noqa: N802
        self.respond("200 Protection set." if line.upper() == "P" else "504 Only P is accepted.")

    def handle_read(self) -> None:
        try:
            super().handle_read()
        except ssl.SSLWantReadError:
            return  # a TLS record that is not whole yet

    def log(self, *_: Any, **__: Any) -> None:
        return  # visitors are counted by the laboratory, not logged


class _Inbox(AsyncChat):  # type: ignore[misc]  # a library without types
    """Where another thread leaves the connections that it accepted."""

    def __init__(
        self, end: socket.socket, ioloop: Any, waiting: "deque[tuple[socket.socket, Any]]", ended: threading.Event
    ) -> None:
        super().__init__(end, ioloop=ioloop)
        self.ip_map: list[str] = []  # read by the sessions, of which this is the server
        self._waiting, self._ended = waiting, ended
        self.set_terminator(None)

    def _accept_new_cons(self) -> bool:
        return True

    def collect_incoming_data(self, _data: bytes) -> None:
        if self._ended.is_set():
            self.ioloop.close()  # on its own thread; the loop ends when it holds no socket any more
            return
        while self._waiting:
            connection, (banner, encoding, context) = self._waiting.popleft()
            session = _Session(connection, self, ioloop=self.ioloop)
            if session.connected:
                session.welcome(banner, encoding, context)


class FtpServer:
    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._waiting: deque[tuple[socket.socket, Any]] = deque()
        self._ended = threading.Event()
        self._bell, end = socket.socketpair()
        end.setblocking(False)
        loop = IOLoop()
        _Inbox(end, loop, self._waiting, self._ended)
        logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())  # else it writes on stderr by itself
        self._thread = threading.Thread(target=loop.loop, name="lab-ftp", daemon=True)
        self._thread.start()

    async def serve(self, connection: socket.socket, visit: Visit) -> None:
        traits = visit.face.traits
        context = None if Trait.NO_TLS in traits else self._certificates.context(visit)
        encoding = "latin-1" if Trait.LATIN_1 in traits else "utf8"
        self._waiting.append((connection, (visit.face.says, encoding, context)))
        self._bell.send(b"!")

    def close(self) -> None:
        self._ended.set()
        self._bell.send(b"!")
        self._thread.join(1.0)
        self._bell.close()

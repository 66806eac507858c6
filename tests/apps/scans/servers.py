"""Tiny real servers on loopback addresses, whose words a test can change between two looks."""

import socketserver
import threading
from contextlib import suppress

GREETING_WEAK = "220 (vsFTPd 2.3.4)"
GREETING_SOUND = "220 (vsFTPd 3.0.5)"


class FtpServer:
    """Greets and tells its features; counts who came and what they sent."""

    def __init__(self, address: str, port: int, greeting: str = GREETING_WEAK, *, auth_tls: bool = True) -> None:
        self.address, self.port = address, port
        self.greeting, self.auth_tls = greeting, auth_tls
        self.connections = self.bytes_received = 0
        self._server: socketserver.ThreadingTCPServer | None = None

    def start(self) -> "FtpServer":
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    outer.talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        self._server = Server((self.address, self.port), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def talk(self, handler: socketserver.StreamRequestHandler) -> None:
        self.connections += 1
        handler.wfile.write(f"{self.greeting}\r\n".encode())
        while line := handler.rfile.readline(512):
            self.bytes_received += len(line)
            if line.upper().startswith(b"FEAT"):
                tls = b" AUTH TLS\r\n" if self.auth_tls else b""
                handler.wfile.write(b"211-Features:\r\n" + tls + b" UTF8\r\n211 End\r\n")
            elif self.auth_tls and line.upper().startswith(b"AUTH TLS"):
                handler.wfile.write(b"234 Proceed.\r\n")
                return
            elif line.upper().startswith(b"QUIT"):
                handler.wfile.write(b"221 Goodbye.\r\n")
                return
            else:
                handler.wfile.write(b"500 Unknown command.\r\n")

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

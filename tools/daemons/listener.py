"""A listener that hands each connection to a program: python listener.py ADDRESS PORT PROGRAM [ARGUMENT...]."""

import socket
import subprocess
import sys
from contextlib import suppress

MOST = 32  # programs at once


def main(arguments: list[str]) -> None:
    address, port, *command = arguments
    started: list[subprocess.Popen[bytes]] = []
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, int(port)))
        server.listen(64)
        while True:
            connection, _ = server.accept()
            started = [process for process in started if process.poll() is None]
            with connection, suppress(OSError):
                if len(started) < MOST:
                    started.append(subprocess.Popen(command, stdin=connection, stdout=connection))


if __name__ == "__main__":
    main(sys.argv[1:])

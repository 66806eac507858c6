"""May we listen here, and who does already?"""

import errno
import socket
from enum import StrEnum

ANSWER_BYTES = 4096
PRODUCT = b'"product": "vigie"'  # what /healthz says of itself


class Place(StrEnum):
    FREE = "free"
    VIGIE = "vigie"  # another Vigie answers there
    TAKEN = "taken"  # something else listens there
    FORBIDDEN = "forbidden"  # this user may not listen on that port
    ABSENT = "absent"  # that address is not one of this machine


def look(host: str, port: int, *, asked_as: str = "localhost", timeout_seconds: float = 2.0) -> Place:
    """Say whether a server may listen on this address and port of this machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as door:
            # As servers do: a port that was just left can be taken again at once.
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
            door.listen(1)
    except PermissionError:
        return Place.FORBIDDEN
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return Place.ABSENT
        return Place.VIGIE if is_vigie(host, port, asked_as, timeout_seconds) else Place.TAKEN
    return Place.FREE


def is_vigie(host: str, port: int, asked_as: str = "localhost", timeout_seconds: float = 2.0) -> bool:
    """Ask /healthz; False for whatever answers otherwise, or not at all."""
    request = f"GET /healthz HTTP/1.0\r\nHost: {asked_as}\r\nConnection: close\r\n\r\n".encode("ascii", "replace")
    answer = b""
    try:
        with socket.create_connection((reachable(host), port), timeout_seconds) as line:
            line.sendall(request)
            while len(answer) < ANSWER_BYTES and (more := line.recv(ANSWER_BYTES)):
                answer += more
    except OSError:
        return False
    return answer.startswith(b"HTTP/1.") and b" 200 " in answer[:20] and PRODUCT in answer


def reachable(host: str) -> str:
    """The address by which a server that listens on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 -- read, not bound

"""Many declarants at once, in a process of their own that costs little: `python declarants.py PORT < plan.json`.

Written on bare sockets: the processor that it takes is the server's too, on the same machine. An open loop: each
leaves at its time, whatever became of the others. The plan names who sends what, when; the answers go to stdout.
"""

import json
import os
import selectors
import socket
import sys
import time
from urllib.parse import urlencode

ESTABLISHMENTS = 500
FROM_ONE_PLACE = 25  # under what one address may declare in an hour: the surge comes from hundreds of places
TOKEN = "b" * 32  # a cookie and a field that say the same: what the guard against forged requests asks for
PATIENCE_SECONDS = 30.0
FORM = {
    "csrfmiddlewaretoken": TOKEN,
    "deed": "declare",
    "structure": "Centre hospitalier de Valmorne",
    "name": "Administratrice de garde",
    "telephone": "01 00 00 00 00",
    "seen": "Les fichiers du service d'imagerie ne s'ouvrent plus. " * 6,
    "care": "degraded",
    "data_loss": "yes",
    "natures": "health",
    "kind": "ransomware",
}


class Request:
    """One declarant: the socket, what is left to send, what has come."""

    def __init__(self, number: int, key: str, due: float) -> None:
        self.number, self.key, self.due = number, key, due
        self.left, self.answer = b"", b""
        place = number // FROM_ONE_PLACE + 1
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.bind((f"127.77.{place // 250}.{place % 250 + 1}", 0))

    def outcome(self) -> tuple[int, str]:
        """Status and reference; 0 when nothing was answered."""
        if not self.answer.startswith(b"HTTP/"):
            return 0, ""
        found = self.answer.partition(b"\r\nLocation: /incidents/mine/")[2].partition(b"/")[0]
        return int(self.answer[9:12]), found.decode()


class Crowd:
    def __init__(self, port: int, finess: list[str]) -> None:
        self.port, self.finess = port, finess
        self.form, self.seen_at = urlencode(FORM), time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() - 7200))
        self.open = selectors.EpollSelector()
        self.told: list[tuple[int, str, int, str, float]] = []  # number, key, status, reference, seconds from its time
        self.start = time.perf_counter()

    def run(self, plan: list[tuple[float, int, str]]) -> None:
        """Send each (seconds after the start, number, key), then wait for what was not answered."""
        for after, number, key in plan:
            due = self.start + after
            while (wait := due - time.perf_counter()) > 0:
                self._turn(wait)
            self._send(Request(number, key, due))
        while self.open.get_map():
            self._turn(1.0)
            self._give_up()

    def _send(self, one: Request) -> None:
        finess = self.finess[one.number % len(self.finess)]
        seen_at = self.seen_at.replace(":", "%3A")
        body = (
            f"{self.form}&key={one.key}&finess={finess}&discovered_at={seen_at}"
            f"&email=garde{one.number}%40valmorne.example"
        )
        one.left = (
            "POST /incidents/declare HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nCookie: csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
        ).encode()
        one.socket.connect_ex(("127.0.0.1", self.port))
        self.open.register(one.socket, selectors.EVENT_WRITE, one)

    def _turn(self, wait: float) -> None:
        for chosen, event in self.open.select(wait):
            one: Request = chosen.data
            try:
                if event & selectors.EVENT_WRITE:
                    one.left = one.left[one.socket.send(one.left) :]
                    if not one.left:
                        self.open.modify(one.socket, selectors.EVENT_READ, one)
                else:
                    part = one.socket.recv(65536)
                    one.answer += part
                    if not part:
                        self._end(one)
            except OSError:
                self._end(one)

    def _end(self, one: Request) -> None:
        self.open.unregister(one.socket)
        one.socket.close()
        self.told.append((one.number, one.key, *one.outcome(), time.perf_counter() - one.due))

    def _give_up(self) -> None:
        late = [chosen.data for chosen in self.open.get_map().values()]
        for one in late:
            if time.perf_counter() - one.due > PATIENCE_SECONDS:
                self._end(one)


def main() -> None:
    asked = json.load(sys.stdin)
    crowd = Crowd(int(sys.argv[1]), asked["finess"])
    crowd.run(asked["plan"])
    spent = os.times()
    json.dump({"told": crowd.told, "cpu_seconds": spent.user + spent.system}, sys.stdout)


if __name__ == "__main__":
    main()

"""vigie-sweep: reads a plan, sends its SYNs, prints what answers. It needs CAP_NET_RAW, for a moment."""

import argparse
import json
import os
import secrets
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from .plan import END, MOST_HEADER, NO_ROUTE, OPEN, READY, RECORD, REFUSED, STOPPED, WITHHELD, BadPlan, Plan, read_plan
from .privilege import give_up
from .run import Sockets, Sweep

OK, FAILED, USAGE, ENDED = 0, 1, 2, 3
# Above the ports that Linux gives to those who ask for any (32768 to 60999).
_SOURCE_PORTS = range(61000, 65536)
_STOP_PERIOD_SECONDS = 0.2


class Input:
    """The plan, then the orders: each line is the place before which questions may leave; the end is a stop."""

    def __init__(self, descriptor: int, stop_file: Path | None) -> None:
        self._descriptor = descriptor
        self._stop_file = stop_file
        self._held = b""
        self._credit: int | None = None
        self._ended = False
        self._next_look = 0.0
        self.obeys = False  # when the plan gives all credit at once, what follows it is of no matter

    def line(self) -> bytes:
        while b"\n" not in self._held and len(self._held) < MOST_HEADER and self._more():
            pass
        line, _, self._held = self._held.partition(b"\n")
        return line

    def exactly(self, count: int) -> bytes:
        parts, missing = [self._held[:count]], count - len(self._held[:count])
        self._held = self._held[count:]
        while missing and (part := os.read(self._descriptor, min(missing, 1 << 20))):
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def begin(self, credit: int | None) -> None:
        """The plan was read: what comes now are orders, some of which may have come with it."""
        self._credit = credit
        self.obeys = credit is not None
        self._ended = self._ended or (self.obeys and not self._obeyed())

    def credit(self) -> int | None:
        return self._credit

    def stopped(self) -> bool:
        moment = time.monotonic()
        if self._stop_file is not None and moment >= self._next_look:
            self._next_look = moment + _STOP_PERIOD_SECONDS
            self._ended = self._ended or self._stop_file.exists()
        if self.obeys and not self._ended and select.select([self._descriptor], [], [], 0)[0]:
            self._ended = not self._more() or not self._obeyed()
        return self._ended

    def end(self, number: int, frame: FrameType | None) -> None:
        self._ended = True

    def fileno(self) -> int:
        return self._descriptor if self.obeys and not self._ended else -1

    def _more(self) -> bytes:
        part = os.read(self._descriptor, 65536)
        self._held += part
        return part

    def _obeyed(self) -> bool:
        """Take the orders that have come whole; what is not a number is a stop."""
        *lines, self._held = self._held.split(b"\n")
        if not all(line.isdigit() and len(line) < 16 for line in lines) or len(self._held) > 16:
            return False
        self._credit = max([self._credit or 0, *(int(line) for line in lines)])
        return True


def main() -> None:
    """Exit codes: 0 all asked, 1 could not, 2 the plan cannot be used, 3 stopped."""
    arguments = _arguments()
    try:
        held = _reserved_port()
        sockets = Sockets(held.getsockname()[1], (4, 6) if held.family == socket.AF_INET6 else (4,))
        give_up()
    except PermissionError:
        _end("vigie-sweep may not send raw packets: give it CAP_NET_RAW (docs/runbooks/sweep.md).", FAILED)
    except OSError as error:
        _end(f"vigie-sweep could not open its sockets: {error}", FAILED)
    if arguments.check:
        print(json.dumps({"ready": True}))  # noqa: T201
        sys.exit(OK)
    descriptor = os.open(arguments.plan, os.O_RDONLY) if arguments.plan else 0
    orders = Input(descriptor, arguments.stop_file)
    signal.signal(signal.SIGTERM, orders.end)
    signal.signal(signal.SIGINT, orders.end)
    if not arguments.lines:
        os.write(1, np.array([(READY, 0, 0, 0, 0)], dtype=RECORD).tobytes())
    try:
        plan = read_plan(orders.line(), orders.exactly)
    except BadPlan as error:
        _end(f"vigie-sweep: {error}.", USAGE)
    orders.begin(plan.credit)
    sys.exit(_swept(plan, sockets, orders, lines=arguments.lines))


def _swept(plan: Plan, sockets: Sockets, orders: Input, *, lines: bool) -> int:
    ends: list[int] = []

    def tell(records: NDArray[np.void]) -> None:
        ends.extend(records["reason"][records["kind"] == END].tolist())
        data = "".join(_told(plan, records)).encode() if lines else records.tobytes()
        while data:
            data = data[os.write(1, data) :]

    try:
        Sweep(plan, sockets, orders, tell).run()
    except BrokenPipeError:
        return ENDED
    return {STOPPED: ENDED, WITHHELD: FAILED}.get(ends[-1], OK)


def _told(plan: Plan, records: NDArray[np.void]) -> Iterator[str]:
    names = {OPEN: "open", REFUSED: "refused", NO_ROUTE: "no route"}
    for record in records:
        if record["kind"] in names:
            host, state = int(record["host"]), names[record["kind"]]
            yield json.dumps({"address": _address(plan, host), "port": int(record["port"]), "state": state}) + "\n"
        elif record["kind"] == END:
            ends = {STOPPED: "stopped", WITHHELD: "withheld"}.get(int(record["reason"]), "done")
            yield json.dumps({"end": ends, "place": int(record["place"])}) + "\n"


def _address(plan: Plan, host: int) -> str:
    fours = len(plan.hosts4)
    if host < fours:
        return socket.inet_ntop(socket.AF_INET, plan.hosts4[host].tobytes())
    return socket.inet_ntop(socket.AF_INET6, plan.hosts6[host - fours].tobytes())


def _reserved_port() -> socket.socket:
    """A port that nobody else of this machine speaks from: its kernel then resets what answers, for it listens not."""
    try:
        held = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)  # of IPv4 too
    except OSError:
        held = socket.socket()
    for _ in range(100):
        try:
            held.bind(("", secrets.choice(_SOURCE_PORTS)))
        except OSError:
            continue
        return held
    raise OSError("no source port is free above 61000")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("vigie-sweep", description="Send the SYNs of a plan, print what answers.")
    parser.add_argument("--plan", type=Path, help="file that holds the plan; standard input when left out")
    parser.add_argument("--lines", action="store_true", help="print lines of JSON instead of records of 16 bytes")
    parser.add_argument("--stop-file", type=Path, help="end as soon as this file exists")
    parser.add_argument("--check", action="store_true", help="only say whether it may send raw packets")
    return parser.parse_args()


def _end(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr)  # noqa: T201
    sys.exit(code)


if __name__ == "__main__":
    main()

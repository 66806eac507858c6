"""Sweep through `vigie-sweep`: the gate gives leave for each question, the small process sends it."""

import secrets
import select
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vigie.engine.facts import PortState

from .gate import Gate
from .raw.order import Order
from .raw.plan import DONE, END, NO_ROUTE, OPEN, READY, RECORD, REFUSED, Pace, Plan
from .scope import Intensity, Refusal
from .stop import StopSignal

Place = tuple[str, int]
Dial = Callable[[], socket.socket]  # a stream to a new vigie-sweep

READY_SECONDS = 20.0  # the process starts an interpreter and numpy; a busy machine took more than 5 s
_AHEAD = 256  # places looked at together
_TICK_SECONDS = 0.05


class NoRawSweep(Exception):
    """vigie-sweep cannot be had here; the message says why. Ordinary connections do its work."""


@dataclass(frozen=True, slots=True)
class RawAnswers:
    """What is known of each place; `left` are those that were not asked to the end, for whoever goes on."""

    states: Mapping[Place, PortState]
    left: tuple[Place, ...]


def dial_unix(path: Path) -> Dial:
    """The socket where systemd starts one vigie-sweep for each connection."""

    def dial() -> socket.socket:
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            stream.settimeout(READY_SECONDS)
            stream.connect(str(path))
        except OSError as error:
            stream.close()
            raise NoRawSweep(f"{path}: {error.strerror or error}") from None
        return stream

    return dial


def check_ready(dial: Dial) -> None:
    """Raises NoRawSweep when no vigie-sweep that may send answers there."""
    with dial() as stream:
        _await_ready(stream)


def raw_sweep(
    addresses: Sequence[str],
    ports: tuple[int, ...],
    *,
    gate: Gate,
    intensity: Intensity,
    stop: StopSignal,
    timeout_seconds: float,
    tries: int,
    dial: Dial,
) -> RawAnswers:
    """Ask these ports of these addresses, all of which the gate permits now. Blocks; raises NoRawSweep before any.

    Nothing leaves that the gate has not let go at that very moment: it counts each question, and what it refuses ends
    this sweep. A stop, or the death of this process, ends it within a tenth of a second.
    """
    numbered = sorted(addresses, key=lambda address: ":" in address)  # a plan numbers IPv4 first
    work = _Sweep(_plan(numbered, ports, gate, intensity, timeout_seconds, tries), tuple(numbered), gate, stop)
    with dial() as stream:
        _await_ready(stream)
        work.run(stream)
    return work.answers()


@dataclass(slots=True)
class _Sweep:
    plan: Plan
    addresses: tuple[str, ...]
    gate: Gate
    stop: StopSignal
    states: dict[tuple[int, int], PortState] = field(default_factory=dict)  # (host, port)
    granted: int = 0
    held: bytes = b""
    ended: bool = False  # by itself, everything asked
    over: bool = False

    def run(self, stream: socket.socket) -> None:
        stream.settimeout(READY_SECONDS)
        try:
            stream.sendall(bytes(self.plan))
            order = Order(self.plan.hosts, len(self.plan.ports), int.from_bytes(self.plan.key, "little"))
            while not (self.over or self.stop.is_set()):
                before = self.granted
                wait = self._grant(order)
                if self.granted != before:
                    stream.sendall(b"%d\n" % self.granted)
                self._hear(stream, wait)
        except OSError:
            return  # it went away: what it did not answer is left

    def answers(self) -> RawAnswers:
        silent = PortState.SILENT if self.ended else None
        states, left = {}, []
        for host, address in enumerate(self.addresses):
            for port in self.plan.ports:
                state = self.states.get((host, port)) or self.states.get((host, 0)) or silent
                if state is None:
                    left.append((address, port))
                else:
                    states[address, port] = state
        return RawAnswers(states, tuple(left))

    def _grant(self, order: Order) -> float:
        """Let go what may leave now; return the seconds until more may."""
        end = len(order) * self.plan.tries
        while self.granted < end:
            turn, place = divmod(self.granted, len(order))
            hosts, ports = order.at(place, min(place + _AHEAD, len(order)))
            for host, index in zip(hosts.tolist(), ports.tolist(), strict=True):
                port = self.plan.ports[index]
                # What has answered is not asked again: the process skips it too, and knows of at least as many.
                if not (turn and ((host, port) in self.states or (host, 0) in self.states)):
                    wait = self._leave(self.addresses[host], port)
                    if wait or self.over:
                        return wait
                self.granted += 1
        return _TICK_SECONDS

    def _leave(self, address: str, port: int) -> float:
        leave = self.gate.leave(address, port)
        if isinstance(leave, Refusal):
            self.over = True
            return 0.0
        return leave

    def _hear(self, stream: socket.socket, wait: float) -> None:
        if not select.select([stream], [], [], min(wait, _TICK_SECONDS))[0]:
            return
        part = stream.recv(1 << 20)
        self.over = self.over or not part
        self.held += part
        whole = len(self.held) // RECORD.itemsize * RECORD.itemsize
        self._note(np.frombuffer(self.held[:whole], dtype=RECORD))
        self.held = self.held[whole:]

    def _note(self, records: NDArray[np.void]) -> None:
        for kind, reason, port, host, _place in records.tolist():
            if kind in _STATES and host < len(self.addresses):
                self.states[host, port] = _STATES[kind]
                if self.granted > self.plan.hosts * len(self.plan.ports):
                    # It said nothing in the first turn: it was asked more than it could follow.
                    self.gate.slow(self.addresses[host])
            elif kind == END:
                self.ended, self.over = reason == DONE, True


_STATES = {OPEN: PortState.OPEN, REFUSED: PortState.REFUSED, NO_ROUTE: PortState.UNREACHABLE}


def _plan(
    addresses: Sequence[str],
    ports: tuple[int, ...],
    gate: Gate,
    intensity: Intensity,
    timeout_seconds: float,
    tries: int,
) -> Plan:
    networks, exclusions = gate.consent()
    rates = gate.rates(intensity)
    return Plan(
        hosts4=_octets(addresses, 4),
        hosts6=_octets(addresses, 6),
        ports=ports,
        allow=tuple(map(str, networks)),
        exclude=tuple(map(str, exclusions)),
        pace=Pace(whole=rates.establishment, address=rates.address),
        key=secrets.token_bytes(16),
        wait_seconds=timeout_seconds,
        tries=tries,
        credit=0,
    )


def _octets(addresses: Sequence[str], version: int) -> NDArray[np.uint8]:
    width = 4 if version == 4 else 16
    packed = [own.packed for own in map(ip_address, addresses) if own.version == version]
    return np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), width)


def _await_ready(stream: socket.socket) -> None:
    """The first record says that its sockets are open and its capability given up."""
    until = time.monotonic() + READY_SECONDS
    held = b""
    try:
        while len(held) < RECORD.itemsize and (left := until - time.monotonic()) > 0:
            stream.settimeout(left)
            part = stream.recv(RECORD.itemsize - len(held))
            if not part:
                break
            held += part
    except OSError as error:
        raise NoRawSweep(f"vigie-sweep does not answer ({error})") from None
    if len(held) < RECORD.itemsize or np.frombuffer(held, dtype=RECORD)["kind"][0] != READY:
        raise NoRawSweep("vigie-sweep ended at once: it may not send raw packets")

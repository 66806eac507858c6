"""What is to be asked, of whom, how fast, and by whose consent? One document, read before the first packet."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .consent import BadConsent, Consent, allowed_networks, read_networks

Bytes = NDArray[np.uint8]

FORMAT = 1
MOST_HOSTS = 4_000_000
MOST_HEADER = 8 << 20  # bytes of the first line
FASTEST = 1e7  # packets a second: more than any card sends, so that no infinity comes in
_RECORD = [("kind", "u1"), ("reason", "u1"), ("port", "<u2"), ("host", "<u4"), ("place", "<u8")]
RECORD = np.dtype(_RECORD)  # what is told of one port, or of the sweep: 16 bytes

#   kinds of records: of one port of one host, of one host, of the sweep
OPEN, REFUSED, NO_ROUTE, READY, SENT, END = 1, 2, 3, 15, 16, 17
#   reasons of an END
DONE, STOPPED, WITHHELD = 0, 1, 2


class BadPlan(ValueError):
    """The plan cannot be used, and nothing was sent; the message says what is wrong, in one sentence."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Packets a second: of the whole sweep, and to one address."""

    whole: float
    address: float


@dataclass(frozen=True, slots=True)
class Plan:
    hosts4: Bytes  # (n, 4): they are numbered first
    hosts6: Bytes  # (n, 16)
    ports: tuple[int, ...]
    allow: tuple[str, ...]  # networks of the mandates
    exclude: tuple[str, ...]
    pace: Pace
    key: bytes  # 16 secret bytes: of the order and of the cookies
    wait_seconds: float  # for the answers, after the last question of a turn
    tries: int = 2
    retry_reached_only: bool = False  # ask again only hosts that answered on some port
    start: int = 0  # the place to go on from, as the last SENT record told it
    credit: int | None = None  # up to which place it may go by itself; None when all are

    @property
    def hosts(self) -> int:
        return len(self.hosts4) + len(self.hosts6)

    def consent(self) -> Consent:
        """Raises BadConsent."""
        return Consent(allowed_networks(read_networks(self.allow), read_networks(self.exclude)), self.ports)

    def __bytes__(self) -> bytes:
        """A line of JSON, then the addresses, four or sixteen bytes each; the digest is over all of it."""
        header = {
            "format": FORMAT,
            "hosts4": len(self.hosts4),
            "hosts6": len(self.hosts6),
            "ports": list(self.ports),
            "allow": list(self.allow),
            "exclude": list(self.exclude),
            "per_second": self.pace.whole,
            "address_per_second": self.pace.address,
            "key": self.key.hex(),
            "wait_seconds": self.wait_seconds,
            "tries": self.tries,
            "retry_reached_only": self.retry_reached_only,
            "start": self.start,
            "credit": self.credit,
        }
        body = self.hosts4.tobytes() + self.hosts6.tobytes()
        header["digest"] = _digest(header, body)
        return json.dumps(header).encode() + b"\n" + body


def read_plan(line: bytes, read: Callable[[int], bytes]) -> Plan:
    """The plan of a first line; `read` gives the next n bytes. Raises BadPlan, whatever the bytes are."""
    try:
        header = json.loads(line)
        digest = header.pop("digest")
        fours, sixes = _count(header["hosts4"]), _count(header["hosts6"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadPlan(f"the first line is not that of a plan ({error})") from None
    body = read(4 * fours + 16 * sixes)
    if len(body) != 4 * fours + 16 * sixes:
        raise BadPlan("the plan ends before its last address")
    if digest != _digest(header, body):
        raise BadPlan("the plan was altered on its way: its digest is not the one that it tells")
    try:
        plan = _plan(header, body, fours, sixes)
        consent = plan.consent()
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadPlan(f"the plan cannot be used: {error}") from None
    _check(plan, consent)
    return plan


def _plan(header: dict[str, Any], body: bytes, fours: int, sixes: int) -> Plan:
    if header["format"] != FORMAT:
        raise ValueError(f"its format is {header['format']!r}, this program reads {FORMAT}")
    ports = tuple(int(port) for port in header["ports"])
    if not all(0 < port < 65536 for port in ports):
        raise ValueError("its ports are not numbers from 1 to 65535")
    octets = np.frombuffer(body, dtype=np.uint8)
    return Plan(
        hosts4=octets[: 4 * fours].reshape(fours, 4),
        hosts6=octets[4 * fours :].reshape(sixes, 16),
        ports=ports,
        allow=tuple(str(network) for network in header["allow"]),
        exclude=tuple(str(network) for network in header["exclude"]),
        pace=Pace(float(header["per_second"]), float(header["address_per_second"])),
        key=bytes.fromhex(header["key"]),
        wait_seconds=float(header["wait_seconds"]),
        tries=int(header["tries"]),
        retry_reached_only=bool(header["retry_reached_only"]),
        start=int(header["start"]),
        credit=None if header["credit"] is None else int(header["credit"]),
    )


def _check(plan: Plan, consent: Consent) -> None:
    """What is written in one part of the plan must agree with the others before anything leaves."""
    if not plan.hosts or not plan.ports:
        raise BadPlan("the plan asks nothing: it names no host, or no port")
    if len(set(plan.ports)) != len(plan.ports):
        raise BadPlan("the ports of the plan are not all different")
    paces_are_right = 0 < plan.pace.whole <= FASTEST and 0 < plan.pace.address <= FASTEST
    if not (paces_are_right and 0 <= plan.wait_seconds <= 60 and 1 <= plan.tries <= 3):
        raise BadPlan("the pace, the wait or the number of tries of the plan is out of its bounds")
    if len(plan.key) != 16:
        raise BadPlan("the key of the plan is not 16 bytes")
    for hosts in (plan.hosts4, plan.hosts6):
        if len(np.unique(hosts, axis=0) if hosts.shape[1] == 16 else np.unique(hosts.view("<u4"))) != len(hosts):
            raise BadPlan("an address is twice in the plan: it would be asked twice as fast")
        port = np.full(len(hosts), plan.ports[0], dtype=np.uint16)
        outside = np.flatnonzero(~consent.allows(hosts, port))
        if outside.size:
            raise BadPlan(f"{outside.size} addresses of the plan are outside its own consent: nothing is sent")


def _count(number: object) -> int:
    if not isinstance(number, int) or not 0 <= number <= MOST_HOSTS:
        raise ValueError(f"{number!r} hosts, {MOST_HOSTS} at most")
    return number


def _digest(header: dict[str, Any], body: bytes) -> str:
    text = json.dumps({name: header[name] for name in sorted(header) if name != "digest"}).encode()
    return hashlib.sha256(text + b"\n" + body).hexdigest()


__all__ = ["BadConsent", "BadPlan", "Pace", "Plan", "read_plan"]

"""Ask each port of the plan in its order, at its pace, and tell each answer once."""

import select
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .door import Door, Withheld
from .hosts import Bytes, Hosts, Numbers, Seen, hosts_of
from .order import Order
from .packets import Cookies, answers, questions
from .plan import DONE, END, NO_ROUTE, OPEN, RECORD, REFUSED, SENT, STOPPED, WITHHELD, Plan
from .ring import Ring, answers_to

CHUNK = 4096  # questions built together: they stay in the cache of the processor
TICK_SECONDS = 0.05  # the longest time before an order to stop is seen
BURST_SECONDS = 0.02  # of the pace, that a late moment may make up for

Tell = Callable[[NDArray[np.void]], None]


class Orders(Protocol):
    """Who says how far the sweep may go, and when it must end."""

    def credit(self) -> int | None:
        """The place before which questions may leave, None for all."""

    def stopped(self) -> bool: ...

    def fileno(self) -> int:
        """Readable when there is something new; -1 when there never is."""


class Sockets:
    """What needs the capability, opened before anything is read."""

    def __init__(self, port: int, versions: tuple[int, ...] = (4, 6)) -> None:
        """Of the versions of IP that this machine has. Raises PermissionError without the capability."""
        self.port = port
        self.doors = {version: Door(version) for version in versions}
        self.rings = {version: Ring(version, answers_to(port, version)) for version in versions}

    def close(self) -> None:
        for door in self.doors.values():
            door.close()
        for ring in self.rings.values():
            ring.close()


class Budget:
    """How many may leave now, at so many a second? No more than `burst` together, after however long a pause."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._slack = (max(1.0, burst) - 1) / per_second
        self._free_at = 0.0

    def now(self, moment: float) -> int:
        since = moment - max(self._free_at, moment - self._slack)
        return 0 if since < 0 else 1 + int(since * self._per_second)

    def spend(self, count: int, moment: float) -> None:
        self._free_at = max(self._free_at, moment - self._slack) + count / self._per_second

    def wait(self, moment: float) -> float:
        return max(0.0, self._free_at - moment)


class Sweep:
    def __init__(self, plan: Plan, sockets: Sockets, orders: Orders, tell: Tell) -> None:
        self.plan = plan
        self.sockets = sockets
        self.orders = orders
        self.tell = tell
        self.consent = plan.consent()
        self.families = hosts_of(plan)
        self.order = Order(plan.hosts, len(plan.ports), int.from_bytes(plan.key, "little"))
        self.cookies = Cookies(plan.key, sockets.port)
        self.seen = Seen(plan.hosts, len(plan.ports))
        self.ports = np.array(plan.ports, dtype=np.uint16)
        self.index_of_port = np.full(65536, -1, dtype=np.int32)
        self.index_of_port[self.ports] = np.arange(len(self.ports))
        self.place = self.told = plan.start
        self.end = len(self.order) * plan.tries
        # Round all the hosts no faster than one address may be asked, whatever is left out meanwhile; a late moment may
        # bring two questions to one address at half the usual distance, never closer.
        round_rate = plan.pace.address * plan.hosts
        self.places = Budget(round_rate, min(plan.hosts / 2, round_rate * BURST_SECONDS))
        self.packets = Budget(plan.pace.whole, plan.pace.whole * BURST_SECONDS)

    def run(self) -> None:
        """Tell OPEN and REFUSED as they come, SENT as it goes on, and one END. Nothing leaves after the END."""
        self._tell_unreachable()
        try:
            reason = DONE if self._all_turns() else STOPPED
        except Withheld:
            reason = WITHHELD
        self._land()
        self._tell(END, reason=reason, place=self.place)

    def _all_turns(self) -> bool:
        """False when stopped. A place is a question of a turn: the second turn asks again what was silent."""
        while self.place < self.end:
            turn_ends = (self.place // len(self.order) + 1) * len(self.order)
            while self.place < turn_ends:
                if not self._go_on(turn_ends):
                    return False
            self._land()
            if not self._listen_for(self.plan.wait_seconds):
                return False
        return True

    def _go_on(self, turn_ends: int) -> bool:
        """Send what may leave now, or listen a little; False when stopped."""
        if self.orders.stopped():
            return False
        credit = self.orders.credit()
        limit = turn_ends if credit is None else min(turn_ends, credit)
        moment = time.monotonic()
        count = min(limit - self.place, self.places.now(moment), self.packets.now(moment), CHUNK)
        if count > 0:
            sent = self._ask(self.place, self.place + count)
            self.places.spend(count, moment)
            self.packets.spend(sent, moment)
            self.place += count
            self._hear()
        else:
            self._land()
            wait = max(self.places.wait(moment), self.packets.wait(moment)) if limit > self.place else TICK_SECONDS
            self._listen(min(wait, TICK_SECONDS))
        return True

    def _ask(self, start: int, stop: int) -> int:
        """Send the questions of these places that are still open ones; return how many leave."""
        size = len(self.order)
        hosts, ports = self.order.at(start % size, (stop - 1) % size + 1)
        if start >= size:
            waiting = ~self.seen.has(hosts, ports)
            if self.plan.retry_reached_only:
                waiting &= self.seen.reached[hosts]
            hosts, ports = hosts[waiting], ports[waiting]
        ready = [(family.version, self._built(family, hosts, ports)) for family in self.families]
        self._land()
        for version, packets in ready:
            if len(packets):
                self.sockets.doors[version].send(packets, self.consent)
        return sum(len(packets) for _, packets in ready)

    def _land(self) -> None:
        """Wait until all before this place have left, and tell it."""
        for door in self.sockets.doors.values():
            door.wait()
        if self.place != self.told:
            self.told = self.place
            self._tell(SENT, place=self.place)

    def _built(self, family: Hosts, hosts: Numbers, ports: Numbers) -> Bytes:
        own = (hosts >= family.first) & (hosts < family.first + len(family.addresses))
        rows, numbers = (hosts[own] - np.uint64(family.first)), self.ports[ports[own]]
        routed = family.reachable[rows]
        rows, numbers = rows[routed], numbers[routed]
        return questions(family.addresses[rows], numbers, family.sources[rows], self.cookies)

    def _listen_for(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.orders.stopped():
                return False
            self._listen(min(left, TICK_SECONDS))
        return True

    def _listen(self, seconds: float) -> None:
        rings = [self.sockets.rings[family.version].fileno() for family in self.families]
        orders = self.orders.fileno()
        select.select([*rings, orders] if orders >= 0 else rings, [], [], seconds)
        self._hear()

    def _hear(self) -> None:
        for family in self.families:
            ring = self.sockets.rings[family.version]
            while len(packets := ring.read()):
                found = answers(packets, self.cookies, family.version)
                indices = self.index_of_port[found.ports]
                numbers = family.numbers(found.addresses)
                asked = (indices >= 0) & (numbers >= 0)
                self._answered(numbers[asked].astype(np.uint64), indices[asked].astype(np.uint64), found.is_open[asked])

    def _answered(self, hosts: Numbers, ports: Numbers, is_open: NDArray[np.bool_]) -> None:
        if not hosts.size:
            return
        fresh = self.seen.add(hosts, ports)
        records = np.zeros(len(fresh), dtype=RECORD)
        records["kind"] = np.where(is_open[fresh], OPEN, REFUSED)
        records["host"] = hosts[fresh]
        records["port"] = self.ports[ports[fresh]]
        self.tell(records)

    def _tell_unreachable(self) -> None:
        for family in self.families:
            for row in np.flatnonzero(~family.reachable):
                self._tell(NO_ROUTE, host=family.first + int(row))

    def _tell(self, kind: int, *, reason: int = 0, host: int = 0, place: int = 0) -> None:
        self.tell(np.array([(kind, reason, 0, host, place)], dtype=RECORD))

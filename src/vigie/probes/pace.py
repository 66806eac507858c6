"""May one more connection leave now, or how long must it wait?"""

import threading
import time

from vigie.data.pace import PaceTable, Rates, pace_table

from .scope import Intensity

_MOST_ADDRESSES = 50_000  # remembered at once; those that are free again are forgotten first


class RunBudget:
    """What all the looks of one process may open together, in all and to one address; shared by its threads.

    Several establishments may be hosted at one address: it has one budget, not one for each of them.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next_free = 0.0
        self.addresses: dict[str, float] = {}
        self.slowness: dict[str, float] = {}  # of the addresses that were found to suffer: by how much
        self.usual: dict[str, float] = {}  # the seconds in which an address answered at its best

    def forget_free(self, moment: float) -> None:
        self.addresses = {address: free for address, free in self.addresses.items() if free > moment}
        self.usual = {address: best for address, best in self.usual.items() if address in self.addresses}
        self.slowness = {address: by for address, by in self.slowness.items() if address in self.addresses}


class Pace:
    """The budgets of one look: per address, for the establishment, and for the whole run. Thread-safe."""

    def __init__(self, table: PaceTable, run: RunBudget) -> None:
        self._table = table
        self._run = run
        self._establishment = 0.0

    def take(self, address: str, intensity: Intensity) -> float:
        """Return 0.0 and count the connection when it may leave now, else the seconds to wait before asking again."""
        table, run = self._table, self._run
        rates = table.intensities[intensity]
        moment = time.monotonic()
        late = moment + table.burst
        with run.lock:
            own = run.addresses.get(address, 0.0)
            # One cell per budget (GCRA): the moment when it would be empty again.
            if own > moment or self._establishment > late or run.next_free > late:
                return max(own - moment, self._establishment - late, run.next_free - late)
            if len(run.addresses) > _MOST_ADDRESSES:
                run.forget_free(moment)
            run.addresses[address] = moment + run.slowness.get(address, 1.0) / rates.address
            self._establishment = max(self._establishment, moment) + 1 / rates.establishment
            run.next_free = max(run.next_free, moment) + 1 / table.run
        return 0.0

    def pause(self) -> float:
        """The seconds until the budgets that all addresses share let one more leave."""
        with self._run.lock:
            free_at = max(self._establishment, self._run.next_free) - self._table.burst
        return max(0.0, free_at - time.monotonic())

    def rates(self, intensity: Intensity) -> Rates:
        """The ceilings of this intensity, however fast anything goes."""
        rates = self._table.intensities[intensity]
        return Rates(rates.address, min(rates.establishment, self._table.run))

    def answered(self, address: str, seconds: float) -> None:
        """An answer took that long: much longer than its best slows the address down, a good one lets it recover."""
        rule, run = self._table.adaptive, self._run
        with run.lock:
            best = run.usual.get(address, seconds)
            if seconds <= best:
                run.usual[address] = best = seconds
            suffers = seconds > rule.slow_seconds and seconds > best * rule.slow_times
            eases = not suffers and address in run.slowness
        if suffers:
            self.slow(address)
        elif eases:
            self._ease(address)

    def unanswered(self, address: str) -> None:
        """An open port did not take the connection: of an address that took others, a sign that it cannot follow."""
        if address in self._run.usual:
            self.slow(address)

    def slow(self, address: str) -> None:
        """Ask this address half as often from now on, down to the slowest that the table knows."""
        with self._run.lock:
            now = self._run.slowness.get(address, 1.0)
            self._run.slowness[address] = min(now * 2, self._table.adaptive.most)

    def _ease(self, address: str) -> None:
        with self._run.lock:
            now = self._run.slowness.get(address)
            if now is None:
                return
            # Ten good answers take back one bad one: it recovers more slowly than it was slowed.
            self._run.slowness[address] = max(1.0, now * 2**-0.1)


PROCESS = RunBudget()


def process_pace() -> Pace:
    """The pace of one look, under the budget that all looks of this process share."""
    return Pace(pace_table(), PROCESS)

"""May one more connection leave now, or how long must it wait?"""

import threading
import time

from vigie.data.pace import PaceTable, pace_table

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

    def forget_free(self, moment: float) -> None:
        if len(self.addresses) > _MOST_ADDRESSES:
            self.addresses = {address: free for address, free in self.addresses.items() if free > moment}


class Pace:
    """The budgets of one look: per address, for the establishment, and for the whole run. Thread-safe."""

    def __init__(self, table: PaceTable, run: RunBudget) -> None:
        self._table = table
        self._run = run
        self._establishment = 0.0

    def take(self, address: str, intensity: Intensity) -> float:
        """Return 0.0 and count the connection when it may leave now, else the seconds to wait before asking again."""
        rates = self._table.intensities[intensity]
        burst = self._table.burst
        moment = time.monotonic()
        with self._run.lock:
            own = self._run.addresses.get(address, 0.0)
            # One cell per budget (GCRA): the moment when it would be empty again.
            wait = max(own, self._establishment - burst, self._run.next_free - burst) - moment
            if wait > 0:
                return wait
            self._run.forget_free(moment)
            self._run.addresses[address] = max(own, moment) + 1 / rates.address
            self._establishment = max(self._establishment, moment) + 1 / rates.establishment
            self._run.next_free = max(self._run.next_free, moment) + 1 / self._table.run
        return 0.0


PROCESS = RunBudget()


def process_pace() -> Pace:
    """The pace of one look, under the budget that all looks of this process share."""
    return Pace(pace_table(), PROCESS)

"""May one more connection leave now, or how long must it wait?"""

import threading
import time

from vigie.data.pace import PaceTable, pace_table

from .scope import Intensity


class RunBudget:
    """What all the looks of one process may open together; shared by its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next_free = 0.0


class Pace:
    """The budgets of one look: per address, for the establishment, and for the whole run. Thread-safe."""

    def __init__(self, table: PaceTable, run: RunBudget) -> None:
        self._table = table
        self._run = run
        self._addresses: dict[str, float] = {}
        self._establishment = 0.0

    def take(self, address: str, intensity: Intensity) -> float:
        """Return 0.0 and count the connection when it may leave now, else the seconds to wait before asking again."""
        rates = self._table.intensities[intensity]
        burst = self._table.burst
        moment = time.monotonic()
        with self._run.lock:
            own = self._addresses.get(address, 0.0)
            # One cell per budget (GCRA): the moment when it would be empty again.
            wait = max(own, self._establishment - burst, self._run.next_free - burst) - moment
            if wait > 0:
                return wait
            self._addresses[address] = max(own, moment) + 1 / rates.address
            self._establishment = max(self._establishment, moment) + 1 / rates.establishment
            self._run.next_free = max(self._run.next_free, moment) + 1 / self._table.run
        return 0.0


PROCESS = RunBudget()


def process_pace() -> Pace:
    """The pace of one look, under the budget that all looks of this process share."""
    return Pace(pace_table(), PROCESS)

"""Has someone ordered that all traffic ends?"""

import threading
import time
from pathlib import Path

# Looked at no more often than this: a sweep asks thousands of times a second.
FILE_PERIOD_SECONDS = 0.2


class StopSignal:
    """Set once, from any thread or signal handler; every wait of the probes ends within a second of it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""

    def set(self, reason: str = "stopped") -> None:
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep that long at most; return True as soon as the stop is ordered."""
        return self._event.wait(seconds)

    @property
    def reason(self) -> str:
        """Why, "" while nothing was ordered."""
        return self._reason


class FileStop(StopSignal):
    """A stop that is also ordered by the presence of a file (VIGIE_HOME/STOP): it needs no database."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._next_look = 0.0

    def is_set(self) -> bool:
        if super().is_set():
            return True
        moment = time.monotonic()
        if moment >= self._next_look:
            self._next_look = moment + FILE_PERIOD_SECONDS
            if self._path.exists():
                self.set("emergency stop")
        return super().is_set()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self.is_set():
            left = end - time.monotonic()
            if left <= 0:
                return False
            super().wait(min(left, FILE_PERIOD_SECONDS))
        return True


class LinkedStop(StopSignal):
    """A stop of one look, also ordered by a wider one."""

    def __init__(self, wider: StopSignal) -> None:
        super().__init__()
        self._wider = wider

    def is_set(self) -> bool:
        if not super().is_set() and self._wider.is_set():
            self.set(self._wider.reason)
        return super().is_set()

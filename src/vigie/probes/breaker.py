"""Which hosts stopped answering while they were asked, and must be left alone?"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vigie.data.care import care_rule

PAUSED = "paused after it stopped answering"
FILE_PERIOD_SECONDS = 0.5
_MOST_LINES = 10_000  # read again on each change: past it, the lines that are over are dropped


@dataclass(frozen=True, slots=True)
class Pause:
    """One host that is left alone, since when."""

    address: str
    since: datetime


class PauseFile:
    """VIGIE_HOME/PAUSED: what every look of this machine shares, with a database or without; one line a pause."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._next_look = 0.0
        self._pauses: dict[str, datetime] = {}

    def since(self, address: str) -> datetime | None:
        with self._lock:
            self._refresh()
            return self._pauses.get(address)

    def all(self) -> dict[str, datetime]:
        with self._lock:
            self._next_look = 0.0
            self._refresh()
            return dict(self._pauses)

    def add(self, pause: Pause) -> None:
        """One write of one line, so that two processes never cut each other's; a full disk changes nothing here."""
        line = f"{pause.since.isoformat()} {pause.address}\n".encode()
        with self._lock:
            self._pauses[pause.address] = pause.since
            with contextlib.suppress(OSError):
                descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    os.write(descriptor, line)
                finally:
                    os.close(descriptor)

    def _refresh(self) -> None:
        moment = time.monotonic()
        if moment < self._next_look:
            return
        self._next_look = moment + FILE_PERIOD_SECONDS
        try:
            told = self.path.stat()
            stamp = (told.st_mtime_ns, told.st_size)
            if stamp == self._stamp:
                return
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return
        self._stamp = stamp
        for line in lines:
            at, _, address = line.partition(" ")
            with contextlib.suppress(ValueError):
                self._pauses[address] = datetime.fromisoformat(at)
        if len(lines) > _MOST_LINES:
            self._shorten()

    def _shorten(self) -> None:
        """Keep the last pause of each host, of the newest ones; written beside, then put in its place."""
        newest = sorted(self._pauses.items(), key=lambda item: item[1])[-_MOST_LINES // 2 :]
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            beside.write_text("".join(f"{at.isoformat()} {address}\n" for address, at in newest), encoding="utf-8")
            beside.replace(self.path)
            self._pauses, self._stamp = dict(newest), None


class Breaker:
    """Counts, for each host, the time-outs in a row of places that had answered; thread-safe.

    `on_pause` is told of each host that it leaves alone, in the thread that noticed. What the file or `pause` told
    holds as well, whoever noticed it.
    """

    def __init__(self, file: PauseFile | None = None, on_pause: Callable[[Pause], None] | None = None) -> None:
        self._rule = care_rule()
        self._file = file
        self._on_pause = on_pause
        self._lock = threading.Lock()
        self._misses: dict[str, int] = {}
        self._since: dict[str, datetime] = {}

    def answered(self, address: str) -> None:
        if self._misses:
            with self._lock:
                self._misses.pop(address, None)

    def unanswered(self, address: str, now: datetime) -> bool:
        """A place of this host that had answered did not; True when the host is left alone from now on."""
        with self._lock:
            misses = self._misses[address] = self._misses.get(address, 0) + 1
            if misses < self._rule.time_outs or address in self._since:
                return misses >= self._rule.time_outs
            self._since[address] = now
            del self._misses[address]
        pause = Pause(address, now)
        if self._file is not None:
            self._file.add(pause)
        if self._on_pause is not None:
            self._on_pause(pause)
        return True

    def pause(self, address: str, since: datetime) -> None:
        """Somebody else noticed it."""
        with self._lock:
            self._since[address] = max(since, self._since.get(address, since))

    def is_paused(self, address: str, now: datetime) -> bool:
        mine = self._since.get(address)
        theirs = self._file.since(address) if self._file is not None else None
        if mine is None and theirs is None:
            return False
        return any(since is not None and still_paused(since, now, self._rule.pause) for since in (mine, theirs))


def still_paused(since: datetime, now: datetime, pause: timedelta) -> bool:
    """Near that moment on either side: a clock that jumped neither ends a pause at once nor makes one of years."""
    return abs(now - since) < pause

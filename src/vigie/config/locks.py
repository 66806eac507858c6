"""One process at a time in a home folder. The system frees the lock of a dead process, however it died."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lock; the address is empty for what serves no page."""

    pid: int
    address: str = ""


class AlreadyHeld(Exception):
    def __init__(self, holder: Holder) -> None:
        super().__init__(f"held by process {holder.pid}")
        self.holder = holder


@contextmanager
def hold(path: Path, *, address: str = "") -> Iterator[None]:
    """Hold the lock of this file; raise AlreadyHeld when another process does, OSError when it cannot be written."""
    # Opened without truncating: the holder's words must stay readable to whoever is refused.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyHeld(_read(file.read())) from None
        file.truncate(0)
        json.dump({"pid": os.getpid(), "address": address}, file)
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _read(text: str) -> Holder:
    """What the holder wrote; it may be writing it at this very moment."""
    try:
        told = json.loads(text)
        return Holder(pid=int(told["pid"]), address=str(told["address"]))
    except (ValueError, KeyError, TypeError):
        return Holder(pid=0)

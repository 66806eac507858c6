"""Telling the threads of a process that a signal came."""

import os
from collections.abc import Callable
from threading import Thread
from typing import Any


class Bell:
    """Rung in a signal handler, heard in a thread of its own: a handler that took a lock could wait for itself."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._ear, self._clapper = os.pipe()
        self._heard = heard
        Thread(target=self._listen, name="bell", daemon=True).start()

    def ring(self, *_: Any, **__: Any) -> None:
        os.write(self._clapper, b"!")

    def _listen(self) -> None:
        os.read(self._ear, 1)
        self._heard()

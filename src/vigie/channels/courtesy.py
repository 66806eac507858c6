"""How is a published file asked for again, without pressing a server that is tired or asks to be left alone?"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .feeds import ChannelAnswered, ChannelUnreachable, Door, Fetched, fetch

TIRED = frozenset({403, 408, 425, 429, 500, 502, 503, 504})  # 403: the NVD says it to whoever asks too fast


@dataclass(slots=True)
class Courtesy:
    """The pace of one round of questions to one source, and the patience that it deserves."""

    pause: float = 1.0  # seconds between two questions
    tries: int = 3
    first_wait: float = 5.0  # seconds after the first failure; doubled after each
    longest_wait: float = 120.0  # who asks for more is left alone until the next round
    sleep: Callable[[float], None] = time.sleep
    _asked: bool = field(default=False, init=False)

    def fetch(
        self,
        url: str,
        target: Path,
        *,
        door: Door,
        most_bytes: int,
        on_bytes: Callable[[int, int | None], None] | None = None,
    ) -> Fetched:
        """Bring a file up to date, asking again while that may help. Raises ChannelError."""
        if self._asked:
            self.sleep(self.pause)
        self._asked = True
        for attempt in range(1, self.tries + 1):
            try:
                return fetch(url, target, door=door, most_bytes=most_bytes, on_bytes=on_bytes)
            except ChannelUnreachable as error:
                wait = self._wait(error, attempt)
                if wait is None:
                    raise
                self.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, error: ChannelUnreachable, attempt: int) -> float | None:
        """Seconds until the next attempt; None when there is none to make."""
        told = error if isinstance(error, ChannelAnswered) else None
        if attempt >= self.tries or (told is not None and told.status not in TIRED):
            return None
        wait = self.first_wait * 2 ** (attempt - 1)
        if told is not None and told.retry_after is not None:
            wait = max(wait, told.retry_after)
        return wait if wait <= self.longest_wait else None

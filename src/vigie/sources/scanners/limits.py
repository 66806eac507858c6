"""How much of a report is read before it is refused?"""

from vigie.sources.faults import SourceRefused
from vigie.sources.json_stream import Limited

MOST_BYTES = 4_000_000_000  # unpacked; the report of a large hospital is some hundred MB
MOST_OF_A_RECORD = 4_000_000  # the longest real output of one plug-in is some hundred kB
DEEPEST = 100  # values or elements inside each other
BEGINNING = 65_536  # what a report is recognised by


class Watched:
    """A stream that refuses to hold more of one record than MOST_OF_A_RECORD: who reads it sets `since` back."""

    def __init__(self, stream: Limited, name: str) -> None:
        self._stream, self._name, self.since = stream, name, 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self.since += len(block)
        if self.since > MOST_OF_A_RECORD:
            raise SourceRefused(f"{self._name}: one record holds more than {MOST_OF_A_RECORD // 1_000_000} MB.")
        return block


def refuse_deep(depth: int, name: str) -> None:
    if depth > DEEPEST:
        raise SourceRefused(f"{name}: more than {DEEPEST} levels inside each other.")

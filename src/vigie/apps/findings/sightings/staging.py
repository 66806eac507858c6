"""The rows of a report, kept aside until its last one was read: a report that is cut leaves nothing."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import msgspec

from vigie.sources.scanners import SightingRow

_IN_MEMORY = 8_000_000  # bytes; what is larger goes to a file without a name


class Staging:
    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: SightingRow) -> None:
        self._file.write(msgspec.json.encode(row) + b"\n")
        self.count += 1

    def rows(self) -> Iterator[SightingRow]:
        self._file.seek(0)
        decoder = msgspec.json.Decoder(SightingRow)
        for line in self._file:
            yield decoder.decode(line)

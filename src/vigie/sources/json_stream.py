"""How is a large JSON document, compressed or not, read without ever being whole in memory?"""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ijson

from .faults import SourceRefused, SourceUnreadable

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record that was left out; what was known of it before stays."""

    position: int  # in the document, from 1
    subject: str  # its identifier, "" when that is what is missing
    reason: str


class Limited(io.RawIOBase):
    """A stream that stops being read past a number of bytes: what a small file may unpack to."""

    def __init__(self, stream: IO[bytes], limit: int, name: str) -> None:
        self._stream, self._left, self._limit, self._name = stream, limit, limit, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """What a buffered reader calls."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        block = self._stream.read(wanted)
        self._left -= len(block)
        if self._left < 0:
            raise SourceRefused(f"{self._name} holds more than {self._limit // 1_000_000} MB once unpacked")
        return block


@contextmanager
def opened(path: Path, *, limit: int) -> Iterator[Limited]:
    """Open a file, unpacking it when it is gzip; turn every way of being broken into a SourceError."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            if path.name.endswith(".gz") and not packed:
                raise SourceUnreadable(f"{path.name} is named .gz and is not gzip")
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            yield Limited(stream, limit, path.name)  # type: ignore[arg-type]  # GzipFile reads as any binary file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceUnreadable(f"{path.name} is cut or damaged: {error}") from error
    except OSError as error:
        raise SourceUnreadable(f"{path.name}: {error.strerror or error}") from error


def items(stream: Limited, where: str, name: str) -> Iterator[Any]:
    """Yield each value of the array found at `where` ("vulnerabilities.item")."""
    count = 0
    try:
        for item in ijson.items(stream, where, use_float=True, buf_size=1 << 16):
            count += 1
            yield item
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "not JSON"
        raise SourceUnreadable(f"{name} is not whole JSON after record {count}: {reason}") from error

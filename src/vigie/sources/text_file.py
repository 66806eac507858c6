"""What is in a text file whose encoding nobody stated?"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from .faults import BadRow, SourceUnreadable

MAX_LINE_BYTES = 64 * 1024  # the longest real line (SAE, 250 columns) is under 3 kB
UNDECODABLE = "\ufffd"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file that was read once from end to end: its fingerprint, and how to decode it."""

    path: Path
    encoding: str  # "utf-8-sig" or "cp1252"
    sha256: str
    lines: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str


def examine(path: Path) -> TextFile:
    """Read the whole file by pieces to decide its encoding; raise SourceUnreadable with a sentence.

    Strict UTF-8 if every line is; else cp1252. A UTF-8 file with a few broken lines stays UTF-8 (more lines hold
    valid accents than broken ones), so that one bad byte does not turn every accent of the file into two signs.
    """
    digest, lines, accented, broken = sha256(), 0, 0, 0
    with _opened(path) as file:
        for raw in raw_lines(file, digest_with=digest.update):
            lines += 1
            if raw.isascii():
                continue
            try:
                raw.decode("utf-8")
                accented += 1
            except UnicodeDecodeError:
                broken += 1
        size = file.tell()
    if size == 0:
        raise SourceUnreadable(f"{path.name} is empty.")
    encoding = "utf-8-sig" if accented > broken or not broken else "cp1252"
    return TextFile(path, encoding, digest.hexdigest(), lines, size)


def _opened(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        file.close()
        raise SourceUnreadable(f"{path.name} is in UTF-16: save it again as CSV UTF-8.")
    if start.startswith(b"PK\x03\x04"):
        file.close()
        raise SourceUnreadable(f"{path.name} is a spreadsheet or an archive, not a text file.")
    file.seek(0)
    return file


def raw_lines(file: BinaryIO, digest_with: object = None) -> Iterator[bytes]:
    """Yield each line without its end; one that is too long is cut to MAX_LINE_BYTES + 1 bytes, never held whole."""
    update = digest_with if callable(digest_with) else _ignore
    while raw := file.readline(MAX_LINE_BYTES + 1):
        update(raw)
        if len(raw) > MAX_LINE_BYTES and not raw.endswith(b"\n"):
            while rest := file.readline(MAX_LINE_BYTES):
                update(rest)
                if rest.endswith(b"\n"):
                    break
        yield raw.rstrip(b"\r\n")


def _ignore(_: bytes) -> None:
    return None


def read_lines(text: TextFile) -> Iterator[Line | BadRow]:
    """Yield every line that is not blank, in order; what cannot be read as text is a BadRow."""
    with _opened(text.path) as file:
        for number, raw in enumerate(raw_lines(file), start=1):
            if len(raw) > MAX_LINE_BYTES:
                yield BadRow(number, f"longer than {MAX_LINE_BYTES} bytes")
            elif b"\x00" in raw:
                yield BadRow(number, "holds a NUL byte")
            else:
                decoded = raw.decode(text.encoding if number == 1 else text.encoding.removesuffix("-sig"), "replace")
                if UNDECODABLE in decoded:
                    yield BadRow(number, f"holds bytes that are not {text.encoding.removesuffix('-sig')}")
                elif decoded and not decoded.isspace():
                    yield Line(number, decoded)


def cells(line: Line, delimiter: str) -> list[str] | BadRow:
    """The cells of one line, quotes undone and blanks trimmed."""
    if '"' not in line.text:
        return [cell.strip() for cell in line.text.split(delimiter)]
    try:
        rows = list(csv.reader([line.text], delimiter=delimiter, strict=True))
    except csv.Error:
        return BadRow(line.number, "a quote is not closed, or not doubled")
    return [cell.strip() for cell in rows[0]]


def file_digest(path: Path) -> str:
    """The sha256 of any file, read by pieces."""
    digest = sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()

"""How are many small documents, loose or packed together, read one by one in bounded memory?"""

import io
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .faults import SourceError, SourceRefused, SourceUnreadable
from .json_stream import BadRecord, Limited, opened

MOST_BYTES = 40_000_000  # of one document: a CSAF that names 50,000 products has 20 MB
MOST_UNPACKED = 8_000_000_000  # of one archive: the whole CVE list had 2.5 GB in 2026
MOST_DOCUMENTS = 1_000_000

_TAR_AT, _TAR = 257, b"ustar"
_ZIP = b"PK\x03\x04"
_ENDINGS = (".json", ".xml")


@dataclass(frozen=True, slots=True)
class Document:
    name: str  # its path in the archive, or its file name
    content: bytes


def is_archive(path: Path) -> bool:
    """Told by what it holds: a zip, or a tar, packed or not."""
    try:
        with opened(path, limit=1 << 40) as stream:
            beginning = stream.read(512)
    except SourceError:
        return False
    return beginning.startswith(_ZIP) or beginning[_TAR_AT : _TAR_AT + 5] == _TAR


def documents(path: Path, *, limit: int = MOST_BYTES) -> Iterator[Document | BadRecord]:
    """Yield each JSON or XML document of a file or an archive, in its order; one that is too long is a BadRecord.

    Raise SourceError when the file or the archive breaks off.
    """
    if not is_archive(path):
        with opened(path, limit=limit) as stream:
            yield Document(path.name, stream.read())
        return
    total = 0
    for position, (name, size, content) in enumerate(_members(path, limit), start=1):
        total += size
        if position > MOST_DOCUMENTS or total > MOST_UNPACKED:
            raise SourceRefused(f"{path.name} holds more than it may: stopped at {name[-60:]}")
        if content is None:
            yield BadRecord(position, name[-60:], f"{size} bytes, {limit} at most")
        else:
            yield Document(name, content)


def _members(path: Path, limit: int) -> Iterator[tuple[str, int, bytes | None]]:
    """Name, size and content of each member that is a document; no content when it is too long."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from _zipped(archive, limit)
                for entry in archive.infolist():
                    # The CVE list packs its archive of all records once more.
                    if entry.filename.endswith(".zip"):
                        with _inner(archive, entry, path.name) as inner:
                            yield from _zipped(inner, limit)
            return
        with opened(path, limit=MOST_UNPACKED) as stream, _tar(stream) as packed:
            for info in packed:
                found = packed.extractfile(info) if info.isfile() and info.name.endswith(_ENDINGS) else None
                if found is not None:
                    yield info.name, info.size, found.read() if info.size <= limit else None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise SourceUnreadable(f"{path.name} is cut or damaged: {error}") from error


def _zipped(archive: zipfile.ZipFile, limit: int) -> Iterator[tuple[str, int, bytes | None]]:
    for entry in archive.infolist():
        if entry.filename.endswith(_ENDINGS):
            yield entry.filename, entry.file_size, archive.read(entry) if entry.file_size <= limit else None


@contextmanager
def _inner(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[zipfile.ZipFile]:
    """An archive inside an archive, on disk while it is read; one level, and of bounded size."""
    if entry.file_size > MOST_UNPACKED:
        raise SourceRefused(f"{name} holds {entry.filename[-60:]}, which has more bytes than it may")
    with tempfile.TemporaryFile() as file:
        with archive.open(entry) as packed:
            shutil.copyfileobj(packed, file, 1 << 20)
        with zipfile.ZipFile(file) as inner:
            yield inner


def _tar(stream: Limited) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BufferedReader(stream, 1 << 16), mode="r|")

"""Where does a publisher of CSAF keep its documents, and which of them are new? (CSAF 2.0, chapter 7)"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec

from .faults import SourceRefused, SourceUnreadable
from .json_stream import opened

MOST_BYTES = 60_000_000  # a ROLIE feed of 30,000 documents had 25 MB
MOST_DOCUMENTS = 200_000
_PUBLIC = frozenset({"WHITE", "CLEAR", "UNLABELED", ""})


@dataclass(frozen=True, slots=True)
class Published:
    """One document of a publisher."""

    address: str
    stamp: str  # when it was last changed, as the publisher writes it; "" when it does not
    hashes: tuple[str, ...] = ()  # addresses where its hash is told
    hash_is_promised: bool = False  # then a missing hash is a fault

    @property
    def name(self) -> str:
        return urlsplit(self.address).path.rsplit("/", 1)[-1]


class _Feed(msgspec.Struct):
    url: str
    tlp_label: str = ""


class _Rolie(msgspec.Struct):
    feeds: list[_Feed] = msgspec.field(default_factory=list)


class _Distribution(msgspec.Struct):
    directory_url: str = ""
    rolie: _Rolie | None = None


class _Provider(msgspec.Struct):
    canonical_url: str
    role: str = ""
    distributions: list[_Distribution] = msgspec.field(default_factory=list)


class _Link(msgspec.Struct):
    href: str = ""
    rel: str = ""


class _Content(msgspec.Struct):
    src: str = ""


class _Entry(msgspec.Struct):
    link: list[_Link] = msgspec.field(default_factory=list)
    content: _Content | None = None
    updated: str = ""


class _Entries(msgspec.Struct):
    entry: list[_Entry] = msgspec.field(default_factory=list)


class _FeedDocument(msgspec.Struct):
    feed: _Entries


_Told = TypeVar("_Told", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Distribution:
    """One place of a publisher: a ROLIE feed, or a directory with its list of changes."""

    address: str
    is_rolie: bool


def read_provider(path: Path) -> tuple[Distribution, ...]:
    """Return where the public documents are listed, feeds before directories. Raise SourceError."""
    told = _decoded(path, _Provider, "the description of a publisher of CSAF")
    feeds = [
        Distribution(feed.url, True)
        for one in told.distributions
        for feed in (one.rolie.feeds if one.rolie else ())
        if feed.tlp_label.upper() in _PUBLIC
    ]
    folders = [Distribution(one.directory_url, False) for one in told.distributions if one.directory_url]
    if not feeds and not folders:
        raise SourceRefused(f"{path.name} names no place where public documents are listed")
    # A publisher that has both lists the same documents twice: its feeds tell their hashes too.
    return tuple(dict.fromkeys(feeds or folders))


def read_rolie(path: Path) -> tuple[Published, ...]:
    """Return the documents of a ROLIE feed, newest first. Raise SourceError."""
    told = _decoded(path, _FeedDocument, "a ROLIE feed")
    if len(told.feed.entry) > MOST_DOCUMENTS:
        raise SourceRefused(f"{path.name} names {len(told.feed.entry)} documents, {MOST_DOCUMENTS} at most")
    return _newest_first(one for entry in told.feed.entry if (one := _of_entry(entry)) is not None)


def _of_entry(entry: _Entry) -> Published | None:
    address = entry.content.src if entry.content and entry.content.src else ""
    address = address or next((link.href for link in entry.link if link.rel == "self"), "")
    hashes = tuple(link.href for link in entry.link if link.rel == "hash" and link.href)
    return Published(address, entry.updated, _strongest(hashes), bool(hashes)) if address.endswith(".json") else None


def _strongest(hashes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(hashes, key=lambda address: not address.endswith(".sha512")))


def read_changes(path: Path, folder: str) -> tuple[Published, ...]:
    """Return the documents of a directory from its changes.csv (path, moment), newest first. Raise SourceError."""
    rows = csv.reader(io.StringIO(_text(path)))
    found = []
    for line, row in enumerate(rows, start=1):
        if len(row) != 2 and any(row):
            raise SourceUnreadable(f"{path.name}, line {line}: {len(row)} values in place of a path and a moment")
        if row and row[0].endswith(".json"):
            found.append(_in_folder(row[0], folder, row[1].strip()))
    return _newest_first(found)


def read_index(path: Path, folder: str) -> tuple[Published, ...]:
    """Return the documents of a directory from its index.txt, which tells no moment. Raise SourceError."""
    names = [line.strip() for line in _text(path).splitlines()]
    return tuple(_in_folder(name, folder, "") for name in names if name.endswith(".json"))


def _in_folder(name: str, folder: str, stamp: str) -> Published:
    address = urljoin(folder if folder.endswith("/") else f"{folder}/", name)
    if not address.startswith(folder.rstrip("/") + "/"):
        raise SourceRefused(f"{name[:80]!r} leads out of {folder}")
    return Published(address, stamp, (f"{address}.sha512", f"{address}.sha256"))


def _newest_first(found: Iterable[Published]) -> tuple[Published, ...]:
    """By the text of the moment, which is ISO 8601; the same document told twice counts once."""
    by_address: dict[str, Published] = {}
    for one in found:
        before = by_address.get(one.address)
        if before is None or one.stamp > before.stamp:
            by_address[one.address] = one
    return tuple(sorted(by_address.values(), key=lambda one: one.stamp, reverse=True))


def read_hash(path: Path) -> str:
    """Return the hash that a file tells, lower case: its first word. Raise SourceError."""
    words = _text(path, limit=10_000).split()
    found = words[0].lower() if words else ""
    if len(found) not in {64, 128} or any(letter not in "0123456789abcdef" for letter in found):
        raise SourceUnreadable(f"{path.name} does not hold a SHA-256 or SHA-512")
    return found


def _text(path: Path, *, limit: int = MOST_BYTES) -> str:
    with opened(path, limit=limit) as stream:
        content = stream.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"{path.name} is not UTF-8 text: {error.reason}") from error


def _decoded(path: Path, kind: type[_Told], what: str) -> _Told:
    with opened(path, limit=MOST_BYTES) as stream:
        content = stream.read()
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceUnreadable(f"{path.name} is not {what}: {error}") from error

"""Read the files of the feeds, those that changed, and match again what they change."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vigie.channels.feeds import ChannelError, Door, fetch, forget
from vigie.data import feeds
from vigie.sources.documents import is_archive
from vigie.sources.epss import read_epss
from vigie.sources.faults import SourceError, SourceUnreadable
from vigie.sources.feed_kind import DOCUMENTS, kinds_of
from vigie.sources.json_stream import BadRecord
from vigie.sources.kev import read_kev

from . import actions, reading
from .models import Feed, FeedFile
from .paging import changed_pages
from .storing import Stored

MOST_BAD_SHOWN = 20
_NOTES = (".part", ".notes.json")  # what a download keeps beside its file


class Watch(Protocol):
    """Who follows the work."""

    def begin(self, label: str, total: int | None) -> None: ...
    def at(self, done: int, total: int | None) -> None: ...


class Unwatched:
    def begin(self, label: str, total: int | None) -> None:
        """Nobody looks."""

    def at(self, done: int, total: int | None) -> None:
        """Nobody looks."""


@dataclass(slots=True)
class FeedReport:
    """How the synchronisation of one feed ended."""

    slug: str
    state: str = "absent"  # absent (no file of it), unchanged, read, failed
    files: int = 0  # read anew
    new: int = 0
    changed: int = 0
    rejected: int = 0
    bad: int = 0
    bad_records: list[BadRecord] = field(default_factory=list)  # the first of them
    verdicts_begun: int = 0
    verdicts_ended: int = 0
    error: str = ""


@dataclass(slots=True)
class _Run:
    now: datetime
    by: str
    watch: Watch
    new_vulnerabilities: bool = False  # then lists and scores are applied again, though their file is the same
    pause: Callable[[float], None] = time.sleep


def synchronise(
    *, paths: list[Path], now: datetime, by: str, fetch_into: Path | None = None, door: Door | None = None,
    only: frozenset[str] | None = None, watch: Watch | None = None, nvd_key: str | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[FeedReport, ...]:  # fmt: skip
    """Bring every feed up to date, the starter catalogue first; a feed that fails does not stop the others.

    `fetch_into` is the folder where the files are downloaded first; without it, only `paths` are read.
    """
    run = _Run(now, by, watch or Unwatched(), pause=pause)
    door = door or _door(nvd_key)
    reports = [_starter(run)]
    given = _sorted_by_kind(paths)
    for source in feeds.sources():
        if only and source.slug not in only:
            continue
        report = FeedReport(source.slug)
        reports.append(report)
        fetched: list[Path] = []
        try:
            if fetch_into is not None and not _paged(source, fetch_into, door, report, run):
                _download(source, fetch_into, door, run, fetched)
            _read(source.slug, [*given.get(source.slug, []), *fetched], report, run)
        except (ChannelError, SourceError) as error:
            if isinstance(error, SourceError):
                for file in fetched:
                    forget(file)
            report.state, report.error = "failed", str(error)
            actions.feed_failed(slug=source.slug, now=now, by=by, error=str(error))
    return tuple(reports)


def _starter(run: _Run) -> FeedReport:
    stored = actions.load_starter(now=run.now, by=run.by)
    run.new_vulnerabilities |= bool(stored.new)
    state = "read" if stored.records else "unchanged"
    return FeedReport("starter", state, int(bool(stored.records)), stored.new, stored.changed)


def _door(nvd_key: str | None) -> Door:
    pages = feeds.source("nvd").pages
    return Door(feeds.hosts(), keys={pages.host: (pages.key_header, nvd_key)} if pages and nvd_key else {})


def _paged(source: feeds.FeedSource, folder: Path, door: Door, report: FeedReport, run: _Run) -> bool:
    """Ask for the changes alone, when the last good reading is recent enough; False when files must be fetched.

    Without a key the file of the last days costs its owner less: pages are for what is older.
    """
    row = Feed.objects.filter(slug=source.slug).first()
    since = row.last_good_at if row else None
    if source.pages is None or row is None or since is None or run.now - since >= source.pages.span:
        return False
    if source.recent_for and run.now - since <= source.recent_for and source.pages.host not in door.keys:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    run.watch.begin(f"{source.slug}: changes since {since:%Y-%m-%d}", None)
    for page in changed_pages(
        source.pages, since=since, now=run.now, folder=folder, door=door, most_bytes=source.most_bytes, pause=run.pause
    ):
        _stored(source.slug, reading.records(source.slug, page), report, run)
        report.files += 1
    report.state = "read"
    actions.feed_synchronised(slug=source.slug, now=run.now, by=run.by, records=row.records + report.new)
    return True


def _download(source: feeds.FeedSource, folder: Path, door: Door, run: _Run, fetched: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    row = Feed.objects.filter(slug=source.slug).first()
    last_good = row.last_good_at.date() if row and row.last_good_at else None
    for url in source.addresses(last_good=last_good, today=run.now.date()):
        name = url.rsplit("/", 1)[-1]
        run.watch.begin(name, None)
        target = folder / name
        fetched.append(fetch(url, target, door=door, most_bytes=source.most_bytes, on_bytes=run.watch.at).path)


def _sorted_by_kind(paths: list[Path]) -> dict[str, list[Path]]:
    """The files of each feed, an archive under all that it holds; those of the last days after those of the years."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for file in sorted({file for path in paths for file in _files(path)}, key=_age_of):
        for kind in kinds_of(file):
            found[kind].append(file)
    return found


def _age_of(file: Path) -> tuple[bool, str, Path]:
    return "modified" in file.name, file.name, file


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file() and not file.name.endswith(_NOTES)]
    if not path.is_file():
        raise SourceUnreadable(f"{path} is not there")
    return [path]


def _read(slug: str, files: list[Path], report: FeedReport, run: _Run) -> None:
    """Read the files that changed; a list or a day's scores replace the ones before, so only the last one counts."""
    if not files:
        return
    feed, _ = Feed.objects.get_or_create(slug=slug)
    replacing = {"kev": _read_kev, "epss": _read_epss}.get(slug)
    known = dict(FeedFile.objects.filter(feed=feed).values_list("name", "sha256"))
    again = run.new_vulnerabilities and replacing is not None
    fresh = [
        (file, sha256)
        for file in (files[-1:] if replacing else files)
        if known.get(file.name[:120]) != (sha256 := _sha256(file)) or again
    ]
    if replacing is not None:
        for file, sha256 in fresh:
            run.watch.begin(file.name, None)
            _file_read(feed, [(file, sha256, replacing(file, sha256, report, run))], report, run)
    else:
        _read_records(feed, fresh, report, run)
    report.files = len(fresh)
    report.state = "read" if fresh else "unchanged"
    if not fresh:
        actions.feed_unchanged(slug=slug, now=run.now, by=run.by)
    elif replacing is None:
        total = sum(FeedFile.objects.filter(feed=feed).values_list("records", flat=True))
        actions.feed_synchronised(slug=slug, now=run.now, by=run.by, records=total)


def _file_read(feed: Feed, read: list[tuple[Path, str, int]], report: FeedReport, run: _Run) -> None:
    """Remember files that were read to their end."""
    rows = [
        FeedFile(
            feed=feed, name=file.name[:120], sha256=sha256, records=records,
            bad=report.bad if len(read) == 1 else 0, read_at=run.now,
        )
        for file, sha256, records in read
    ]  # fmt: skip
    FeedFile.objects.bulk_create(
        {row.name: row for row in rows}.values(),
        update_conflicts=True,
        unique_fields=["feed", "name"],
        update_fields=["sha256", "records", "bad", "read_at"],
        batch_size=500,
    )


def _read_records(feed: Feed, fresh: list[tuple[Path, str]], report: FeedReport, run: _Run) -> None:
    """Archives and whole years one by one, loose documents together: there may be hundreds of thousands."""
    loose: list[tuple[Path, str]] = []
    for file, sha256 in fresh:
        if feed.slug in DOCUMENTS and not is_archive(file):
            loose.append((file, sha256))
            continue
        run.watch.begin(file.name, None)
        records = _stored(feed.slug, reading.records(feed.slug, file), report, run)
        _file_read(feed, [(file, sha256, records)], report, run)
    if loose:
        run.watch.begin(f"{feed.slug}: {len(loose)} documents", None)
        _stored(feed.slug, _loose(feed.slug, [file for file, _ in loose]), report, run)
        _file_read(feed, [(file, sha256, 1) for file, sha256 in loose], report, run)


def _loose(slug: str, files: list[Path]) -> Iterator[reading.Item]:
    """A loose document that cannot be read is left out, and the others are read."""
    for position, file in enumerate(files, start=1):
        try:
            yield from reading.records(slug, file)
        except SourceError as error:
            yield BadRecord(position, file.name[-60:], str(error))


def _stored(slug: str, items: Iterable[reading.Item], report: FeedReport, run: _Run) -> int:
    """Store what a source tells; what was stored before it breaks off is matched all the same."""
    if slug == "endoflife":
        kept, changed = actions.store_support(items=items, on_bad=_noted(report))
        report.changed += changed
        return kept
    last = Stored()

    def on_batch(stored: Stored) -> None:
        nonlocal last
        last = stored
        run.watch.at(stored.records, None)

    try:
        stored = actions.store_records(records=items, now=run.now, on_bad=_noted(report), on_batch=on_batch)
    finally:
        report.new, report.changed = report.new + last.new, report.changed + last.changed
        report.rejected += last.rejected
        run.new_vulnerabilities |= bool(last.new)
        matched = actions.rematch_products(products=last.products, now=run.now)
        report.verdicts_begun += matched.added
        report.verdicts_ended += matched.ended
    return stored.records


def _noted(report: FeedReport) -> Callable[[BadRecord], None]:
    def note(bad: BadRecord) -> None:
        report.bad += 1
        if len(report.bad_records) < MOST_BAD_SHOWN:
            report.bad_records.append(bad)

    return note


def _read_kev(file: Path, sha256: str, report: FeedReport, run: _Run) -> int:
    kev = read_kev(file)
    report.changed = actions.apply_kev(kev=kev, now=run.now, by=run.by, sha256=sha256)
    return len(kev.entries)


def _read_epss(file: Path, sha256: str, report: FeedReport, run: _Run) -> int:
    epss = read_epss(file)
    report.changed = actions.apply_epss(epss=epss, now=run.now, by=run.by, sha256=sha256)
    report.bad = len(epss.bad)
    report.bad_records = list(epss.bad[:MOST_BAD_SHOWN])
    return len(epss.scores)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

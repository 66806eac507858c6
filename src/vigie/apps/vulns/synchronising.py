"""Read the files of the feeds, those that changed, and match again what they change."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vigie.channels.feeds import ChannelError, Door, fetch, forget
from vigie.data import feeds
from vigie.sources.epss import read_epss
from vigie.sources.faults import SourceError, SourceUnreadable
from vigie.sources.feed_kind import kind_of
from vigie.sources.json_stream import BadRecord
from vigie.sources.kev import read_kev
from vigie.sources.nvd import read_nvd

from . import actions
from .models import Feed, FeedFile
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
    only: frozenset[str] | None = None


def synchronise(
    *, paths: list[Path], now: datetime, by: str, fetch_into: Path | None = None, door: Door | None = None,
    only: frozenset[str] | None = None, watch: Watch | None = None,
) -> tuple[FeedReport, ...]:  # fmt: skip
    """Bring every feed up to date, the starter catalogue first; a feed that fails does not stop the others.

    `fetch_into` is the folder where the files are downloaded first; without it, only `paths` are read.
    """
    run = _Run(now, by, watch or Unwatched())
    reports = [_starter(run)]
    for source in feeds.sources():
        if only and source.slug not in only:
            continue
        report = FeedReport(source.slug)
        reports.append(report)
        fetched: list[Path] = []
        try:
            if fetch_into is not None:
                _download(source, fetch_into, door or Door(feeds.hosts()), run, fetched)
            _read(source.slug, _of_kind(source.slug, [*paths, *fetched]), report, run)
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


def _download(source: feeds.FeedSource, folder: Path, door: Door, run: _Run, fetched: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    row = Feed.objects.filter(slug=source.slug).first()
    last_good = row.last_good_at.date() if row and row.last_good_at else None
    for url in source.addresses(last_good=last_good, today=run.now.date()):
        name = url.rsplit("/", 1)[-1]
        run.watch.begin(name, None)
        target = folder / name
        fetched.append(fetch(url, target, door=door, most_bytes=source.most_bytes, on_bytes=run.watch.at).path)


def _of_kind(slug: str, paths: list[Path]) -> list[Path]:
    """The files of this feed; those of the last days come after those of the years."""
    files = [file for path in paths for file in _files(path)]
    return sorted(
        (file for file in files if kind_of(file) == slug), key=lambda file: ("modified" in file.name, file.name)
    )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file() and not file.name.endswith(_NOTES)]
    if not path.is_file():
        raise SourceUnreadable(f"{path} is not there")
    return [path]


def _read(slug: str, files: list[Path], report: FeedReport, run: _Run) -> None:
    if not files:
        return
    feed, _ = Feed.objects.get_or_create(slug=slug)
    read = {"nvd": _read_nvd, "kev": _read_kev, "epss": _read_epss}[slug]
    known = dict(FeedFile.objects.filter(feed=feed).values_list("name", "sha256"))
    again = run.new_vulnerabilities and slug != "nvd"
    # A list or a day's scores replace the ones before: only the last file counts.
    for file in files if slug == "nvd" else files[-1:]:
        sha256 = _sha256(file)
        if known.get(file.name) == sha256 and not again:
            continue
        run.watch.begin(file.name, None)
        records = read(file, sha256, report, run)
        defaults = {"sha256": sha256, "records": records, "bad": report.bad, "read_at": run.now}
        FeedFile.objects.update_or_create(feed=feed, name=file.name[:120], defaults=defaults)
        report.files += 1
    report.state = "read" if report.files else "unchanged"
    if not report.files:
        actions.feed_unchanged(slug=slug, now=run.now, by=run.by)
    elif slug == "nvd":
        total = sum(FeedFile.objects.filter(feed=feed).values_list("records", flat=True))
        actions.feed_synchronised(slug=slug, now=run.now, by=run.by, records=total)


def _read_nvd(file: Path, sha256: str, report: FeedReport, run: _Run) -> int:
    """Store a file; what was stored before it breaks off is matched all the same."""
    last = Stored()

    def on_batch(stored: Stored) -> None:
        nonlocal last
        last = stored
        run.watch.at(stored.records, None)

    try:
        stored = actions.store_records(records=read_nvd(file), now=run.now, on_bad=_noted(report), on_batch=on_batch)
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

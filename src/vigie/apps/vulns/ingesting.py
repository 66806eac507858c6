"""Read the files of one feed, those that changed, store what they tell, and match again what that changes."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from vigie.sources.documents import is_archive
from vigie.sources.epss import read_epss
from vigie.sources.faults import SourceError
from vigie.sources.feed_kind import DOCUMENTS
from vigie.sources.json_stream import BadRecord
from vigie.sources.kev import read_kev

from . import actions, reading
from .fetching.errand import Unwatched, Watch
from .models import Feed, FeedFile
from .storing import Stored

MOST_BAD_SHOWN = 20


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
    waiting: int = 0  # documents that the next round will fetch
    remark: str = ""
    error: str = ""

    def note(self, bad: BadRecord) -> None:
        self.bad += 1
        if len(self.bad_records) < MOST_BAD_SHOWN:
            self.bad_records.append(bad)


@dataclass(slots=True)
class Run:
    """What the feeds of one synchronisation share."""

    now: datetime
    by: str
    watch: Watch = field(default_factory=Unwatched)
    new_vulnerabilities: bool = False  # then lists and scores are applied again, though their file is the same


def read(slug: str, files: Iterable[Path], report: FeedReport, run: Run) -> int:
    """Read the files that changed, and return how many there were. Raises SourceError.

    A list or a day's scores replace the ones before, so only the last one counts.
    """
    feed, _ = Feed.objects.get_or_create(slug=slug)
    found = list(files)
    replacing = {"kev": _read_kev, "epss": _read_epss}.get(slug)
    known = _known(feed, found)
    again = run.new_vulnerabilities and replacing is not None
    fresh = [
        (file, sha256)
        for file in (found[-1:] if replacing else found)
        if known.get(file.name[:120]) != (sha256 := _sha256(file)) or again
    ]
    if replacing is not None:
        for file, sha256 in fresh:
            run.watch.begin(file.name, None)
            _remember(feed, [(file, sha256, replacing(file, sha256, report, run))], report, run)
    else:
        _read_records(feed, fresh, report, run)
    report.files += len(fresh)
    return len(fresh)


def read_passing(slug: str, files: Iterable[Path], report: FeedReport, run: Run) -> int:
    """Read parts of an answer, whose names come again with other contents. Raises SourceError."""
    found = list(files)
    for file in found:
        _stored(slug, reading.records(slug, file), report, run, run.watch)
    report.files += len(found)
    return len(found)


def _known(feed: Feed, files: list[Path]) -> dict[str, str]:
    rows = FeedFile.objects.filter(feed=feed)
    if len(files) <= 100:  # a batch of documents does not ask what the thousands before it were
        rows = rows.filter(name__in=[file.name[:120] for file in files])
    return dict(rows.values_list("name", "sha256"))


def _remember(feed: Feed, read: list[tuple[Path, str, int]], report: FeedReport, run: Run) -> None:
    """Files that were read to their end."""
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


def _read_records(feed: Feed, fresh: list[tuple[Path, str]], report: FeedReport, run: Run) -> None:
    """Archives and whole years one by one, loose documents together: there may be hundreds of thousands."""
    loose: list[tuple[Path, str]] = []
    for file, sha256 in fresh:
        if feed.slug in DOCUMENTS and not is_archive(file):
            loose.append((file, sha256))
            continue
        run.watch.begin(file.name, None)
        records = _stored(feed.slug, reading.records(feed.slug, file), report, run, run.watch)
        _remember(feed, [(file, sha256, records)], report, run)
    if loose:
        files = [file for file, _ in loose]
        _stored(feed.slug, _loose(feed.slug, files), report, run, _watch_of(feed, len(loose), run))
        _remember(feed, [(file, sha256, 1) for file, sha256 in loose], report, run)


def _watch_of(feed: Feed, count: int, run: Run) -> Watch:
    """A handful of documents is part of a round that is watched already."""
    if count <= 25:
        return Unwatched()
    run.watch.begin(f"{feed.slug}: {count} documents", None)
    return run.watch


def _loose(slug: str, files: list[Path]) -> Iterator[reading.Item]:
    """A loose document that cannot be read is left out, and the others are read."""
    for position, file in enumerate(files, start=1):
        try:
            yield from reading.records(slug, file)
        except SourceError as error:
            yield BadRecord(position, file.name[-60:], str(error))


def _stored(slug: str, items: Iterable[reading.Item], report: FeedReport, run: Run, watch: Watch) -> int:
    """Store what a source tells; what was stored before it breaks off is matched all the same."""
    if slug == "endoflife":
        kept, changed = actions.store_support(items=items, on_bad=report.note)
        report.changed += changed
        return kept
    last = Stored()

    def on_batch(stored: Stored) -> None:
        nonlocal last
        last = stored
        watch.at(stored.records, None)

    try:
        stored = actions.store_records(records=items, now=run.now, on_bad=report.note, on_batch=on_batch)
    finally:
        report.new, report.changed = report.new + last.new, report.changed + last.changed
        report.rejected += last.rejected
        run.new_vulnerabilities |= bool(last.new)
        matched = actions.rematch_products(products=last.products, now=run.now)
        if last.is_news:
            actions.announce(now=run.now)
        report.verdicts_begun += matched.added
        report.verdicts_ended += matched.ended
    return stored.records


def _read_kev(file: Path, sha256: str, report: FeedReport, run: Run) -> int:
    kev = read_kev(file)
    report.changed = actions.apply_kev(kev=kev, now=run.now, by=run.by, sha256=sha256)
    return len(kev.entries)


def _read_epss(file: Path, sha256: str, report: FeedReport, run: Run) -> int:
    epss = read_epss(file)
    report.changed = actions.apply_epss(epss=epss, now=run.now, by=run.by, sha256=sha256)
    for bad in epss.bad:
        report.note(bad)
    return len(epss.scores)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Bring every feed up to date, from the network or from a folder, and write how that ended."""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from vigie.channels.feeds import ChannelError, Door, forget
from vigie.data import feeds
from vigie.sources.faults import SourceError, SourceUnreadable
from vigie.sources.feed_kind import kinds_of

from . import actions, ingesting
from .fetching import Errand, bring
from .fetching.errand import LISTS, Unwatched, Watch
from .ingesting import FeedReport, Run
from .mirroring import brought_at
from .models import Feed, FeedFile

_NOTES = (".part", ".notes.json")  # what a download keeps beside its file


def door(*, nvd_key: str | None = None, contact: str = "") -> Door:
    """The one way out to the publishers; they are told who asks, and where whoever asks can be reached."""
    pages = feeds.source("nvd").pages
    keys = {pages.host: (pages.key_header, nvd_key)} if pages and nvd_key else {}
    return Door(feeds.hosts(), keys=keys, user_agent=f"Vigie (feeds; {contact})" if contact else "Vigie (feeds)")


def synchronise(
    *, paths: list[Path], now: datetime, by: str, fetch_into: Path | None = None, door: Door | None = None,
    only: frozenset[str] | None = None, watch: Watch | None = None, pause: Callable[[float], None] = time.sleep,
) -> tuple[FeedReport, ...]:  # fmt: skip
    """Bring every feed up to date, the starter catalogue first; a feed that fails does not stop the others.

    `fetch_into` is the folder where the files are downloaded first, through `door`; without it, only `paths` are read.
    """
    run = Run(now, by, watch or Unwatched())
    reports = [_starter(run)]
    given, gone = _given(paths)
    for source in feeds.sources():
        if only is not None and source.slug not in only:
            continue
        report = FeedReport(source.slug)
        reports.append(report)
        errand = None
        if fetch_into is not None:
            errand = Errand(
                source,
                fetch_into / source.slug,
                door or Door(feeds.hosts()),
                now,
                _since(source.slug),
                pause,
                run.watch,
            )
        if gone is not None:
            _failed(report, gone, run)
        else:
            _one(source, given.get(source.slug, []), errand, report, run)
    return tuple(reports)


def _given(paths: list[Path]) -> tuple[dict[str, list[Path]], SourceError | None]:
    """The files by feed; a folder that is not there, a disk that is not mounted, is a fault of every feed."""
    try:
        return _sorted_by_kind(paths), None
    except SourceUnreadable as error:
        return {}, error


def _failed(report: FeedReport, error: ChannelError | SourceError, run: Run) -> None:
    report.state, report.error = "failed", str(error)
    actions.feed_failed(slug=report.slug, now=run.now, by=run.by, error=str(error), waiting=report.waiting)


def _starter(run: Run) -> FeedReport:
    stored = actions.load_starter(now=run.now, by=run.by)
    run.new_vulnerabilities |= bool(stored.new)
    state = "read" if stored.records else "unchanged"
    return FeedReport("starter", state, int(bool(stored.records)), stored.new, stored.changed)


def _since(slug: str) -> datetime | None:
    row = Feed.objects.filter(slug=slug).first()
    return row.last_good_at if row else None


def _one(source: feeds.FeedSource, given: list[Path], errand: Errand | None, report: FeedReport, run: Run) -> None:
    before = Feed.objects.filter(slug=source.slug).values_list("records", flat=True).first() or 0
    try:
        fresh = ingesting.read(source.slug, given, report, run) if given else 0
        if errand is not None:
            fresh += _fetched(errand, report, run)
    except (ChannelError, SourceError) as error:
        _tell(errand, report)
        _failed(report, error, run)
        return
    _tell(errand, report)
    if given or errand is not None:
        as_of = run.now if errand is not None else _as_of(given, run.now)
        _ended(source, errand, fresh, before, as_of, report, run)


def _as_of(files: list[Path], now: datetime) -> datetime:
    """When files of a folder were as their publisher has them: when they were brought there, not when they are read.

    A mirror that nobody fills any more must grow old.
    """
    brought = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files]
    folders = {folder for file in files for folder in list(file.parents)[:3]}
    brought += [moment for folder in folders if (moment := brought_at(folder)) is not None]
    return min(now, max(brought))


def _fetched(errand: Errand, report: FeedReport, run: Run) -> int:
    """Store each batch before the next is asked for; return how many files were new."""
    fresh = 0
    for batch in bring(errand):
        read = ingesting.read_passing if errand.passing else ingesting.read
        try:
            fresh += read(errand.source.slug, batch, report, run)
        except SourceError:
            for file in batch:
                forget(file)  # it came broken: the next round asks for all of it
            raise
    return fresh


def _tell(errand: Errand | None, report: FeedReport) -> None:
    if errand is not None:
        report.waiting, report.remark = errand.waiting, errand.remark
        for bad in errand.left_out:
            report.note(bad)


def _ended(
    source: feeds.FeedSource, errand: Errand | None, fresh: int, before: int, as_of: datetime, report: FeedReport,
    run: Run,
) -> None:  # fmt: skip
    report.state = "read" if fresh else "unchanged"
    waiting, remark = report.waiting, report.remark
    if not fresh:
        actions.feed_unchanged(slug=source.slug, now=run.now, by=run.by, as_of=as_of, waiting=waiting, remark=remark)
    elif source.slug in {"kev", "epss"}:
        return  # their actions wrote it with what they applied
    else:
        records = before + report.new if errand is not None and errand.passing else _records(source, errand)
        actions.feed_synchronised(
            slug=source.slug, now=run.now, by=run.by, records=records, as_of=as_of, waiting=waiting, remark=remark
        )


def _records(source: feeds.FeedSource, errand: Errand | None) -> int:
    """Records in the files that count today: those of a release that is gone are in the ones that followed it."""
    files = FeedFile.objects.filter(feed__slug=source.slug)
    if errand is not None and source.releases is not None:
        files.exclude(name__in=[file.name for file in errand.folder.iterdir()]).delete()
    return sum(files.values_list("records", flat=True))


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
        return [
            file
            for file in path.rglob("*")
            if file.is_file() and not file.name.endswith(_NOTES) and file.parent.name != LISTS
        ]
    if not path.is_file():
        raise SourceUnreadable(f"{path} is not there")
    return [path]

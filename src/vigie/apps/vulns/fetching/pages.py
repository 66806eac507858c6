"""The NVD's interface: what changed between two moments, page by page; a round that broke off goes on where it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from vigie.channels.courtesy import Courtesy
from vigie.data.feeds import Pages
from vigie.sources.nvd_page import read_page

from .errand import Errand

OVERLAP = timedelta(days=1)  # the yearly files are built once a day: what changed since is asked again
FORGOTTEN_AFTER = timedelta(hours=12)  # an older round starts again, with its end moved to now


@dataclass(frozen=True, slots=True)
class _Round:
    start: datetime
    end: datetime
    index: int = 0

    def kept(self) -> str:
        return json.dumps({"start": self.start.isoformat(), "end": self.end.isoformat(), "index": self.index})


def reach_back(errand: Errand) -> bool:
    """Whether the changes alone can be asked: the last good reading is recent enough.

    Without a key the file of the last days costs its owner less: pages are for what is older.
    """
    source, since = errand.source, errand.since
    if source.pages is None or since is None or errand.now - since >= source.pages.span:
        return False
    has_key = source.pages.host in errand.door.keys
    return has_key or not source.recent_for or errand.now - since > source.recent_for


def bring(errand: Errand) -> Iterator[tuple[Path, ...]]:
    """Yield each page as a file. When it ends, all that changed until now, or until the round was begun, was."""
    pages = errand.source.pages
    if pages is None or errand.since is None:
        return
    errand.passing = True
    errand.watch.begin(f"{errand.source.slug}: changes since {errand.since:%Y-%m-%d}", None)
    notes, file = errand.folder / "nvd-round.notes.json", errand.folder / "nvd-page.json"
    current = _resumed(notes, errand.now) or _Round(max(errand.since - OVERLAP, errand.now - pages.span), errand.now)
    waiting = pages.pause_with_key if pages.host in errand.door.keys else pages.pause
    courtesy = Courtesy(waiting.total_seconds(), first_wait=waiting.total_seconds() * 5, sleep=errand.sleep)
    while True:
        notes.write_text(current.kept())
        _dropped(file)  # every page has the same name: what is left of another one must not be continued
        errand.fetch(_address(pages, current), file, courtesy)
        page = read_page(file, asked=current.index)
        yield (file,)
        following = page.next_index
        if following is None:
            break
        current = _Round(current.start, current.end, following)
    notes.unlink(missing_ok=True)
    _dropped(file)


def _resumed(notes: Path, now: datetime) -> _Round | None:
    try:
        kept = json.loads(notes.read_text())
        found = _Round(datetime.fromisoformat(kept["start"]), datetime.fromisoformat(kept["end"]), int(kept["index"]))
        return found if timedelta(0) <= now - found.end <= FORGOTTEN_AFTER and found.index >= 0 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # no round was interrupted, or its notes are not ours


def _address(pages: Pages, current: _Round) -> str:
    start, end = (quote(moment.isoformat(timespec="milliseconds"), safe="") for moment in (current.start, current.end))
    return pages.url.format(start=start, end=end, index=current.index)


def _dropped(file: Path) -> None:
    for name in (file.name, f"{file.name}.part", f"{file.name}.notes.json"):
        file.with_name(name).unlink(missing_ok=True)

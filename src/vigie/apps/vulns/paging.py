"""Fetch what changed between two moments page by page; an interrupted round goes on after its last stored page."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from vigie.channels.feeds import ChannelUnreachable, Door, fetch
from vigie.data.feeds import Pages
from vigie.sources.nvd_page import read_page

OVERLAP = timedelta(days=1)  # the yearly files are built once a day: what changed since is asked again
FORGOTTEN_AFTER = timedelta(hours=12)  # an older round starts again, with its end moved to now
TRIES = 3


@dataclass(frozen=True, slots=True)
class _Round:
    start: datetime
    end: datetime
    index: int = 0

    def kept(self) -> str:
        return json.dumps({"start": self.start.isoformat(), "end": self.end.isoformat(), "index": self.index})


def changed_pages(
    pages: Pages, *, since: datetime, now: datetime, folder: Path, door: Door, most_bytes: int,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Path]:  # fmt: skip
    """Yield each page as a file, to be stored before the next is asked for. Raises ChannelError or SourceError.

    When it ends, all that changed until now, or until the round was begun, has been yielded.
    """
    notes, file = folder / "nvd-round.json", folder / "nvd-page.json"
    current = _resumed(notes, now) or _Round(max(since - OVERLAP, now - pages.span), now)
    waiting = pages.pause_with_key if pages.host in door.keys else pages.pause
    while True:
        notes.write_text(current.kept())
        _asked(_address(pages, current), file, door, most_bytes, waiting.total_seconds(), pause)
        page = read_page(file, asked=current.index)
        yield file
        following = page.next_index
        if following is None:
            break
        current = _Round(current.start, current.end, following)
        pause(waiting.total_seconds())
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


def _asked(url: str, file: Path, door: Door, most_bytes: int, waiting: float, pause: Callable[[float], None]) -> None:
    """The NVD answers 403 or 503 to whoever asks too fast, and to others on its bad days: wait, and ask again."""
    for attempt in range(1, TRIES + 1):
        _dropped(file)  # every page has the same name: what is left of another one must not be continued
        try:
            fetch(url, file, door=door, most_bytes=most_bytes)
            return
        except ChannelUnreachable:
            if attempt == TRIES:
                raise
            pause(waiting * 5 * attempt)


def _dropped(file: Path) -> None:
    for name in (file.name, f"{file.name}.part", f"{file.name}.notes.json"):
        file.with_name(name).unlink(missing_ok=True)

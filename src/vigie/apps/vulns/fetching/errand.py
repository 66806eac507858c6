"""What whoever brings the files of one source is given, and what they tell when they are back."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vigie.channels.courtesy import Courtesy
from vigie.channels.feeds import Door, Fetched
from vigie.data.feeds import FeedSource
from vigie.sources.json_stream import BadRecord

LISTS = "lists"  # folder of what names documents and is none itself


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
class Errand:
    source: FeedSource
    folder: Path  # of this source alone; it is the mirror that `vigie feeds sync --from` reads elsewhere
    door: Door
    now: datetime
    since: datetime | None  # the last good synchronisation; None: nothing is stored yet
    sleep: Callable[[float], None] = time.sleep
    watch: Watch = field(default_factory=Unwatched)
    passing: bool = False  # its files are parts of an answer: they are not kept, nor known again by their name
    waiting: int = 0  # documents that this round leaves for the next
    left_out: list[BadRecord] = field(default_factory=list)  # documents that could not be brought
    remark: str = ""  # what whoever follows the feed must know: a list that does not reach back far enough

    @property
    def courtesy(self) -> Courtesy:
        """A new round of questions, at the pace that this source asks for."""
        return Courtesy(self.source.pause.total_seconds(), sleep=self.sleep)

    def fetch(self, url: str, target: Path, courtesy: Courtesy) -> Fetched:
        """Bring one file up to date. Raises ChannelError."""
        target.parent.mkdir(parents=True, exist_ok=True)
        # Many small documents are counted in place of their bytes.
        on_bytes = None if self.source.most_documents else self.watch.at
        return courtesy.fetch(url, target, door=self.door, most_bytes=self.source.most_bytes, on_bytes=on_bytes)

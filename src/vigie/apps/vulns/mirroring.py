"""Bring the files of every feed into a folder, and store nothing: for a machine beside a closed network."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from vigie.channels.feeds import ChannelError, Door
from vigie.data import feeds
from vigie.sources.faults import SourceError
from vigie.sources.json_stream import BadRecord

from .fetching import Errand, bring
from .fetching.errand import Unwatched, Watch


@dataclass(slots=True)
class Brought:
    """How the round of one feed ended."""

    slug: str
    files: int = 0  # that are up to date, changed or not
    waiting: int = 0  # documents that the next round will fetch
    left_out: list[BadRecord] = field(default_factory=list)
    error: str = ""


def bring_all(
    *, folder: Path, door: Door, now: datetime, only: frozenset[str] | None = None, watch: Watch | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Brought, ...]:  # fmt: skip
    """Bring each feed up to date in a folder of its name; one that fails does not stop the others.

    When a feed was last brought whole is kept in its folder: there is no database to ask.
    """
    return tuple(
        _one(
            Errand(
                source, folder / source.slug, door, now, brought_at(folder / source.slug), pause, watch or Unwatched()
            )
        )
        for source in feeds.sources()
        if only is None or source.slug in only
    )


def _one(errand: Errand) -> Brought:
    brought = Brought(errand.source.slug)
    try:
        for batch in bring(errand, kept=True):
            brought.files += len(batch)
        _notes(errand.folder).write_text(json.dumps({"brought_at": errand.now.isoformat()}))
    except (ChannelError, SourceError) as error:
        brought.error = str(error)
    brought.waiting, brought.left_out = errand.waiting, errand.left_out
    return brought


def brought_at(folder: Path) -> datetime | None:
    """When a feed was last brought whole into its folder; None when nobody noted it."""
    try:
        return datetime.fromisoformat(json.loads(_notes(folder).read_text())["brought_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _notes(folder: Path) -> Path:
    return folder / "mirror.notes.json"

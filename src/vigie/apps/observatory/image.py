"""The columnar image: who shows what, in Parquet files beside the database, for the moment that they speak of."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from django.db import connection

from vigie.apps.packed import Numbers

from .enums import ImageState
from .exposed_counting import Ground, Known

FOLDER, MANIFEST = "image", "current.json"
FORMAT = 1
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
}
NO_DAY = 10**9  # the last day of a membership that goes on

# What a change leaves behind. Changes that commit late have a number before the last: the last ones are counted too.
_MARKS = """SELECT
    (SELECT COUNT(*) FROM scans_presencechange WHERE id > %s),
    (SELECT MAX(id) FROM scans_presencechange),
    (SELECT MAX(at) FROM scans_presencechange WHERE id = (SELECT MAX(id) FROM scans_presencechange)),
    (SELECT MAX(id) FROM registry_establishment),
    (SELECT MAX(id) FROM registry_membership),
    (SELECT MAX(id) FROM registry_importrun),
    (SELECT state FROM registry_importrun WHERE id = (SELECT MAX(id) FROM registry_importrun))"""


class ImageUnreadable(Exception):
    """A file of the image is missing, damaged, or of another version; the database answers in its place."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an image is of: written last, so that an image without it was never whole."""

    name: str  # the folder of its files
    moment: str  # ISO: what the database held then is what the image says
    since: int  # changes after this number are counted in the marks
    marks: list[Any]  # the traces of changes, as the database told them just before it was read
    rows: int
    establishments: int
    format: int = FORMAT

    @property
    def spoken_at(self) -> datetime:
        return datetime.fromisoformat(self.moment)


def marks(since: int) -> list[Any]:
    """The traces that changes leave, read in one question; the same list means that nothing changed."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [since])
        found = cursor.fetchall()[0]
    return [None if value is None else str(value) for value in found]


@dataclass(frozen=True, slots=True)
class Reading:
    """The image that there is, and whether it may answer."""

    state: ImageState
    manifest: Manifest | None = None
    image: "Image | None" = None  # only when it is fresh


NOT_ASKED = Reading(ImageState.NOT_ASKED)  # a past day: the database answers


def read(home: Path) -> Reading:
    """Find the image of this installation and compare it with the database; never raises for a bad image."""
    try:
        manifest = manifest_of(home)
        if manifest is None:
            return Reading(ImageState.ABSENT)
        if manifest.marks != marks(manifest.since):
            return Reading(ImageState.STALE, manifest)
        return Reading(ImageState.FRESH, manifest, _opened(home / FOLDER / manifest.name))
    except ImageUnreadable:
        return Reading(ImageState.UNREADABLE)


def manifest_of(home: Path) -> Manifest | None:
    """None when there is no image; raise ImageUnreadable when it cannot be understood."""
    path = home / FOLDER / MANIFEST
    try:
        found = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ImageUnreadable(str(path)) from error
    if found.format != FORMAT or Path(found.name).name != found.name:
        raise ImageUnreadable(str(path))
    return found


def written(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), indent=1)


@lru_cache(maxsize=2)
def _opened(folder: Path) -> "Image":
    return Image(folder)


class Image:
    """Answers as the database does, from columns that were read once: some 60 MB for ten million services.

    What is read is never changed: threads share it.
    """

    def __init__(self, folder: Path) -> None:
        with duckdb.connect(config=SETTINGS) as connection:
            known = _columns(connection, folder, "establishments")  # in the order of FINESS numbers
            self._members = _columns(connection, folder, "memberships")
            shown = _columns(connection, folder, "presence")  # in the order of pairs, then of establishments
            self._region_names = tuple(_columns(connection, folder, "regions")["name"].tolist())
            self._group_codes = tuple(_columns(connection, folder, "groups")["name"].tolist())
        self._known = known
        self._pairs, begins = np.unique(shown["pair"], return_index=True)
        self._begins = np.append(begins, len(shown["pair"]))
        self._establishments = shown["establishment"].astype(np.int32)
        self._services = shown["services"].astype(np.int32)

    def showing(self, pairs: Sequence[int]) -> list[tuple[int, Numbers]]:
        return [(pair, self._establishments[where]) for pair, where in self._runs(pairs)]

    def _runs(self, pairs: Sequence[int]) -> Iterator[tuple[int, slice]]:
        """Where each pair that anybody shows stands among the columns."""
        places = np.searchsorted(self._pairs, np.array(pairs, np.int64)).tolist()
        for pair, place in zip(pairs, places, strict=True):
            if place < len(self._pairs) and self._pairs[place] == pair:
                yield pair, slice(int(self._begins[place]), int(self._begins[place + 1]))

    def ground(self, moment: datetime) -> Ground:
        """The memberships of that day, as they were known when the image was made."""
        day = moment.date().toordinal()
        inside = (self._members["first_day"] <= day) & (self._members["last_day"] > day)
        return Ground(
            self._known["number"],
            self._known["region"],
            self._region_names,
            self._members["establishment"][inside],
            self._members["code"][inside],
            self._group_codes,
        )

    def first(self, establishments: Numbers, most: int | None) -> list[Known]:
        numbers = self._known["number"]
        wanted = np.zeros(int(max(numbers.max(initial=0), establishments.max(initial=0))) + 1, bool)
        wanted[establishments] = True
        places = np.flatnonzero(wanted[numbers])[:most]
        columns = (self._known[column][places].tolist() for column in _KNOWN)
        return [Known(*row) for row in zip(*columns, strict=True)]

    def services(self, establishments: Sequence[int], pairs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        wanted = np.array(sorted(establishments), np.int32)
        for pair, where in self._runs(pairs):
            mine = self._establishments[where]
            places = np.searchsorted(mine, wanted)
            there = np.flatnonzero(mine[np.minimum(places, len(mine) - 1)] == wanted)
            numbers = self._services[where][places[there]]
            yield from (
                (one, pair, number) for one, number in zip(wanted[there].tolist(), numbers.tolist(), strict=True)
            )

    def presence(self) -> dict[str, Numbers]:
        """All of it, in columns: pair, establishment, services."""
        pairs = np.repeat(self._pairs, np.diff(self._begins))
        return {"pair": pairs, "establishment": self._establishments, "services": self._services}


_KNOWN = ("number", "finess", "name", "department_name", "region_name")


def _columns(connection: duckdb.DuckDBPyConnection, folder: Path, table: str) -> dict[str, Any]:
    """Raise ImageUnreadable when the file cannot be read."""
    try:
        return connection.read_parquet(str(folder / f"{table}.parquet")).fetchnumpy()
    except duckdb.Error as error:
        raise ImageUnreadable(str(folder)) from error


def day_number(day: date | None) -> int:
    return NO_DAY if day is None else day.toordinal()

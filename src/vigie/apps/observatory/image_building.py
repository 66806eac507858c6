"""Make the columnar image from the database: whole, or from the last image and what changed since."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from django.db.models import F, Max, Min

from vigie.apps.packed import Numbers, Packed, unpacked
from vigie.apps.registry.models import Establishment, Membership
from vigie.apps.scans.models import Presence, PresenceChange

from .enums import ImageState
from .image import (
    FOLDER,
    MANIFEST,
    SETTINGS,
    Image,
    ImageUnreadable,
    Manifest,
    day_number,
    manifest_of,
    marks,
    read,
    written,
)

LATE = 1_000  # changes that may still commit behind the last one: a transaction lasts a second at most
KEPT = timedelta(days=30)  # changes that an image of another machine may still ask for
PAIRS_AT_ONCE, ESTABLISHMENTS_AT_ONCE = 500, 500
MOST_CHANGED = 0.2  # of establishments: past it, reading everything is faster
ROW_GROUP = 20_000  # rows that a question about one pair reads
_BITS = 20  # a count of services beside the number of its establishment
_COLUMNS = ("pair", "establishment", "services")
Presences = tuple[Numbers, Numbers, Numbers]


def refresh(home: Path, *, now: datetime) -> Manifest | None:
    """Build the image again where it is not fresh; None when it is."""
    return None if read(home).state is ImageState.FRESH else build(home, now=now)


def build(home: Path, *, now: datetime, whole: bool = False) -> Manifest:
    """Write a new image and put it in the place of the last one, in one step; what reads the last one goes on."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    last = PresenceChange.objects.aggregate(last=Max("pk"))["last"] or 0
    since = max(0, last - LATE)
    # Before any row is read: what changes meanwhile makes the image stale, and never is forgotten.
    seen = marks(since)
    rows = (None if whole else _patched(home)) or _joined(_everything())
    made = Path(tempfile.mkdtemp(prefix=f"{now:%Y%m%dT%H%M%S}-", dir=folder))
    establishments = _write(made, rows)
    manifest = Manifest(made.name, now.isoformat(), since, seen, len(rows[0]), establishments)
    draft = made / MANIFEST
    draft.write_text(written(manifest), encoding="utf-8")
    previous = _previous(home)
    draft.replace(folder / MANIFEST)
    _tidy(folder, {made.name, previous})
    PresenceChange.objects.filter(pk__lte=since, at__lt=now - KEPT).delete()
    return manifest


def _previous(home: Path) -> str:
    try:
        found = manifest_of(home)
    except ImageUnreadable:
        return ""
    return found.name if found else ""


def _tidy(folder: Path, kept: set[str]) -> None:
    """The last image stays beside the new one: a question that began with it ends with it."""
    for old in folder.iterdir():
        if old.is_dir() and old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def _patched(home: Path) -> Presences | None:
    """The last image with the establishments that changed read again; None when it must be read whole."""
    try:
        manifest = manifest_of(home)
        if manifest is None or (changed := _changed(manifest)) is None:
            return None
        old = Image(home / FOLDER / manifest.name).presence()
    except ImageUnreadable:
        return None
    stay = ~np.isin(old["establishment"], np.array(changed, np.int64))
    kept = (old["pair"][stay], old["establishment"][stay], old["services"][stay])
    return _joined([kept, *_of_establishments(changed)])


def _changed(manifest: Manifest) -> list[int] | None:
    first = PresenceChange.objects.aggregate(first=Min("pk"))["first"]
    if first is not None and first > manifest.since + 1:
        return None  # changes were forgotten that this image has not seen
    rows = PresenceChange.objects.filter(pk__gt=manifest.since).order_by("establishment")
    found = list(rows.values_list("establishment", flat=True).distinct())
    return found if len(found) <= MOST_CHANGED * manifest.establishments else None


def _of_establishments(numbers: list[int]) -> Iterator[Presences]:
    for start in range(0, len(numbers), ESTABLISHMENTS_AT_ONCE):
        some = Presence.objects.filter(establishment__in=numbers[start : start + ESTABLISHMENTS_AT_ONCE]).order_by()
        rows = np.array(list(some.values_list(*_COLUMNS)), np.int64).reshape(-1, 3)
        yield rows[:, 0], rows[:, 1], rows[:, 2]


def _everything() -> Iterator[Presences]:
    last = Presence.objects.aggregate(last=Max("pair"))["last"] or 0
    for start in range(0, last + 1, PAIRS_AT_ONCE):
        some = Presence.objects.filter(pair__gte=start, pair__lt=start + PAIRS_AT_ONCE).order_by()
        packed = Packed(F("establishment_id") * (1 << _BITS) + F("services"))
        for pair, value in some.values_list("pair").annotate(packed=packed):
            both = unpacked(value)
            yield np.full(len(both), pair, np.int64), both >> _BITS, both & ((1 << _BITS) - 1)


def _joined(parts: Any) -> Presences:
    """In the order of pairs, then of establishments, however they were read."""
    found = list(parts)
    if not found:
        return (unpacked(None),) * 3
    pairs, establishments, services = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((establishments, pairs))
    return pairs[order], establishments[order], services[order]


def _write(folder: Path, rows: Presences) -> int:
    """Return how many establishments were written."""
    known = list(
        Establishment.objects.order_by("finess").values_list(
            "pk", "finess", "name", "department__name", "department__parent__name"
        )
    )
    regions = sorted({row[4] or "" for row in known})
    place = {name: number for number, name in enumerate(regions)}
    members = list(
        Membership.objects.filter(superseded_at=None).values_list(
            "establishment", "group__code", "valid_from", "valid_until"
        )
    )
    groups = sorted({row[1] for row in members})
    code = {name: number for number, name in enumerate(groups)}
    _table(folder, "presence", dict(zip(_COLUMNS, rows, strict=True)))
    _table(folder, "establishments", {
        "number": _numbers(row[0] for row in known),
        "region": _numbers(place[row[4] or ""] for row in known),
        "finess": _texts(row[1] for row in known),
        "name": _texts(row[2] for row in known),
        "department_name": _texts(row[3] or "" for row in known),
        "region_name": _texts(row[4] or "" for row in known),
    })  # fmt: skip
    _table(folder, "memberships", {
        "establishment": _numbers(row[0] for row in members),
        "code": _numbers(code[row[1]] for row in members),
        "first_day": _numbers(day_number(row[2]) for row in members),
        "last_day": _numbers(day_number(row[3]) for row in members),
    })  # fmt: skip
    for table, names in (("regions", regions), ("groups", groups)):
        _table(folder, table, {"number": _numbers(range(len(names))), "name": _texts(names)})
    return len(known)


def _numbers(values: Any) -> Numbers:
    return np.fromiter(values, np.int64)


def _texts(values: Any) -> Any:
    return np.array(list(values), dtype=object)


def _table(folder: Path, name: str, columns: dict[str, Any]) -> None:
    file = str(folder / f"{name}.parquet").replace("'", "''")
    types = ", ".join(
        f"CAST({column} AS {'VARCHAR' if values.dtype == object else 'BIGINT'}) AS {column}"
        for column, values in columns.items()
    )
    with duckdb.connect(config=SETTINGS) as connection:
        connection.register("columns", columns)
        form = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"
        connection.execute(f"COPY (SELECT {types} FROM columns) TO '{file}' ({form})")  # noqa: S608

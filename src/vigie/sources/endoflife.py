"""Until when does a maker look after each line of a product, says endoflife.date?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

import msgspec

from vigie.data.names import products_of_cycle

from .documents import Document
from .json_stream import BadRecord

LONGEST = 60  # characters of a cycle's or a version's name
_SLUG = re.compile(r"[a-z0-9][a-z0-9.\-]{0,59}")


@dataclass(frozen=True, slots=True)
class SupportCycle:
    """One line of one product; a date that is not told is None."""

    vendor: str
    product: str
    cycle: str  # "7.0", "2012-r2": a name, not always a version
    released_on: date | None
    active_until: date | None
    ended_on: date | None  # None with `ended` True: over, nobody tells since when
    ended: bool | None  # without a date: True is over, False is not; None when the date tells
    extended_until: date | None  # the end of paid support: a machine past its end may still be looked after
    latest: str  # newest version of the line, "" when not told


class _Release(msgspec.Struct, rename="camel"):
    name: str
    release_date: date | None = None
    eoas: date | bool | None = None
    eol: date | bool | None = None
    eoes: date | bool | None = None
    latest: str | None = None


class _Product(msgspec.Struct):
    releases: dict[str, _Release]


_DECODER = msgspec.json.Decoder(_Product)


def read_endoflife(document: Document) -> Iterator[SupportCycle | BadRecord]:
    """Yield the lines of the product that the file is named after, once for each of its CPE names."""
    slug = PurePosixPath(document.name).name.removesuffix(".gz").removesuffix(".json")
    try:
        releases = _DECODER.decode(document.content).releases
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield BadRecord(1, slug[-60:], str(error))
        return
    if not _SLUG.fullmatch(slug):
        yield BadRecord(1, slug[-60:], "not the name of a product")
        return
    for vendor, product in products_of_cycle(slug):
        for position, release in enumerate(releases.values(), start=1):
            if len(release.name) > LONGEST or len(release.latest or "") > LONGEST:
                yield BadRecord(position, slug, f"a name of more than {LONGEST} characters")
                continue
            yield SupportCycle(
                vendor,
                product,
                release.name,
                release.release_date,
                _day(release.eoas),
                _day(release.eol),
                release.eol if isinstance(release.eol, bool) else None,
                _day(release.eoes),
                release.latest or "",
            )


def _day(value: date | bool | None) -> date | None:
    return value if isinstance(value, date) else None

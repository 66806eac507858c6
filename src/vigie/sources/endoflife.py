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


class _Latest(msgspec.Struct):
    name: str = ""


class _Told(msgspec.Struct, rename="camel"):
    """A line as the interface tells it; the site's own files say the same in other words."""

    name: str
    release_date: date | None = None
    eoas_from: date | None = None
    is_eoas: bool | None = None
    eol_from: date | None = None
    is_eol: bool | None = None
    eoes_from: date | None = None
    latest: _Latest | None = None


class _Result(msgspec.Struct):
    name: str
    releases: list[_Told]


class _Answer(msgspec.Struct):
    """What https://endoflife.date/docs/api/v1/ answers for one product."""

    result: _Result


_DECODER = msgspec.json.Decoder(_Product)
_ANSWER = msgspec.json.Decoder(_Answer)


def read_endoflife(document: Document) -> Iterator[SupportCycle | BadRecord]:
    """Yield the lines of a product, once for each of its CPE names.

    An answer of the interface names its product; a file of the site is named after it.
    """
    slug = PurePosixPath(document.name).name.removesuffix(".gz").removesuffix(".json")
    try:
        if b'"schema_version"' in document.content[:200]:
            answer = _ANSWER.decode(document.content).result
            slug, releases = answer.name, [_release(told) for told in answer.releases]
        else:
            releases = list(_DECODER.decode(document.content).releases.values())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield BadRecord(1, slug[-60:], str(error))
        return
    if not _SLUG.fullmatch(slug):
        yield BadRecord(1, slug[-60:], "not the name of a product")
        return
    for vendor, product in products_of_cycle(slug):
        for position, release in enumerate(releases, start=1):
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


def _release(told: _Told) -> _Release:
    """A date tells more than yes or no; an end without a date is told as yes."""
    return _Release(
        told.name,
        told.release_date,
        told.eoas_from or told.is_eoas,
        told.eol_from or told.is_eol,
        told.eoes_from,
        told.latest.name if told.latest else None,
    )


def _day(value: date | bool | None) -> date | None:
    return value if isinstance(value, date) else None

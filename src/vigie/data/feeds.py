"""Where is published vulnerability data fetched, how often, and when is it too old?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from . import documents

_EDITION = "params/feeds-2026-11-23"


@dataclass(frozen=True, slots=True)
class Pages:
    """An address with {start}, {end} and {index}; `pause` between two questions is what its owner asks of us."""

    url: str
    span: timedelta  # the longest time between the two moments
    pause: timedelta
    pause_with_key: timedelta
    key_header: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Releases:
    """Addresses of all records with {day}, of the changes of one {day}, and of those of one {day} until an {hour}."""

    all: str
    day: str
    hour: str
    most_days: int  # after a longer silence all records are asked


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the newest documents of a source (RSS), and where a document is once its reference is known."""

    address: str
    reference: re.Pattern[str]
    document: str  # with {reference}
    file: str  # the same
    numbered: bool  # references follow each other within a year: what the list skips can be asked for


@dataclass(frozen=True, slots=True)
class FeedSource:
    slug: str
    recent: str | None  # the address of one file that is asked at every synchronisation
    every: timedelta  # how often its owner is asked
    max_age: timedelta  # since our last good synchronisation
    max_publication: timedelta | None  # since the day that the source gives itself; None when it gives none
    most_bytes: int
    yearly: str | None = None  # address of one year, with {year}
    first_year: int = 0
    recent_for: timedelta | None = None  # how far back `recent` goes; None when it holds everything
    pages: Pages | None = None  # what changed between two moments, asked page by page
    releases: Releases | None = None
    lists: tuple[Listing, ...] = ()
    providers: tuple[str, ...] = ()  # provider-metadata.json of publishers of CSAF
    products: str | None = None  # address of one product, with {slug}
    pause: timedelta = timedelta(seconds=1)  # between two documents
    most_documents: int = 0  # that are fetched in one round

    def addresses(self, *, last_good: date | None, today: date) -> tuple[str, ...]:
        """What must be fetched, the years first when the recent file does not reach back to the last good day."""
        if self.recent is None:
            return ()
        reaches = last_good is not None and self.recent_for is not None and today - last_good <= self.recent_for
        if self.yearly is None or reaches:
            return (self.recent,)
        years = range(self.first_year, today.year + 1)
        return (*(self.yearly.format(year=year) for year in years), self.recent)


@cache
def hosts() -> frozenset[str]:
    """The only machines that a feed may come from."""
    return frozenset(documents.read(_EDITION)["hosts"])


@cache
def sources() -> tuple[FeedSource, ...]:
    """In the order in which they are applied: scores come after what they score."""
    found = tuple(_source(entry) for entry in documents.read(_EDITION)["feeds"])
    for source in found:
        for address in _addresses(source):
            if urlsplit(address).hostname not in hosts():
                raise documents.DocumentError(f"vigie/data/{_EDITION}.yaml: {address} is on no listed host")
    return found


def _addresses(source: FeedSource) -> Iterator[str]:
    """Every address that a source is asked at."""
    yield from (address for address in (source.recent, source.yearly, source.products) if address)
    yield from source.providers
    if source.pages:
        yield source.pages.url
    if source.releases:
        yield from (source.releases.all, source.releases.day, source.releases.hour)
    for listing in source.lists:
        yield from (listing.address, listing.document)


def source(slug: str) -> FeedSource:
    return next(one for one in sources() if one.slug == slug)


def _pages(entry: dict[str, Any]) -> Pages:
    return Pages(
        entry["url"],
        timedelta(days=entry["span_days"]),
        timedelta(seconds=entry["pause_seconds"]),
        timedelta(seconds=entry["pause_seconds_with_key"]),
        entry["key_header"],
    )


def _listing(entry: dict[str, Any]) -> Listing:
    pattern = re.compile(entry["reference"])
    return Listing(entry["address"], pattern, entry["document"], entry["file"], entry.get("numbered", False))


def _source(entry: dict[str, Any]) -> FeedSource:
    publication, recent = entry["max_publication_days"], entry.get("recent_days")
    return FeedSource(
        slug=entry["slug"],
        recent=entry.get("recent"),
        every=timedelta(hours=entry["every_hours"]),
        max_age=timedelta(days=entry["max_age_days"]),
        max_publication=timedelta(days=publication) if publication else None,
        most_bytes=entry.get("most_megabytes", 0) * 1_000_000,
        yearly=entry.get("yearly"),
        first_year=entry.get("first_year", 0),
        recent_for=timedelta(days=recent) if recent else None,
        pages=_pages(entry["pages"]) if "pages" in entry else None,
        releases=Releases(**entry["releases"]) if "releases" in entry else None,
        lists=tuple(_listing(one) for one in entry.get("lists", ())),
        providers=tuple(entry.get("providers", ())),
        products=entry.get("products"),
        pause=timedelta(seconds=entry.get("pause_seconds", 1)),
        most_documents=entry.get("most_documents", 0),
    )

"""A feed that is one file, or one file a year and one of the last days."""

from collections.abc import Iterator
from pathlib import Path

from vigie.channels.courtesy import Courtesy

from .errand import Errand


def bring(errand: Errand) -> Iterator[tuple[Path, ...]]:
    """Yield all of them at once: the last days must be read after the years."""
    last_good = errand.since.date() if errand.since else None
    courtesy = errand.courtesy
    addresses = errand.source.addresses(last_good=last_good, today=errand.now.date())
    if addresses:
        yield tuple(_fetched(errand, url, courtesy) for url in addresses)


def _fetched(errand: Errand, url: str, courtesy: Courtesy) -> Path:
    name = url.rsplit("/", 1)[-1]
    errand.watch.begin(name, None)
    return errand.fetch(url, errand.folder / name, courtesy).path

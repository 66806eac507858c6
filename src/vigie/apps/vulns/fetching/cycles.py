"""endoflife.date: one answer for each product that can be recognised, asked again only if it changed."""

from collections.abc import Iterator
from pathlib import Path

from vigie.data.names import cycles

from . import documents
from .documents import Wanted
from .errand import Errand


def bring(errand: Errand) -> Iterator[tuple[Path, ...]]:
    """No list tells what changed: every product is asked once a round, and mostly answers that nothing did."""
    address = errand.source.products or ""
    round_of = f"{errand.now:%Y-%m-%dT%H}"
    wanted = [Wanted(address.format(slug=slug), f"{slug}.json", round_of) for slug in cycles()]
    yield from documents.bring(errand, wanted, errand.courtesy)

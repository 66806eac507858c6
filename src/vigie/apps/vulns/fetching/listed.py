"""CERT-FR and Fortinet: a list of the newest documents, then each document that is new or was revised."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from vigie.data.feeds import Listing
from vigie.sources.rss import NewsItem, read_rss

from . import documents
from .documents import Ledger, Wanted
from .errand import LISTS, Errand

SKIPPED = "skipped"  # the stamp of a document that was asked for by its number, as no list named it

_NUMBERED = re.compile(r"(?P<head>.*?(?P<year>\d{4})-[A-Z]+-)(?P<number>\d{3,4})")


def bring(errand: Errand) -> Iterator[tuple[Path, ...]]:
    courtesy, wanted = errand.courtesy, []
    ledger = Ledger.read(errand.folder)
    for position, listing in enumerate(errand.source.lists):
        file = errand.folder / LISTS / f"{position}.rss"
        fetched = errand.fetch(listing.address, file, courtesy)
        items = read_rss(fetched.path, listing.reference)
        wanted += [_wanted(listing, item.reference, item.stamp) for item in items]
        if listing.numbered:
            wanted += [_wanted(listing, one, SKIPPED) for one in _skipped(listing, items, ledger)]
        elif _begins_too_late(listing, items, ledger):
            errand.remark = (
                f"the list of {listing.address} begins after the last document that we have: some may be missing"
            )
    yield from documents.bring(errand, wanted, courtesy)


def _wanted(listing: Listing, reference: str, stamp: str) -> Wanted:
    address, file = (text.format(reference=reference) for text in (listing.document, listing.file))
    return Wanted(address, f"{_year(reference)}/{file}", stamp)


def _year(reference: str) -> str:
    found = re.search(r"\d{2,4}", reference)
    return found[0] if found else "undated"


def _skipped(listing: Listing, items: Sequence[NewsItem], ledger: Ledger) -> list[str]:
    """References of the years that the list names, from the first number on, that neither it nor we have; newest first.

    So are the documents of a long silence, and all those of the year on a first reading.
    """
    listed = {item.reference for item in items}
    newest: dict[str, tuple[int, int]] = {}  # by head: its highest number, and how many digits numbers have
    for reference in listed:
        parts = _NUMBERED.fullmatch(reference)
        if parts:
            number = int(parts["number"])
            newest[parts["head"]] = max(newest.get(parts["head"], (0, 0)), (number, len(parts["number"])))
    return [
        reference
        for head, (last, digits) in sorted(newest.items(), reverse=True)
        for number in range(last, 0, -1)
        if (reference := f"{head}{number:0{digits}}") not in listed
        and _wanted(listing, reference, SKIPPED).path not in ledger.stamps
    ]


def _begins_too_late(listing: Listing, items: Sequence[NewsItem], ledger: Ledger) -> bool:
    """Nothing of what the list names is here, though other documents are: it does not reach back to them."""
    names = {_wanted(listing, item.reference, item.stamp).path for item in items}
    return bool(ledger.stamps) and bool(names) and names.isdisjoint(ledger.stamps)

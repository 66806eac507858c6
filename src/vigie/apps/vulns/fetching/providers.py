"""Publishers of CSAF: what they say of themselves, their lists, then each document that changed, held to its hash."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from vigie.channels.courtesy import Courtesy
from vigie.channels.feeds import ChannelAnswered, ChannelError
from vigie.sources.csaf_provider import (
    Distribution,
    Published,
    read_changes,
    read_index,
    read_provider,
    read_rolie,
)
from vigie.sources.faults import SourceError

from . import documents
from .documents import Wanted
from .errand import LISTS, Errand

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,110}\.json")


def bring(errand: Errand) -> Iterator[tuple[Path, ...]]:
    """A publisher that does not answer does not keep the others away; it is told once they were brought."""
    courtesy = errand.courtesy
    wanted: list[Wanted] = []
    silent: list[ChannelError | SourceError] = []
    for address in errand.source.providers:
        try:
            wanted += _documents(errand, address, courtesy)
        except (ChannelError, SourceError) as error:
            silent.append(error)
    # By turns: one publisher with thousands of old documents does not hold back the news of another.
    wanted.sort(key=lambda one: one.stamp, reverse=True)
    yield from documents.bring(errand, wanted, courtesy)
    if silent:
        raise silent[0]


def _documents(errand: Errand, address: str, courtesy: Courtesy) -> list[Wanted]:
    host = urlsplit(address).hostname or ""
    lists = errand.folder / host / LISTS
    told = read_provider(errand.fetch(address, lists / "provider-metadata.json", courtesy).path)
    found: dict[str, Wanted] = {}
    for place in told:
        for one in _published(errand, place, lists, courtesy):
            if _SAFE.fullmatch(one.name):
                found[one.address] = Wanted(
                    one.address, f"{host}/{_year(one.name)}/{one.name}", one.stamp, one.hashes, one.hash_is_promised
                )
    return list(found.values())


def _published(errand: Errand, place: Distribution, lists: Path, courtesy: Courtesy) -> tuple[Published, ...]:
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", urlsplit(place.address).path).strip("-.")[-100:] or "root"
    if place.is_rolie:
        return read_rolie(errand.fetch(place.address, lists / name, courtesy).path)
    folder = place.address.rstrip("/") + "/"
    try:
        changes = errand.fetch(urljoin(folder, "changes.csv"), lists / f"{name}-changes.csv", courtesy)
    except ChannelAnswered as error:
        if not error.is_absent:
            raise
        index = errand.fetch(urljoin(folder, "index.txt"), lists / f"{name}-index.txt", courtesy)
        return read_index(index.path, folder)
    return read_changes(changes.path, folder)


def _year(name: str) -> str:
    found = re.search(r"(?:19|20)\d{2}", name)
    return found[0] if found else "undated"

"""How the files of each source are brought here: batch after batch, each to be stored before the next is asked for."""

from collections.abc import Callable, Iterator
from pathlib import Path

from . import cve_list, cycles, listed, pages, plain, providers
from .errand import Errand

__all__ = ["Errand", "bring"]

Batch = tuple[Path, ...]


def bring(errand: Errand, *, kept: bool = False) -> Iterator[Batch]:
    """Yield files until all that changed since `errand.since` has been yielded, or the round is full.

    `kept` asks for files that stay, where a source would answer with parts that pass.

    What a batch brought counts as brought once the next is asked for: killed before, it is brought again. Raises
    ChannelError or SourceError; what was yielded before stays.
    """
    errand.folder.mkdir(parents=True, exist_ok=True)
    return _way(errand, kept)(errand)


def _way(errand: Errand, kept: bool) -> Callable[[Errand], Iterator[Batch]]:
    source = errand.source
    if source.releases:
        return cve_list.bring
    if source.lists:
        return listed.bring
    if source.providers:
        return providers.bring
    if source.products:
        return cycles.bring
    return pages.bring if not kept and pages.reach_back(errand) else plain.bring

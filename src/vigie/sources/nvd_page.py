"""How much of an answer of the NVD's interface does one page hold?"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from .faults import SourceRefused, SourceUnreadable
from .json_stream import opened

MOST_BYTES = 100_000_000  # 2,000 records had 25 MB in 2026
MOST_RECORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class NvdPage:
    start: int  # place of its first record in the whole answer
    count: int
    total: int  # of the whole answer

    @property
    def next_index(self) -> int | None:
        """Where the next page starts; None when this is the last one."""
        after = self.start + self.count
        return after if after < self.total else None


class _Answer(msgspec.Struct, rename="camel"):
    start_index: int
    total_results: int
    vulnerabilities: list[msgspec.Raw]


def read_page(path: Path, *, asked: int) -> NvdPage:
    """Read the frame of a page that was asked from place `asked` on; raise SourceError when it is not that."""
    with opened(path, limit=MOST_BYTES) as stream:
        content = stream.read()
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceUnreadable(f"the NVD's page from {asked} is not one: {error}") from error
    page = NvdPage(answer.start_index, len(answer.vulnerabilities), answer.total_results)
    if page.start != asked or not 0 <= page.total <= MOST_RECORDS:
        raise SourceRefused(f"the NVD's page from {asked} says that it starts at {page.start} of {page.total}")
    if page.count == 0 and page.start < page.total:
        raise SourceRefused(f"the NVD's page from {asked} is empty, {page.total} records are announced")
    return page

"""Which reader reads the files of which feed?"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vigie.engine.matching import Configuration, VulnerabilityRecord
from vigie.sources.cert_fr import read_cert_fr
from vigie.sources.csaf import read_csaf
from vigie.sources.cve5 import read_cve5
from vigie.sources.cvrf import read_cvrf
from vigie.sources.documents import Document, documents
from vigie.sources.endoflife import SupportCycle, read_endoflife
from vigie.sources.feed_kind import kind_of_content
from vigie.sources.json_stream import BadRecord
from vigie.sources.nvd import read_nvd
from vigie.sources.soundness import LONGEST_VERSION, longest_version, reversed_ranges

Item = VulnerabilityRecord | SupportCycle | BadRecord

_OF_A_DOCUMENT: dict[str, Callable[[Document], Iterator[Item]]] = {
    "cve5": read_cve5,
    "csaf": read_csaf,
    "cvrf": read_cvrf,
    "cert_fr": read_cert_fr,
    "endoflife": read_endoflife,
}


def records(slug: str, file: Path) -> Iterator[Item]:
    """What a file tells, in its order; of an archive, only the documents of this feed. Raise SourceError."""
    if slug == "nvd":
        yield from read_nvd(file)
        return
    for document in documents(file):
        if isinstance(document, BadRecord):
            yield document
        elif kind_of_content(document.content) == slug:
            yield from _sound(_OF_A_DOCUMENT[slug](document))


def _sound(items: Iterable[Item]) -> Iterator[Item]:
    """Leave out what no maker writes, and tell a range that goes backwards: its record's other ranges still count."""
    told: tuple[Configuration, ...] | None = None
    for position, item in enumerate(items, start=1):
        if not isinstance(item, VulnerabilityRecord):
            yield item
        elif (length := longest_version(item.statement)) > LONGEST_VERSION:
            yield BadRecord(position, item.cve, f"a version of {length} characters, {LONGEST_VERSION} at most")
        else:
            if item.statement.configurations is not told:  # the vulnerabilities of one notice share its ranges
                yield from (BadRecord(position, item.cve, reason) for reason in reversed_ranges(item.statement))
            told = item.statement.configurations
            yield item

"""Which reader reads the files of which feed?"""

from collections.abc import Callable, Iterator
from pathlib import Path

from vigie.engine.matching import VulnerabilityRecord
from vigie.sources.cert_fr import read_cert_fr
from vigie.sources.csaf import read_csaf
from vigie.sources.cve5 import read_cve5
from vigie.sources.cvrf import read_cvrf
from vigie.sources.documents import Document, documents
from vigie.sources.endoflife import SupportCycle, read_endoflife
from vigie.sources.feed_kind import kind_of_content
from vigie.sources.json_stream import BadRecord
from vigie.sources.nvd import read_nvd

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
            yield from _OF_A_DOCUMENT[slug](document)

"""Which feeds is a file of? Told by what it holds, not by its name."""

import re
from contextlib import suppress
from pathlib import Path

from .documents import documents, is_archive
from .faults import SourceError
from .json_stream import BadRecord, Limited, opened

_BEGINNING = 4096
# In the order in which they are asked: a CVE record may quote anything in its texts.
_SIGNS = (
    ("epss", re.compile(rb"\A(#model_version|cve,epss)")),
    ("cve5", re.compile(rb'"(dataType"\s*:\s*"CVE_RECORD|cveMetadata")')),
    ("csaf", re.compile(rb'"csaf_version"')),
    ("cvrf", re.compile(rb'"document(_title|tracking)"|<(?:\w+:)?cvrfdoc[\s>]')),
    ("cert_fr", re.compile(rb'"(reference"\s*:\s*"CERTFR-|affected_systems")')),
    ("kev", re.compile(rb'"(catalogVersion|dateReleased)"')),
    ("nvd", re.compile(rb'"(NVD_CVE|resultsPerPage|vulnerabilities)"')),
    ("endoflife", re.compile(rb'\A\s*\{\s*"(releases"\s*:|schema_version"\s*:.{0,400}"releases"\s*:)', re.DOTALL)),
)
_JSON = b"{["
# A key that tells may come late in a document of another order: CSAF's header holds long legal notes.
_WHOLE = (
    ("csaf", re.compile(rb'"csaf_version"\s*:')),
    ("cve5", re.compile(rb'"dataType"\s*:\s*"CVE_RECORD"')),
    ("cert_fr", re.compile(rb'"reference"\s*:\s*"CERTFR-')),
    ("cvrf", re.compile(rb'"documenttracking"\s*:')),
)
DOCUMENTS = frozenset({"cve5", "cert_fr", "csaf", "cvrf", "endoflife"})  # one subject a document, often packed
_LATE = 400_000  # bytes that are searched for them


def kinds_of(path: Path) -> frozenset[str]:
    """The feeds that a file holds, several when it is an archive; none when it cannot be read or is of no feed."""
    if is_archive(path):
        return frozenset(_kinds_inside(path))
    try:
        with opened(path, limit=1 << 40) as stream:
            beginning = stream.read(_BEGINNING)
            kind = _told(beginning, _SIGNS)
            if kind is None and beginning.lstrip()[:1] in _JSON:
                kind = _told(beginning + _more(stream), _WHOLE)
    except SourceError:
        return frozenset()
    return frozenset({kind} if kind else ())


def _kinds_inside(path: Path) -> set[str]:
    """A damaged archive is still of the feeds that its first documents tell: its reading then says what is wrong."""
    found: set[str] = set()
    with suppress(SourceError):
        for one in documents(path):
            kind = None if isinstance(one, BadRecord) else kind_of_content(one.content)
            found |= {kind} if kind else set()
    return found


def kind_of_content(content: bytes) -> str | None:
    """The same for a document in memory."""
    kind = _told(content[:_BEGINNING], _SIGNS)
    if kind is None and content.lstrip()[:1] in _JSON:
        kind = _told(content[:_LATE], _WHOLE)
    return kind


def _more(stream: Limited) -> bytes:
    blocks: list[bytes] = []
    left = _LATE
    while left > 0 and (block := stream.read(left)):
        blocks.append(block)
        left -= len(block)
    return b"".join(blocks)


def _told(content: bytes, signs: tuple[tuple[str, re.Pattern[bytes]], ...]) -> str | None:
    return next((slug for slug, sign in signs if sign.search(content)), None)

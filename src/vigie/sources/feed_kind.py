"""Which feed is a file of? Told by what it holds, not by its name."""

import re
from pathlib import Path

from .faults import SourceError
from .json_stream import opened

_BEGINNING = 4096
_SIGNS = (
    ("epss", re.compile(rb"\A(#model_version|cve,epss)")),
    ("kev", re.compile(rb'"(catalogVersion|dateReleased)"')),
    ("nvd", re.compile(rb'"(NVD_CVE|resultsPerPage|vulnerabilities)"')),
)


def kind_of(path: Path) -> str | None:
    """Return "nvd", "kev" or "epss"; None when it is none of them, or cannot be read."""
    try:
        with opened(path, limit=1 << 40) as stream:
            beginning = stream.read(_BEGINNING)
    except SourceError:
        return None
    return next((slug for slug, sign in _SIGNS if sign.search(beginning)), None)

"""Which paths must not answer, by what is each known, and how hard may a site be asked?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import re2

from vigie.engine.facts_of_web import ExposureKind

from .documents import DocumentError, read

DOCUMENT = "params/web-paths-2026-11-23"
LISTING = "listing"  # the one mark that pages are read for elsewhere too


@dataclass(frozen=True, slots=True)
class WebPath:
    path: str  # may hold {name} and {label}
    mark: str
    kind: ExposureKind


@dataclass(frozen=True, slots=True)
class WebPaths:
    intensities: frozenset[str]
    most_requests: int
    most_failures: int
    bytes_read: int
    bytes_judged: int
    backup_bytes: int
    paths: tuple[WebPath, ...]
    security_txt: str  # path of what ought to answer
    security_txt_mark: str
    marks: Mapping[str, "re2._Regexp"]

    def bears(self, mark: str, data: bytes) -> bool:
        """Whether what answered has the form by which it would be known. Linear time, whatever it holds."""
        return bool(self.marks[mark].search(data))


@cache
def web_paths() -> WebPaths:
    """The dated list of data/params; raises DocumentError when it is not of its form."""
    raw = read(DOCUMENT)
    try:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        return WebPaths(
            intensities=frozenset(raw["intensities"]),
            most_requests=int(raw["most_requests"]),
            most_failures=int(raw["most_failures"]),
            bytes_read=int(raw["bytes_read"]),
            bytes_judged=int(raw["bytes_judged"]),
            backup_bytes=int(raw["backup_bytes"]),
            paths=tuple(WebPath(row["path"], row["mark"], ExposureKind(row["kind"])) for row in raw["paths"]),
            security_txt=raw["security_txt"]["path"],
            security_txt_mark=raw["security_txt"]["mark"],
            marks={name: re2.compile(pattern.encode("latin-1"), options) for name, pattern in raw["marks"].items()},
        )
    except (KeyError, TypeError, ValueError, re2.error) as error:
        raise DocumentError(f"vigie/data/{DOCUMENT}.yaml: {error!r}") from error

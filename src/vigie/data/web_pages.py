"""By which title is a page known that nobody wrote for its readers?"""

from collections.abc import Mapping
from functools import cache

import re2

from vigie.engine.facts_of_web import PageKind

from .documents import DocumentError, read

DOCUMENT = "params/web-pages-2026-11-23"


def kind_of_page(title: str) -> PageKind | None:
    """What its title says that it is; None of a page that somebody wrote."""
    return next((kind for kind, pattern in _patterns().items() if pattern.search(title)), None)


@cache
def _patterns() -> Mapping[PageKind, "re2._Regexp"]:
    raw = read(DOCUMENT)
    try:
        return {kind: re2.compile("|".join(f"(?:{one})" for one in raw[kind.value])) for kind in PageKind}
    except (KeyError, TypeError, re2.error) as error:
        raise DocumentError(f"vigie/data/{DOCUMENT}.yaml: {error!r}") from error

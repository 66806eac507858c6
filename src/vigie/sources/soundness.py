"""Is what a record states within reason: versions of a human length, ranges that go forwards?"""

from collections.abc import Iterator

from vigie.engine.matching import Criterion, Statement, ends_before_its_release
from vigie.engine.versions import compare, scheme_of

LONGEST_VERSION = 200


def longest_version(statement: Statement) -> int:
    """Return the length of its longest version, 0 when it tells none."""
    return max((len(text) for one in _criteria(statement) for text in _versions(one)), default=0)


def reversed_ranges(statement: Statement) -> Iterator[str]:
    """Yield a sentence for each range that ends before it starts: nothing is ever within it."""
    for one in _criteria(statement):
        start, end = one.start_including or one.start_excluding, one.end_including or one.end_excluding
        if start and end and _goes_back(one, start, end):
            yield f"the range of {one.vendor}:{one.product} goes from {start} down to {end}"


def _goes_back(one: Criterion, start: str, end: str) -> bool:
    """ ">=3.13,<3.13.0rc2" is of what came before the release, and goes nowhere back."""
    scheme = scheme_of(one.vendor, one.product)
    return compare(scheme, start, end) == ">" and not ends_before_its_release(scheme, start, end)


def _criteria(statement: Statement) -> Iterator[Criterion]:
    for configuration in statement.configurations:
        for node in configuration.nodes:
            yield from node.criteria


def _versions(one: Criterion) -> Iterator[str]:
    ends = (one.start_including, one.start_excluding, one.end_including, one.end_excluding)
    yield from (text for text in (one.version, one.fixed_in, *ends) if text)

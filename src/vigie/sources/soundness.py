"""Is what a record states within reason: versions of a human length, ranges that go forwards?"""

from collections.abc import Iterator

from vigie.engine.matching import Criterion, Statement
from vigie.engine.versions import compare, scheme_of

LONGEST_VERSION = 200


def longest_version(statement: Statement) -> int:
    """Return the length of its longest version, 0 when it tells none."""
    return max((len(text) for one in _criteria(statement) for text in _versions(one)), default=0)


def reversed_ranges(statement: Statement) -> Iterator[str]:
    """Yield a sentence for each range that ends before it starts: nothing is ever within it."""
    for one in _criteria(statement):
        start, end = one.start_including or one.start_excluding, one.end_including or one.end_excluding
        if start and end and compare(scheme_of(one.vendor, one.product), start, end) == ">":
            yield f"the range of {one.vendor}:{one.product} goes from {start} down to {end}"


def _criteria(statement: Statement) -> Iterator[Criterion]:
    for configuration in statement.configurations:
        for node in configuration.nodes:
            yield from node.criteria


def _versions(one: Criterion) -> Iterator[str]:
    ends = (one.start_including, one.start_excluding, one.end_including, one.end_excluding)
    yield from (text for text in (one.version, one.fixed_in, *ends) if text)

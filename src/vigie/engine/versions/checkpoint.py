"""Check Point: R77.30 < R80 < R80.40 < R81.20 < R81.20 Jumbo Hotfix Take 26."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"r?(\d+(?:\.\d+)*)(?:[ _-]*(?:jumbo|jhf)[a-z ._-]*?(\d+))?")


def read(text: str) -> Reading | None:
    """What shows no Jumbo take is the release as it was published."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    return Reading((*release(numbers), int(found[2] or 0)), branch(numbers, 2))

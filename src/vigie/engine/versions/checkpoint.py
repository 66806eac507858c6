"""Check Point: R77.30 < R80 < R80.40 < R81.20; a Jumbo hotfix take is not part of the version."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"r(\d+(?:\.\d+)*)")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    return Reading(release(numbers), branch(numbers, 2))

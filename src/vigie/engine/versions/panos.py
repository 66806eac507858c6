"""PAN-OS: 11.0.4-b8 (beta) < 11.0.4 < 11.0.4-h1 < 11.0.5; a hotfix belongs to its own maintenance release."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"v?(\d+(?:\.\d+)+)(?:[- ]?h(\d+)|-b(\d+))?")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    stage = (0, int(found[3])) if found[3] else (1, int(found[2] or 0))
    return Reading((*release(numbers), *stage), branch(numbers, 2))

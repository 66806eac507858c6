"""OpenSSH: 9.2, 7.4p1, 4.3p2. The portable p1 is the release itself, p2 comes after it."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"(?:openssh[_-](?:for_windows_)?)?(\d+(?:\.\d+)*)(?:[-_. ]?p(\d+))?")


def read(text: str) -> Reading | None:
    # Advisories write "up to 7.7" for what every Linux calls 7.7p1.
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    return Reading((*release(numbers), max(int(found[2] or 1), 1)), branch(numbers, 2))

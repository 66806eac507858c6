"""SonicWall: 6.5.4.15-116n, 10.2.1.5-34sv; the number after the dash is a build of the same release."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"(?:sonicos )?(\d+(?:\.\d+)+)(?:-d)?(?:-(\d+)[a-z]{0,3}(?:-r\d+)?)?")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    return Reading((*release(numbers), int(found[2] or 0)), branch(numbers, 3))

"""Cisco IOS: 15.2(4)M7, a release, its train and its rebuild; two trains do not compare."""

import re

from .dotted import integers, letters
from .value import Reading

_SHAPE = re.compile(r"(\d+)\.(\d+)\((\d+)([a-z]?)\)([a-z]*)(\d*)([a-z]?)")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    line = integers(f"{found[1]}.{found[2]}")
    rebuild = (int(found[6] or 0), *letters(found[7]))
    parts = (*line, *letters(found[5]), int(found[3]), *letters(found[4]), *rebuild)
    return Reading(parts, line)

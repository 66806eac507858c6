"""Alpine packages: 1.1.1-r9 < 1.1.1-r10; letters and pre-releases as in most products."""

import re
from dataclasses import replace

from . import dotted
from .value import Reading

_SHAPE = re.compile(r"(.+?)(?:-r(\d+))?")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    reading = dotted.read(found[1]) if found else None
    if found is None or reading is None:
        return None
    return replace(reading, parts=(*reading.parts, int(found[2] or 0)))

"""Synology and QNAP: 7.1.1-42962-3 (release, build, update); QTS 5.1.0.2444 with or without its build date."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"(?:dsm |qts )?h?(\d+(?:\.\d+)*)(?:-(\d+)(?:(?:-| update )(\d+))?| build \d+)?")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    return Reading((*release(numbers), int(found[2] or 0), int(found[3] or 0)), branch(numbers, 2))

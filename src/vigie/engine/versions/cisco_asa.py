"""Cisco ASA: 9.9(2)66, also written 9.9.2.66."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"\d+(?:\.\d+)*(?:\(\d+(?:\.\d+)*\)(?:\d+)?)?")
_MARKS = re.compile(r"[()]")


def read(text: str) -> Reading | None:
    if _SHAPE.fullmatch(text) is None:
        return None
    numbers = integers(_MARKS.sub(".", text).rstrip("."))
    return Reading(release(numbers), branch(numbers, 2))

"""Siemens Healthineers: VA30A < VB10A < VB10B, with _HFnn hotfixes."""

import re

from .value import Reading

_SHAPE = re.compile(r"v([a-z])(\d+)([a-z]?)(?:[_ -](?:hf|sp)(\d+))?")


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    line = (ord(found[1]), int(found[2]))
    return Reading((*line, ord(found[3] or "\0"), int(found[4] or 0)), line)

"""Cisco IOS XE: 17.3.8 < 17.3.8a, 03.16.05.S = 3.16.5S, 3.11.3E < 3.11.3aE, 16.12.1z < 16.12.1z1."""

import re

from .dotted import branch, integers, letters, release
from .value import Reading

_NAMES = "denali|everest|fuji|gibraltar|amsterdam|bengaluru|cupertino|dublin"
_SHAPE = re.compile(rf"(?:(?:{_NAMES})-)?(\d+(?:\.\d+)+)\.?(?:([a-df-rt-z])(\d*))?\.?((?:sg|se|sp|s|xo|e)?)")


def read(text: str) -> Reading | None:
    """The letter is a rebuild of the release, the last ones (S, E, SG) the train of the old releases."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    rebuild = (*letters(found[2] or ""), int(found[3] or 0))
    return Reading((*release(numbers), *rebuild, *letters(found[4])), branch(numbers, 2))

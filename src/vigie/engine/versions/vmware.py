"""VMware: ESXi670-202102401-SG, 6.5 update2b, 7.0 U3c, 8.0.3."""

import re

from .dotted import branch, integers, letters, release
from .value import Reading

_UPDATE = re.compile(r"(\d+(?:\.\d+)*)[ _-]?(?:update[ _]?|u)(\d+)([a-z]?)")
_NUMBERS = re.compile(r"(\d+(?:\.\d+)*)([a-z]?)")
_PATCH = re.compile(r"esxi(\d)(\d)(\d)-(\d{9})(?:-[a-z]+)?")
_UPDATES, _PATCHES = range(2)


def read(text: str) -> Reading | None:
    """A patch bundle and an update name do not compare: the two are lists of their own."""
    if found := _PATCH.fullmatch(text):
        line = (int(found[1]), int(found[2]), int(found[3]))
        return Reading((_PATCHES, *line, int(found[4])), line[:2])
    if found := _UPDATE.fullmatch(text):
        numbers = integers(found[1])
        return Reading((_UPDATES, *release(numbers), int(found[2]), *letters(found[3])), branch(numbers, 2))
    if found := _NUMBERS.fullmatch(text):
        numbers = integers(found[1])
        # 8.0.3 is 8.0 Update 3.
        update = numbers[2] if len(numbers) > 2 else 0
        return Reading((_UPDATES, *release(numbers[:2]), update, *letters(found[2])), branch(numbers, 2))
    return None

"""Java: 8u202 = 1.8.0_202, 11.0.2, 17."""

import re

from .dotted import integers, release
from .value import Reading

_UPDATE = re.compile(r"(\d+)(?:u|[ _]update[ _]?)(\d+)(?:-b\d+)?")
_OLD = re.compile(r"1\.(\d+)(?:\.(\d+)(?:_(\d+))?(?:-b\d+)?)?")
_NEW = re.compile(r"(\d+(?:\.\d+)*)(?:\+\d+)?(?:-lts)?")


def read(text: str) -> Reading | None:
    if found := _UPDATE.fullmatch(text):
        return _reading((int(found[1]), 0, int(found[2])))
    if found := _OLD.fullmatch(text):
        return _reading((int(found[1]), int(found[2] or 0), int(found[3] or 0)))
    if found := _NEW.fullmatch(text):
        return _reading(integers(found[1]))
    return None


def _reading(numbers: tuple[int, ...]) -> Reading:
    return Reading(release(numbers), numbers[:1])

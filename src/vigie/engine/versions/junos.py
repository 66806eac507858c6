"""Junos: 12.3R12-S3, 15.1X49-D170; an X train is a line of its own."""

import re

from .dotted import integers
from .value import Reading

_SHAPE = re.compile(
    r"(?P<line>\d+\.\d+)(?:(?P<kind>[rfbi])(?P<release>\d+)(?:\.(?P<spin>\d+))?(?:-s(?P<service>\d+))?(?:[.-]\d+)*"
    r"|x(?P<train>\d+)(?:[- :]?d(?P<d>\d+))?(?:\.\d+)?)?(?:-evo)?"
)
_KIND = {"i": 0, "b": 1, "f": 2, "r": 3}
_BARE, _RELEASE, _TRAIN = range(3)


def read(text: str) -> Reading | None:
    """The spin (R1.8) is a build of the same release."""
    found = _SHAPE.fullmatch(text.replace(":", "").replace(" ", ""))
    if found is None:
        return None
    line = integers(found["line"])
    if found["train"]:
        return Reading((*line, _TRAIN, int(found["train"]), int(found["d"] or 0)), (*line, int(found["train"])))
    if found["kind"]:
        rank = (_RELEASE, _KIND[found["kind"]], int(found["release"]), int(found["service"] or 0))
        return Reading((*line, *rank), line)
    return Reading((*line, _BARE), line)

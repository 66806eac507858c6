"""MOVEit: the year names the release, 2023.0.1 = 15.0.1."""

from dataclasses import replace

from . import dotted
from .dotted import integers, release
from .value import Reading

_YEAR_OF_ZERO = 2008  # 2021.0 is 13.0, 2023.1 is 15.1, says the vendor's table of versions


def read(text: str) -> Reading | None:
    reading = dotted.read(text)
    if reading is None or reading.branch[0] < 2000:
        return reading
    if not text.replace(".", "").isdigit():
        return None
    year, *rest = integers(text)
    numbers = (year - _YEAR_OF_ZERO, *rest)
    tail = reading.parts[len(release((year, *rest))) :]
    return replace(reading, parts=(*release(numbers), *tail), branch=dotted.branch(numbers, 2))

"""Exchange Server builds, 15.1.2176.9 = 15.01.2176.009: each cumulative update is a line of its own."""

import re

from .dotted import branch, integers
from .value import Reading

_SHAPE = re.compile(r"\d+\.\d+(?:\.\d+){0,2}")


def read(text: str) -> Reading | None:
    """A sign-in page often shows three numbers of four: the security update is then not told."""
    if _SHAPE.fullmatch(text) is None:
        return None
    numbers = integers(text)
    if len(numbers) < 4:
        return Reading(tuple(number + 1 for number in numbers), branch(numbers, 3), vague=True)
    return Reading((*(number + 1 for number in numbers), 0), branch(numbers, 3))

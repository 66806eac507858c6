"""Semantic versions 2.0.0: 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0; what follows '+' does not count; 1.2 is 1.2.0."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(r"v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_END, _NUMBER, _WORD = range(3)
_RELEASE = 3


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    suffix = _identifiers(found[2]) if found[2] else (_RELEASE,)
    return Reading((*release(numbers), *suffix), branch(numbers, 2))


def _identifiers(text: str) -> tuple[int, ...]:
    """Section 11: numbers before words, fewer before more. The whole is below a release, hence the marks."""
    parts: list[int] = []
    for identifier in text.split("."):
        if identifier.isdigit():
            parts += [_NUMBER, int(identifier)]
        else:
            parts += [_WORD, *(ord(character) for character in identifier), 0]
    return (*parts, _END)

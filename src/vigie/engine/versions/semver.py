"""Semantic versions 2.0.0: 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0; what follows '+' does not count."""

import re

from .value import Reading

_SHAPE = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_END, _NUMBER, _WORD = range(3)
_RELEASE = 3


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = (int(found[1]), int(found[2]), int(found[3]))
    suffix = _identifiers(found[4]) if found[4] else (_RELEASE,)
    return Reading((*numbers, *suffix), numbers[:2])


def _identifiers(text: str) -> tuple[int, ...]:
    """Section 11: numbers before words, fewer before more. The whole is below a release, hence the marks."""
    parts: list[int] = []
    for identifier in text.split("."):
        if identifier.isdigit():
            parts += [_NUMBER, int(identifier)]
        else:
            parts += [_WORD, *(ord(character) for character in identifier), 0]
    return (*parts, _END)

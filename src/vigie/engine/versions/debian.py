"""Debian and Ubuntu packages: [epoch:]upstream[-revision], '~' before everything, the end included."""

import re

from .value import Reading

_SHAPE = re.compile(r"(?:(\d+):)?([0-9A-Za-z.+~:-]+?)(?:-([0-9A-Za-z.+~]+))?")
_PIECES = re.compile(r"(\D*)(\d*)")
_END = 1


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None or not found[2][0].isdigit():
        return None
    epoch = int(found[1] or 0)
    # Policy 5.6.12: an absent revision is the same as 0.
    parts = (epoch, *_string(found[2]), *_string(found[3] or "0"))
    numbers = tuple(int(number) for number in re.findall(r"\d+", found[2])[:2])
    return Reading(parts, (epoch, *numbers))


def _string(text: str) -> tuple[int, ...]:
    """Alternate non-digits and numbers, as deb-version(7) compares them."""
    parts: list[int] = []
    for characters, digits in _PIECES.findall(text):
        if not characters and not digits:
            continue
        parts += [_rank(character) for character in characters]
        parts += [_END, int(digits or 0)]
    return (*parts, _END)


def _rank(character: str) -> int:
    if character == "~":
        return 0
    return ord(character) + (_END if character.isalpha() else 256)

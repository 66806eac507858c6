"""Maven: 1.0-alpha-1 < 1.0-rc1 < 1.0-SNAPSHOT < 1.0 = 1.0.Final < 1.0-sp1 < 1.0-jre < 1.0-1 < 1.0.1."""

import re

from .dotted import branch
from .value import Reading

_SHAPE = re.compile(r"\d[a-z0-9]*(?:[-._+][a-z0-9]+)*")
_PIECE = re.compile(r"([-._+]?)(\d+|[a-z]+)")
# The qualifiers that Maven knows, in its own order; the release itself stands among them.
_KNOWN = {"alpha": 0, "beta": 1, "milestone": 2, "rc": 3, "cr": 3, "snapshot": 4, "sp": 6}
_RELEASE, _WORD, _HYPHENED, _DOTTED = 5, 7, 8, 9
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_NOTHING = {"final", "ga", "release"}


def read(text: str) -> Reading | None:
    """As org.apache.maven.artifact.versioning.ComparableVersion."""
    if _SHAPE.fullmatch(text) is None:
        return None
    pieces = _PIECE.findall(text)
    parts: list[int] = []
    zeros: list[int] = []  # they count only when a number follows
    for place, (mark, piece) in enumerate(pieces):
        if piece.isdigit():
            rank = _DOTTED if mark in {".", ""} and (place == 0 or pieces[place - 1][1].isdigit()) else _HYPHENED
            if int(piece) or place == 0:
                parts += [*zeros, rank, int(piece)]
                zeros = []
            elif rank == _DOTTED:
                zeros += [rank, 0]
            continue
        zeros = []
        parts += _word(piece, followed=place + 1 < len(pieces) and pieces[place + 1][0] == "")
    numbers = tuple(int(number) for number in re.match(r"\d+(?:\.\d+)*", text)[0].split("."))  # type: ignore[index]
    return Reading((*parts, _RELEASE), branch(numbers, 2))


def _word(word: str, *, followed: bool) -> list[int]:
    """A letter that a digit follows at once is short for a qualifier: 1.0-b2."""
    name = _SHORT.get(word, word) if followed else word
    if name in _NOTHING:
        return []
    return [_KNOWN[name]] if name in _KNOWN else [_WORD, *(ord(letter) for letter in name), 0]

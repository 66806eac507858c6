"""RPM packages: [epoch:]version[-release] by rpmvercmp; '~' before the end, '^' just after it."""

import re

from .value import Reading

_SHAPE = re.compile(r"(?:(\d+):)?([0-9A-Za-z._+~^%]+)(?:-([0-9A-Za-z._+~^%]+))?")
_PIECES = re.compile(r"\d+|[A-Za-z]+|~|\^")
_TILDE, _END, _CARET, _LETTERS, _DIGITS = range(5)


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None or not re.search(r"\d", found[2]):
        return None
    epoch = int(found[1] or 0)
    parts = (epoch, *_string(found[2]), *_string(found[3] or ""))
    numbers = tuple(int(number) for number in re.findall(r"\d+", found[2])[:2])
    return Reading(parts, (epoch, *numbers))


def _string(text: str) -> tuple[int, ...]:
    parts: list[int] = []
    for piece in _PIECES.findall(text):
        if piece == "~":
            parts.append(_TILDE)
        elif piece == "^":
            parts.append(_CARET)
        elif piece.isdigit():
            parts += [_DIGITS, int(piece)]
        else:
            parts += [_LETTERS, *(ord(letter) for letter in piece), 0]
    return (*parts, _END)

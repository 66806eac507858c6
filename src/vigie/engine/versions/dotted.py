"""Dotted numbers, a pre-release before the release, letters and patches after it: what most products write."""

import re

from .value import Reading

# What comes before the release, in order; a word that is not here makes the version unreadable, never a guess.
BEFORE = {
    "dev": 0, "snapshot": 0, "nightly": 0,
    "alpha": 1,
    "beta": 2, "b": 2,
    "milestone": 3, "m": 3,
    "pre": 4, "preview": 4,
    "rc": 5, "cr": 5,
}  # fmt: skip
RELEASE = 6
LETTER = 7  # 1.0.2 < 1.0.2a < 1.0.2z < 1.0.2za
PATCH = 8  # 8.8.15 < 8.8.15 Patch 31

_SHAPE = re.compile(
    r"v?(?P<numbers>\d+(?:\.\d+)*)"
    r"(?:[-_.~ ]?(?P<before>dev|snapshot|nightly|alpha|beta|milestone|preview|pre|rc|cr|m(?=\d)|b(?=\d))"
    r"[-_. ]?(?P<before_number>\d*)"
    r"| ?(?P<letter>[a-z]{1,2})"
    r"|[-_. ]?(?:patch|p|sp|hf|h|u|update|build)[-_. ]?(?P<patch>\d+)"
    r"|-(?P<revision>\d+))?"
    r"(?:[-_. ](?:release|final|ga|stable))?"
)


def release(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Write the numbers so that 1.2 = 1.2.0 < 1.2.1, and that whatever follows cannot mix with them."""
    kept = len(numbers)
    while kept and numbers[kept - 1] == 0:
        kept -= 1
    return (*(number + 1 for number in numbers[:kept]), 0)


def integers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


def branch(numbers: tuple[int, ...], width: int) -> tuple[int, ...]:
    return (*numbers, *(0,) * width)[:width]


def letters(text: str) -> tuple[int, ...]:
    """Write letters so that z < za and nothing that follows mixes with them."""
    return (*(ord(letter) for letter in text), 0)


def read(text: str, *, width: int = 2) -> Reading | None:
    """`width` is how many numbers name a maintained line."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found["numbers"])
    parts = (*release(numbers), *_suffix(found))
    return Reading(parts, branch(numbers, width))


def _suffix(found: re.Match[str]) -> tuple[int, ...]:
    if found["before"]:
        return (BEFORE[found["before"]], int(found["before_number"] or 0))
    if found["letter"]:
        return (LETTER, *letters(found["letter"]))
    patch = found["patch"] or found["revision"]
    if found["revision"] and not int(found["revision"]):
        return (RELEASE,)  # "1.4.0-0" is how a range writes "from 1.4.0, its pre-releases too", and build 0 elsewhere
    if patch:
        return (PATCH, int(patch))
    return (RELEASE,)

"""Pulse Connect Secure, now Ivanti: 9.1R11.4, 22.7R2.5, and 9.1.11.12319 as the gateway's own file writes it."""

import re

from .dotted import branch, integers, release
from .value import Reading

_RELEASE = re.compile(r"(\d+\.\d+)[-_ ]?r(\d+(?:\.\d+)*)(?:[-_ (]+(?:build[ -]?)?\d+\)?)?")
_BUILD = re.compile(r"(\d+\.\d+)\.(\d+)\.\d{3,}(?:\.\d+)?")
_LINE = re.compile(r"\d+\.\d+")


def read(text: str) -> Reading | None:
    if found := _RELEASE.fullmatch(text):
        line = integers(found[1])
        return Reading((*release(line), *release(integers(found[2]))), branch(line, 2))
    if found := _BUILD.fullmatch(text):
        # 9.1.11.12319 is a build of 9.1R11.something: the patch level is not in it.
        line = integers(found[1])
        return Reading((*release(line), int(found[2]) + 1), branch(line, 2), vague=True)
    if _LINE.fullmatch(text):
        line = integers(text)
        return Reading(release(line), branch(line, 2), vague=True)
    return None

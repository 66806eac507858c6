"""Pulse Connect Secure, now Ivanti: 9.1R11.4, 22.7R2.5, and 9.1.11.12319 as the gateway's own file writes it."""

import re

from .dotted import branch, integers, release
from .value import Reading

_RELEASE = re.compile(r"(\d+\.\d+)[-_ ]?r(\d+(?:\.\d+)*)(?:[-_ (]+(?:build[ -]?)?\d+\)?)?")
_BUILD = re.compile(r"(\d+\.\d+)\.(\d+)\.(\d{3,})(?:\.\d+)?")
# Builds whose patch level the vendor's release notes tell (techpubs, pulse-connect-secure, pcs/9.1rx).
_KNOWN_BUILDS: dict[tuple[int, ...], int] = {(9, 1, 11, 12173): 3, (9, 1, 11, 12319): 4, (9, 1, 11, 13127): 5}
_DOTTED = re.compile(r"(\d+\.\d+)\.(\d{1,2}(?:\.\d{1,2})?)")  # 22.7.2.5 is 22.7R2.5
_LINE = re.compile(r"\d+(?:\.\d+)?")


def read(text: str) -> Reading | None:
    if found := _RELEASE.fullmatch(text) or _DOTTED.fullmatch(text):
        line = integers(found[1])
        return Reading((*release(line), *release(integers(found[2]))), branch(line, 2))
    if found := _BUILD.fullmatch(text):
        # 9.1.11.12000 is a build of 9.1R11.something: the patch level is not in it.
        line = integers(found[1])
        patch = _KNOWN_BUILDS.get((*line, int(found[2]), int(found[3])))
        if patch is not None:
            return Reading((*release(line), *release((int(found[2]), patch))), branch(line, 2))
        return Reading((*release(line), int(found[2]) + 1), branch(line, 2), vague=True)
    if _LINE.fullmatch(text):
        line = integers(text)
        return Reading(release(line), branch(line, 2), vague=True)
    return None

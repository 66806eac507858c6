"""Zimbra: 8.8.15 < 8.8.15 Patch 9 < 8.8.15 Patch 31; 8.8.15_GA_3869 is the release, with its build."""

import re
from dataclasses import replace

from . import dotted
from .value import Reading

_BUILD = re.compile(r"[._ ]ga(?:[._ ]\d+)?(?=[._ ]|$)")
_MINOR = re.compile(r"(.*(?:patch|p)[-_. ]?\d+)\.(\d+)")


def read(text: str) -> Reading | None:
    plain = _BUILD.sub("", text)
    found = _MINOR.fullmatch(plain)
    reading = dotted.read(found[1] if found else plain, width=3)
    return None if reading is None else replace(reading, parts=(*reading.parts, int(found[2]) if found else 0))

"""Stormshield: 3.7.9 < 3.7.11; LTSB says how long a version is looked after."""

import re

from . import dotted
from .value import Reading

_MARK = re.compile(r"[- ]lts[b]?$")


def read(text: str) -> Reading | None:
    return dotted.read(_MARK.sub("", text))

"""Zyxel ZLD: V5.36 < V5.36 Patch 1 = V5.36(ABPC.1)C0; the letters name the model."""

import re

from . import dotted
from .value import Reading

_MODEL = re.compile(r"\([a-z]{3,5}\.(\d+)\)(?:c\d+)?$")


def read(text: str) -> Reading | None:
    found = _MODEL.search(text)
    if found is None:
        return dotted.read(text)
    plain = text[: found.start()]
    return dotted.read(f"{plain} patch {found[1]}" if int(found[1]) else plain)

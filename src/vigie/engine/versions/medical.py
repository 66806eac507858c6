"""Hospital software: OpenEMR 5.0.1(7), Mirth Connect 4.4.0.b2948, DCMTK 3.6.7+DEV beside plain numbers."""

import re

from . import dotted
from .value import Reading

_PATCH = re.compile(r"\((\d+)\)$")  # OpenEMR
_BUILD = re.compile(r"[ .]b\d{3,}$")  # Mirth Connect: a build of the same release
_AFTER = re.compile(r"\+(?:dev)?$")  # DCMTK: on the way to the next release


def read(text: str) -> Reading | None:
    if _AFTER.search(text):
        text = _AFTER.sub(" patch 0", text)
    return dotted.read(_PATCH.sub(r" patch \1", _BUILD.sub("", text)))

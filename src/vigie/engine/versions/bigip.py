"""F5 BIG-IP: 16.1.2 < 16.1.2.1; "build 0.0.10" is the build of the same release."""

import re

from . import dotted
from .value import Reading

_BUILD = re.compile(r"[ ,]+build [\d.]+$")


def read(text: str) -> Reading | None:
    return dotted.read(_BUILD.sub("", text), width=3)

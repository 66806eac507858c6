"""MikroTik RouterOS: 6.42rc27 < 6.42 < 6.42.1; the channel, "(long-term)", says nothing of the version."""

import re

from . import dotted
from .value import Reading

_CHANNEL = re.compile(r" \((?:stable|long-term|testing|development|bugfix|current)\)$")


def read(text: str) -> Reading | None:
    return dotted.read(_CHANNEL.sub("", text))

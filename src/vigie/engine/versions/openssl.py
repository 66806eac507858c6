"""OpenSSL: 1.0.2-beta3 < 1.0.2 < 1.0.2k < 1.0.2za; letters until 1.1.1, plain numbers since 3.0."""

import re
from dataclasses import replace

from . import dotted
from .value import Reading

# A build of a distribution that passed the FIPS programme says so: the code is the same release.
_BUILDS = re.compile(r"-(?:fips|freebsd|quic\d*)$")


def read(text: str) -> Reading | None:
    reading = dotted.read(_BUILDS.sub("", text), width=3)
    if reading is None or reading.branch[0] < 3:
        return reading
    return replace(reading, branch=reading.branch[:2])

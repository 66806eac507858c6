"""Citrix NetScaler, ADC and Gateway: 13.1-49.13, NS13.1: Build 49.13.nc."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(
    r"(?:netscaler )?(?:\d+\.\d+-(?:fips|ndcpp) )?(?:ns)?(\d+\.\d+)"
    r"(?:[-:. ]+(?:(?:fips|ndcpp)[-: ]*)?(?:build )?(\d+\.\d+)(?:\.[a-z]+)?)?"
)


def read(text: str) -> Reading | None:
    """Without its build, 13.0 is a line and not yet a version."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    line = integers(found[1])
    if found[2] is None:
        return Reading(release(line), branch(line, 2), vague=True)
    return Reading((*release(line), *release(integers(found[2]))), branch(line, 2))

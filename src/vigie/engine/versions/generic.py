"""A product that nobody described yet: what reads in one way only, and nothing else."""

import re

from . import dotted
from .value import Reading

# 1.0a1 is an alpha for some and a first correction for others; 1.2-3 a package or a hotfix.
_AMBIGUOUS = re.compile(r".*\d[ab]\d+")


def read(text: str) -> Reading | None:
    return None if _AMBIGUOUS.fullmatch(text) else dotted.read(text)

"""A product that nobody described yet: what reads in one way only, and nothing else."""

import re

from . import dotted
from .value import Reading

# 1.0a1 is an alpha for some and a first correction for others; 1.2-3 a package or a hotfix.
_AMBIGUOUS = re.compile(r".*\d[ab]\d+")
_REVISION = re.compile(r"^r(?:ev)?(?=\d{3,}$)")  # r12345; a bare r2 is an edition
_YEAR = re.compile(r"(\d{4}) ?r(\d+)")  # 2019 R2


def read(text: str) -> Reading | None:
    text = _YEAR.sub(r"\1.\2", _REVISION.sub("", text))
    return None if _AMBIGUOUS.fullmatch(text) else dotted.read(text)

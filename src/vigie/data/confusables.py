"""Which letters of other alphabets are drawn as a Latin one?"""

from collections.abc import Mapping
from functools import cache

from . import documents


@cache
def confusables() -> Mapping[str, str]:
    """Letter -> the ASCII letter that it looks like."""
    table: dict[str, str] = documents.read("params/confusables")["letters"]
    return table

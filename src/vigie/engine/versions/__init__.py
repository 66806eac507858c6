"""Which of two versions of a product comes first?"""

import re
from functools import lru_cache
from typing import Literal

from .registry import CASED, READERS, scheme_named, scheme_of
from .value import LONGEST, Version, version

__all__ = ["Order", "Version", "compare", "parse", "scheme_named", "scheme_of", "schemes"]

Order = Literal["<", "=", ">", "?"]

_ESCAPE = re.compile(r"\\(.)")


def schemes() -> tuple[str, ...]:
    return tuple(sorted(READERS))


@lru_cache(maxsize=1 << 17)
def parse(scheme: str, text: str) -> Version | None:
    """Read a version; None when the scheme does not know such a form. Never raises."""
    if len(text) > LONGEST or not text.isascii():
        return None
    plain = _ESCAPE.sub(r"\1", text).strip()
    read = READERS.get(scheme)
    reading = read(plain if scheme in CASED else plain.lower()) if read else None
    return None if reading is None else version(scheme, text, reading)


def compare(scheme: str, a: str, b: str) -> Order:
    """Say whether a comes before b; "?" when one cannot be read, or does not say enough."""
    first, second = parse(scheme, a), parse(scheme, b)
    if first is None or second is None:
        return "?"
    return order(first, second)


def order(first: Version, second: Version) -> Order:
    if first.ceiling < second.key:
        return "<"
    if first.key > second.ceiling:
        return ">"
    if first.key == second.key and first.ceiling == second.ceiling and (not first.vague or first.text == second.text):
        return "="
    return "?"

"""Which versions does an analyst mean who types "fortinet:fortios >=7.0.0,<7.0.13"?"""

import re
from dataclasses import replace

from .aliases import Product
from .statement import Configuration, Criterion, Node, Statement

LONGEST = 2000  # characters of what is typed

_ENDS = {
    ">=": "start_including",
    ">": "start_excluding",
    "<=": "end_including",
    "<": "end_excluding",
    "=": "version",
    "fixed ": "fixed_in",
}
_BOUND = re.compile(r"(>=|<=|>|<|=|fixed )\s*([^\s<>=,;]+)")


class BadRange(ValueError):
    """Not a range; the message says which piece is not understood."""


def range_of(product: Product, text: str) -> Criterion:
    """Read ">=8.5p1 <9.8p1", "<=7.7 fixed 7.8", "=2.3.4" or "*"; a comma between two bounds may stand."""
    found = _BOUND.findall(text)
    bounds = {_ENDS[sign]: value for sign, value in found}
    if (not bounds and text.strip() != "*") or _BOUND.sub("", text).strip(" ,*") or len(bounds) != len(found):
        raise BadRange(f"range {text[:80]!r}")
    part = "o" if product[1] == "fortios" or product[1].endswith("_firmware") else "a"
    return replace(Criterion(product[0], product[1], part=part), **bounds)


def statement_of(text: str) -> Statement:
    """Read one product and its ranges, several of them separated by ";"; raise BadRange."""
    name, _, ranges = text.strip()[:LONGEST].partition(" ")
    vendor, colon, product = name.lower().partition(":")
    if not colon or not vendor or not product:
        raise BadRange(f"{name[:80]!r} is not vendor:product")
    criteria = tuple(range_of((vendor, product), one) for one in ranges.split(";"))
    return Statement((Configuration((Node(criteria),)),))

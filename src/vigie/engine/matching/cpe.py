"""How is a CPE 2.3 name split, its escapes honoured, and refused when it is not one?"""

import re
from dataclasses import dataclass

_PARTS = 13  # "cpe", "2.3" and eleven attributes
LONGEST = 2048  # characters; the NVD's longest has under 300

_SEPARATOR = re.compile(r"(?<!\\):")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Cpe:
    """The attributes that we use, unescaped and lower case; "*" is any, "-" is none."""

    part: str
    vendor: str
    product: str
    version: str
    update: str
    edition: str
    language: str
    sw_edition: str
    target_sw: str
    target_hw: str


@dataclass(frozen=True, slots=True)
class BadCpe:
    text: str  # its beginning
    reason: str


def split(text: str) -> Cpe | BadCpe:
    """Never raises: a name that cannot be read is a value that tells why."""
    if len(text) > LONGEST:
        return BadCpe(text[:80], f"{len(text)} characters")
    # Most names hold no escape, and a plain split is four times faster.
    pieces = _SEPARATOR.split(text) if "\\" in text else text.split(":")
    if len(pieces) != _PARTS:
        return BadCpe(text[:80], f"{len(pieces)} components, not {_PARTS}")
    if pieces[0] != "cpe" or pieces[1] != "2.3" or pieces[2] not in {"a", "o", "h", "*"}:
        return BadCpe(text[:80], "does not begin with cpe:2.3 and a part")
    if "\\" in text:
        pieces = [_ESCAPED.sub(r"\1", piece) for piece in pieces]
    part, vendor, product, version, update, edition, language, sw_edition, target_sw, target_hw, _ = pieces[2:]
    lower = (vendor.lower(), product.lower(), version.lower(), update.lower(), edition.lower())
    return Cpe(part, *lower, language, sw_edition.lower(), target_sw.lower(), target_hw.lower())

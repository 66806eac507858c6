"""Windows 10 and 11 release names: 1809 < 2004 < 20H2 < 21H1."""

import re

from .value import Reading

_SHAPE = re.compile(r"(\d\d)(?:(0[1-9]|1[0-2])|h([12]))")
_OTHER_NAMES = {"2009": "20h2"}  # as its first builds called it


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(_OTHER_NAMES.get(text, text))
    if found is None:
        return None
    # The halves came out in spring and autumn, after the months that earlier names carry.
    month = int(found[2]) if found[2] else {"1": 6, "2": 12}[found[3]]
    return Reading((int(found[1]), month), (int(found[1]), month))

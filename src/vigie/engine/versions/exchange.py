"""Exchange Server builds, 15.1.2176.9 = 15.01.2176.009: each cumulative update is a line of its own.

Names lead to builds as Microsoft lists them (Exchange Server build numbers and release dates).
"""

import re

from .dotted import branch, integers
from .value import Reading

_SHAPE = re.compile(r"\d+\.\d+(?:\.\d+){0,2}")
_NAME = re.compile(r"(20\d\d)(?:[ :_-]+(?:(?:cumulative[_ ]update[_ ]?|cu)(\d+)|(?:sp|service[_ ]pack[_ ]?)(\d+)))?")
# The third number, from the first release (0) on; a service pack of 2013 stands where its fourth update would.
_LINES = {
    2013: (15, 0),
    2016: (15, 1),
    2019: (15, 2),
}
_UPDATES = {
    2013: (
        516, 620, 712, 775, 847, 913, 995, 1044, 1076, 1104, 1130, 1156, 1178, 1210, 1236, 1263, 1293, 1320, 1347, 1365,
        1367, 1395, 1473, 1497,
    ),
    2016: (
        225, 396, 466, 544, 669, 845, 1034, 1261, 1415, 1466, 1531, 1591, 1713, 1779, 1847, 1913, 1979, 2044, 2106,
        2176, 2242, 2308, 2375, 2507,
    ),
    2019: (221, 330, 397, 464, 529, 595, 659, 721, 792, 858, 922, 986, 1118, 1258, 1544, 1748),
}  # fmt: skip
_PACK_OF_2013 = 4  # Service Pack 1 is Cumulative Update 4


def read(text: str) -> Reading | None:
    """A sign-in page often shows three numbers of four: the security update is then not told, nor by "2019 CU12"."""
    numbers = integers(text) if _SHAPE.fullmatch(text) else _named(text)
    if numbers is None:
        return None
    if len(numbers) < 4:
        return Reading(tuple(number + 1 for number in numbers), branch(numbers, 3), vague=True)
    return Reading((*(number + 1 for number in numbers), 0), branch(numbers, 3))


def _named(text: str) -> tuple[int, ...] | None:
    """The first numbers of the build: (15, 2, 1118) of "2019 CU12", (15, 2) of "2019"; None when nobody listed it."""
    found = _NAME.fullmatch(text)
    year = int(found[1]) if found else 0
    if found is None or year not in _LINES:
        return None
    if not found[2] and not found[3]:
        return _LINES[year]
    if found[3] and (year, found[3]) != (2013, "1"):
        return None
    number = int(found[2]) if found[2] else _PACK_OF_2013
    return (*_LINES[year], _UPDATES[year][number]) if number < len(_UPDATES[year]) else None

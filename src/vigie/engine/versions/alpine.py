"""Alpine packages: 1.1.1-r9 < 1.1.1-r10; 1.2_rc1 < 1.2 < 1.2_git1 < 1.2_p1."""

import re

from .dotted import branch, integers, letters
from .value import Reading

_SHAPE = re.compile(r"(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:-r(\d+))?")
_SUFFIX = re.compile(r"_([a-z]+)(\d*)")
# apk-package(5): what comes before the release, then the release itself, then what comes after.
_BEFORE, _AFTER = ("alpha", "beta", "pre", "rc"), ("cvs", "svn", "git", "hg", "p")
_RANK = {name: rank for rank, name in enumerate((*_BEFORE, "", *_AFTER))}


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    suffixes = _SUFFIX.findall(found[3])
    if any(name not in _RANK for name, _ in suffixes):
        return None
    numbers = integers(found[1])
    told = [part for name, number in suffixes for part in (_RANK[name], int(number or 0))]
    # 1.0 comes before 1.0.0 here: apk counts components, and a zero is one.
    parts = (*(number + 1 for number in numbers), 0, *letters(found[2]), *told, _RANK[""], int(found[4] or 0))
    return Reading(parts, branch(numbers, 2))

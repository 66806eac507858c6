"""A correction on one maintenance release leaves the next ones affected: which ranges remain?"""

import re
from collections.abc import Iterable
from functools import cmp_to_key

from vigie.engine.versions import compare

_HOTFIX = re.compile(r"(.*?)(\d+)-h\d+", re.IGNORECASE)  # PAN-OS: 10.2.9-h1 mends 10.2.9 alone

Range = tuple[str | None, str | None]  # from, included, and until, excluded; None is open


def sorted_versions(scheme: str, versions: Iterable[str]) -> list[str]:
    """In the order of the scheme; what it cannot read stays where it was."""

    def order(a: str, b: str) -> int:
        return {"<": -1, ">": 1}.get(compare(scheme, a, b), 0)

    return sorted(versions, key=cmp_to_key(order))


def affected_ranges(scheme: str, start: str | None, fixes: Iterable[str], end: str | None) -> list[Range]:
    """What remains of [start, end) once each correction holds for its own maintenance release.

    A hotfix mends its maintenance release alone, save for the last one, which everything after it contains.
    """
    left: list[Range] = []
    cursor = start
    ordered = sorted_versions(scheme, set(fixes))
    for position, fix in enumerate(ordered):
        if cursor is None or compare(scheme, cursor, fix) == "<":
            left.append((cursor, fix))
        hotfix = _HOTFIX.fullmatch(fix)
        if hotfix is None or position == len(ordered) - 1:
            return left
        cursor = f"{hotfix[1]}{int(hotfix[2]) + 1}"
    if cursor is None or end is None or compare(scheme, cursor, end) == "<":
        left.append((cursor, end))
    return left


def toggled_ranges(scheme: str, start: str | None, changes: dict[str, bool], end: str | None) -> list[Range]:
    """The affected ranges of [start, end) whose status changes at some versions (True: affected from there on)."""
    if any(_HOTFIX.fullmatch(at) for at, affected in changes.items() if not affected):
        return affected_ranges(scheme, start, (at for at, affected in changes.items() if not affected), end)
    left: list[Range] = []
    cursor, affected = start, True
    for at in sorted_versions(scheme, changes):
        if affected and not changes[at]:
            left.append((cursor, at))
        elif changes[at] and not affected:
            cursor = at
        affected = changes[at]
    if affected and (end is None or cursor is None or compare(scheme, cursor, end) != ">"):
        left.append((cursor, end))
    return left

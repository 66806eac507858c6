"""VMware: ESXi670-202102401-SG, ESXi70U3c-19193900, 6.5 update2b, 7.0 U3c, 8.0.3, 7.0.3.01400."""

import re

from .dotted import branch, integers, letters, release
from .value import Reading

_UPDATE = re.compile(r"(\d+(?:\.\d+)*)(?:[ _-]?(?:update[ _]?|u)| )(\d+)([a-z]?)")
_NUMBERS = re.compile(r"(\d+(?:\.\d+)*)([a-z]?)")
_BUNDLE = re.compile(r"esxi(\d)(\d)(\d)-(\d{9})(?:-[a-z]+)?")
_IMAGE = re.compile(r"esxi(\d)(\d)u(\d+)(s?)([a-z]?)-\d+")  # ESXi80U2sb holds the security part of U2b alone
_UPDATES, _BUNDLES, _APPLIANCES = range(3)
_ALL_UPDATES_AT_ZERO = {(6, 5), (6, 7)}  # vCenter 6.7 U3o is 6.7.0.48000: its number does not tell the update


def read(text: str) -> Reading | None:
    """A patch bundle and an update name do not compare: they are lists of their own."""
    if found := _BUNDLE.fullmatch(text):
        line = (int(found[1]), int(found[2]), int(found[3]))
        return Reading((_BUNDLES, *line, int(found[4])), line[:2], track="bundle")
    if found := _IMAGE.fullmatch(text):
        return _update((int(found[1]), int(found[2])), int(found[3]), found[5], whole=not found[4])
    if found := _UPDATE.fullmatch(text):
        return _update(integers(found[1]), int(found[2]), found[3])
    if found := _NUMBERS.fullmatch(text):
        return _numbers(integers(found[1]), found[2])
    return None


def _numbers(numbers: tuple[int, ...], letter: str) -> Reading:
    if len(numbers) > 3 and numbers[:2] in _ALL_UPDATES_AT_ZERO:
        return Reading((_APPLIANCES, *release(numbers)), branch(numbers, 2), track="appliance")
    # 8.0.3 is 8.0 Update 3; 8.0.3.00400 comes after it.
    return _update(numbers[:2], numbers[2] if len(numbers) > 2 else 0, letter, more=numbers[3:])


def _update(
    numbers: tuple[int, ...], update: int, letter: str, *, whole: bool = True, more: tuple[int, ...] = ()
) -> Reading:
    parts = (_UPDATES, *release(numbers), update, *letters(letter), whole, *release(more))
    return Reading(parts, branch(numbers, 2))

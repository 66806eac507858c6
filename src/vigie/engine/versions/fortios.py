"""FortiOS and its kin: 7.0.12, v7.0.12,build0523."""

import re

from .dotted import branch, integers, release
from .value import Reading

_SHAPE = re.compile(
    r"v?(\d+(?:\.\d+)*)(?:[-, ]*build ?\d+)?(?:,\d{6})?(?:[-, ]+\(?(?:ga|mature|feature|[fm])\.?[a-z.]*\)?)?"
)


def read(text: str) -> Reading | None:
    """The build number adds nothing: one release has one build, but for images that were never published."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found[1])
    return Reading(release(numbers), branch(numbers, 2))

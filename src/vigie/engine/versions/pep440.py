"""Python packages, PEP 440: 1!1.0 > 2.0, 1.0.dev1 < 1.0a1 < 1.0 < 1.0.post1."""

import re

from .dotted import branch, integers, letters, release
from .value import Reading

_SHAPE = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<numbers>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre_number>\d*))?"
    r"(?:-(?P<implicit>\d+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?(?:\+(?P<local>[a-z0-9._-]+))?"
)
_PRE = {"alpha": 1, "a": 1, "beta": 2, "b": 2, "c": 3, "rc": 3, "pre": 3, "preview": 3}
_DEV_ONLY, _FINAL = 0, 4


def read(text: str) -> Reading | None:
    """A local version (after '+') comes after its release: 1.0 < 1.0+abc < 1.0+5."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    numbers = integers(found["numbers"])
    post = int(found["post_number"] or found["implicit"] or 0) + 1 if found["post"] or found["implicit"] else 0
    if found["pre"]:
        stage = (_PRE[found["pre"]], int(found["pre_number"] or 0))
    else:
        stage = (_DEV_ONLY if found["dev"] and not post else _FINAL, 0)
    dev = (0, int(found["dev_number"] or 0)) if found["dev"] else (1, 0)
    parts = (int(found["epoch"] or 0), *release(numbers), *stage, post, *dev, *_local(found["local"]))
    return Reading(parts, branch(numbers, 2))


def _local(text: str | None) -> tuple[int, ...]:
    """Words before numbers, fewer before more."""
    parts: list[int] = []
    for piece in re.split(r"[._-]", text) if text else ():
        parts += [2, int(piece)] if piece.isdigit() else [1, *letters(piece)]
    return (*parts, 0)

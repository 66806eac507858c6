"""Exchange as the NVD's names write it: 2016, then cumulative_update_19."""

import re

from .value import Reading

_SHAPE = re.compile(
    r"(20\d\d)"
    r"(?:[ :_](?:-|(?:cumulative_update_|cu)(\d+)|(?:sp|service_pack_)(\d+)(?:_(?:update_)?(?:rollup_|ru)(\d+))?))?"
)


def read(text: str) -> Reading | None:
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    year = int(found[1])
    return Reading((year, int(found[3] or 0), int(found[2] or 0), int(found[4] or 0)), (year,))

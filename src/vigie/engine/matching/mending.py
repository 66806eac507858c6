"""Which version mends all of it?"""

from collections.abc import Iterable

from vigie.engine import versions


def mending_version(vendor: str, product: str, fixed_in: Iterable[str | None]) -> str | None:
    """The smallest version that mends every one of these vulnerabilities; None when one of them does not tell."""
    scheme = versions.scheme_of(vendor, product)
    best = ""
    for fixed in fixed_in:
        if not fixed:
            return None
        order = versions.compare(scheme, fixed, best) if best else ">"
        if order == "?":
            return None
        best = fixed if order == ">" else best
    return best or None

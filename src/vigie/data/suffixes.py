"""Which part of a name did its owner register?"""

from functools import cache

from publicsuffixlist import PublicSuffixList


def registered_domain(name: str) -> str | None:
    """The owner's own domain that holds this name, itself perhaps; None for a suffix that many owners share."""
    found = _suffixes().privatesuffix(name.rstrip(".").lower())
    return str(found) if found else None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()

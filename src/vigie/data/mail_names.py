"""What is known in advance of the names of others: where keys of mail stand, and which names anybody may take."""

from collections.abc import Mapping
from functools import cache

from .documents import DocumentError, read

SELECTORS = "params/mail-selectors-2026-11-23"
CLAIMABLE = "params/claimable-2026-11-23"


@cache
def selectors() -> tuple[str, ...]:
    """Under which keys of DKIM are looked for, in the order of asking; raises DocumentError."""
    return tuple(str(one) for one in _part(SELECTORS, "selectors"))


@cache
def claimable() -> Mapping[str, str]:
    """Suffix -> the shared service that gives names below it to whoever asks first; raises DocumentError."""
    services: Mapping[str, str] = _part(CLAIMABLE, "services")
    return services


def _part(document: str, name: str):  # type: ignore[no-untyped-def]
    try:
        return read(document)[name]
    except (KeyError, TypeError) as error:
        raise DocumentError(f"vigie/data/{document}.yaml: {error!r}") from error

"""How does this server protect the cookies that it gives?"""

from collections.abc import Iterable

import re2

from vigie.engine.facts_of_web import CookieFlags

_NAME = re2.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$")
_SAME_SITE = frozenset({"strict", "lax", "none"})


def flags_of(header: str) -> CookieFlags | None:
    """Of one Set-Cookie header; None when its name is not one. The value is not read."""
    first, *attributes = header.split(";")
    name = first.partition("=")[0].strip()
    if not _NAME.match(name):
        return None
    told = {key.strip().lower(): value.strip().lower() for key, _, value in (a.partition("=") for a in attributes)}
    same_site = told.get("samesite")
    return CookieFlags(name, "secure" in told, "httponly" in told, same_site if same_site in _SAME_SITE else None)


def cookies_of(headers: Iterable[tuple[str, str]]) -> tuple[CookieFlags, ...]:
    """Of all the answers of one visit: a cookie that is given twice is as it was given last (RFC 6265 5.3)."""
    told: dict[str, CookieFlags] = {}
    for key, value in headers:
        flags = flags_of(value) if key == "set-cookie" else None
        if flags is not None:
            told[flags.name] = flags
    return tuple(told.values())

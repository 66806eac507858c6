"""Which of two versions of a product comes first?"""

import re
from functools import lru_cache
from typing import Literal

from .registry import CASED, READERS, scheme_named, scheme_of
from .value import LONGEST, Version, version

__all__ = ["Order", "Version", "compare", "parse", "scheme_named", "scheme_of", "schemes"]

Order = Literal["<", "=", ">", "?"]

_ESCAPE = re.compile(r"\\(.)")
# What a banner or an advisory puts before the number; a word that is no name ("beta 2") is never taken away.
_NAMED = re.compile(
    r"(?:version|ver\.?|apache tomcat|tomcat|openssl|openssh|php|nginx|exim|dovecot|postfix|routeros|junos(?: os)?|"
    r"pan-os|big-ip|sonicos|zld|zimbra|fortios|forti[a-z]+(?:-\w+)?|esxi|vcenter(?: server)?|"
    r"(?:microsoft )?exchange server|quts hero|dsm|qts|orthanc|dcmtk|stormshield|sns)[ /]+(?=[vrh]?\d)",
    re.IGNORECASE,
)


def schemes() -> tuple[str, ...]:
    return tuple(sorted(READERS))


@lru_cache(maxsize=1 << 17)
def parse(scheme: str, text: str) -> Version | None:
    """Read a version; None when the scheme does not know such a form. Never raises."""
    if len(text) > LONGEST or not text.isascii():
        return None
    plain = _ESCAPE.sub(r"\1", text).strip()
    read = READERS.get(scheme)
    if read is None:
        return None
    known = plain if scheme in CASED else plain.lower()
    reading = read(known)
    if reading is None and (named := _NAMED.match(known)):
        reading = read(known[named.end() :])
    return None if reading is None else version(scheme, text, reading)


def compare(scheme: str, a: str, b: str) -> Order:
    """Say whether a comes before b; "?" when one cannot be read, or does not say enough."""
    first, second = parse(scheme, a), parse(scheme, b)
    if first is None or second is None:
        return "?"
    return order(first, second)


def order(first: Version, second: Version) -> Order:
    if first.scheme != second.scheme:
        return "?"
    if first.ceiling < second.key:
        return "<"
    if first.key > second.ceiling:
        return ">"
    if first.key == second.key and first.ceiling == second.ceiling and (not first.vague or first.text == second.text):
        return "="
    return "?"

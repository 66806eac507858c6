"""When was it, in any of the ways in which tools write a date?"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_FORMS = (
    "%a %b %d %H:%M:%S %Y",  # Nessus, nmap
    "%b %d, %Y %H:%M:%S",  # Tenable.sc
    "%b %d, %Y %I:%M %p",  # Qualys VMDR
    "%d %b %Y %I:%M%p",
    "%m/%d/%Y %H:%M:%S",  # Qualys, American order
    "%m/%d/%Y",
)
_ZONE = re.compile(r"\s+(?:(?:UTC|GMT)?([+-])(\d\d):?(\d\d)|\(?([A-Z]{2,5})\)?)$")
# Hours from UTC; a name that is not here is read as UTC, less than a day away.
_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "BST": 1,
}  # fmt: skip
_NO_ZONE = {"AM", "PM"}


@lru_cache(maxsize=4096)
def moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """In UTC; None when it is no date, or of before 1990. `zone` is that of a date which names none."""
    word = text.strip()
    if not word:
        return None
    try:
        read = _epoch(word) or _iso(word) or _written(word, zone)
        if read is None:
            return None
        at = (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return at if at >= EARLIEST else None


def zone_of(text: str) -> tzinfo:
    """The time zone at the end of "04 Feb 2026 10:00AM GMT-0500"; UTC when there is none."""
    found = _ZONE.search(text.strip())
    return _zone(found) if found else UTC


def _epoch(word: str) -> datetime | None:
    """Seconds, or milliseconds, since 1970."""
    if not (word.isascii() and word.isdigit()) or len(word) not in {9, 10, 13}:
        return None
    return datetime.fromtimestamp(int(word) / (1000 if len(word) == 13 else 1), UTC)


def _iso(word: str) -> datetime | None:
    try:
        return datetime.fromisoformat(word)
    except ValueError:
        return None


def _written(word: str, zone: tzinfo) -> datetime | None:
    found = _ZONE.search(word)
    if found and found[4] not in _NO_ZONE:
        word, zone = word[: found.start()], _zone(found)
    for form in _FORMS:
        try:
            return datetime.strptime(word, form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def _zone(found: re.Match[str]) -> tzinfo:
    if found[1]:
        away = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-away if found[1] == "-" else away) if away < timedelta(hours=24) else UTC
    return timezone(timedelta(hours=_ZONES.get(found[4], 0)))

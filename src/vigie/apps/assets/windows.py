"""Weekly windows in which a look is allowed: as people write them, as they are stored, as the gate reads them."""

import re
from datetime import time
from typing import Any

from django.utils.translation import gettext as _

from vigie.probes.scope import Window

from .refusals import InvalidMandate

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NUMBER = {name.lower(): index for index, name in enumerate(DAYS)}
_NUMBER |= {name: index for index, name in enumerate(("lun", "mar", "mer", "jeu", "ven", "sam", "dim"))}
_WINDOW = re.compile(r"(?P<days>[A-Za-z,\s-]+?)\s+(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")


def parse_windows(text: str) -> list[dict[str, Any]]:
    """`Mon-Fri 22:00-05:00; Sat,Sun 00:00-24:00` as stored in Mandate.windows; an empty text is at any time.

    A window that ends before it begins passes midnight. Raise InvalidMandate with a sentence.
    """
    return [_window(part.strip()) for part in text.split(";") if part.strip()]


def _window(text: str) -> dict[str, Any]:
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise InvalidMandate(
            _("%(text)s is not a window: write for instance Mon-Fri 22:00-05:00.") % {"text": repr(text[:60])}
        )
    start, end = _hour(found["start"], text), _hour(found["end"], text)
    if start in (end, "24:00"):
        raise InvalidMandate(
            _("The window %(text)s has no length: a whole day is 00:00-24:00.") % {"text": repr(text[:60])}
        )
    return {"days": _days(found["days"], text), "from": start, "to": end}


def _days(text: str, window: str) -> list[int]:
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = (piece.strip().lower() for piece in part.partition("-"))
        if first not in _NUMBER or (dash and last not in _NUMBER):
            raise InvalidMandate(
                _("%(part)s in the window %(text)s is not a day: write Mon, Tue, Wed, Thu, Fri, Sat or Sun.")
                % {"part": repr(part.strip()[:20]), "text": repr(window[:60])}
            )
        begin, stop = _NUMBER[first], _NUMBER[last] if dash else _NUMBER[first]
        # Fri-Mon goes round the week's end.
        days.update((begin + step) % 7 for step in range((stop - begin) % 7 + 1))
    return sorted(days)


def _hour(text: str, window: str) -> str:
    hours, minutes = (int(part) for part in text.split(":"))
    if (hours, minutes) != (24, 0) and not (hours < 24 and minutes < 60):
        raise InvalidMandate(
            _("%(hour)s in the window %(text)s is not a time of day.") % {"hour": text, "text": repr(window[:60])}
        )
    return f"{hours:02d}:{minutes:02d}"


def stored_windows(stored: list[dict[str, Any]]) -> tuple[Window, ...]:
    """As the gate reads them; midnight at the end of a day is its 00:00."""
    return tuple(
        Window(
            weekdays=frozenset(entry["days"]),
            start=time.fromisoformat(entry["from"]),
            end=time(0) if entry["to"] == "24:00" else time.fromisoformat(entry["to"]),
        )
        for entry in stored
    )


def windows_text(stored: list[dict[str, Any]]) -> str:
    """As people write them; parse_windows reads it back."""
    return "; ".join(
        f"{','.join(DAYS[day] for day in entry['days'])} {entry['from']}-{entry['to']}" for entry in stored
    )

"""Dates in full, durations as people say them, and the date that a page is read at."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from vigie.apps.timeline import AsOf, as_of_day

__all__ = ["AsOf", "ago", "as_of", "day", "duration", "hour", "moment", "time_left"]


def day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return date_format(value, gettext("j F Y"))


def moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return gettext("%(day)s, %(hour)s") % {"day": day(local), "hour": local.strftime("%H:%M")}


def hour(value: datetime | None) -> str:
    return timezone.localtime(value).strftime("%H:%M") if value else ""


def duration(value: timedelta) -> str:
    """The two largest units that matter: "3 days", "2 h 10", "45 s"."""
    seconds = int(abs(value).total_seconds())
    days, hours, minutes = seconds // 86_400, seconds // 3600, seconds // 60
    if days >= 2:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if hours >= 1 and not minutes % 60:
        return gettext("%(h)d h") % {"h": hours}
    if hours >= 1:
        return gettext("%(h)d h %(m)02d") % {"h": hours, "m": minutes % 60}
    if minutes >= 1:
        return gettext("%(m)d min") % {"m": minutes}
    return gettext("%(s)d s") % {"s": seconds}


def time_left(deadline: datetime, now: datetime) -> str:
    """How long until a deadline, or since when it is past."""
    left = deadline - now
    if left >= timedelta(0):
        return gettext("%(duration)s left") % {"duration": duration(left)}
    return gettext("past by %(duration)s") % {"duration": duration(left)}


def ago(value: datetime, now: datetime) -> str:
    return gettext("%(duration)s ago") % {"duration": duration(now - value)}


def as_of(request: HttpRequest, now: datetime) -> AsOf:
    """Read ?as_of=YYYY-MM-DD; nonsense is today."""
    try:
        return as_of_day(date.fromisoformat(request.GET.get("as_of", "")), now)
    except ValueError:
        return as_of_day(None, now)

"""The CVE list: all records at midnight, then the changes of each day, then those of today until the last hour."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from vigie.channels.courtesy import Courtesy
from vigie.channels.feeds import ChannelAnswered
from vigie.data.feeds import Releases

from .errand import Errand

DAY = timedelta(days=1)
LATE_BY = 4  # hours: a release appears some time after the hour that it is named after
KEPT_DAYS = 31  # of files of changes, for whoever carries the folder elsewhere


def bring(errand: Errand) -> Iterator[tuple[Path, ...]]:
    releases, courtesy = errand.source.releases, errand.courtesy
    if releases is None:
        return
    today = errand.now.date()
    since = errand.since.date() if errand.since else None
    if since is not None and today - since <= timedelta(days=releases.most_days):
        missed = _days(errand, releases, since, courtesy)
    else:
        missed = None
    if missed is None:
        day, file = _all(errand, releases, courtesy)
        yield (file,)
        _drop_other_baselines(errand.folder, file)
        missed = _days(errand, releases, day, courtesy) or []
    for file in missed:
        yield (file,)
    last = _hour(errand, releases, courtesy)
    if last is not None:
        yield (last,)
    _drop_old_changes(errand.folder, today, last)


def _all(errand: Errand, releases: Releases, courtesy: Courtesy) -> tuple[date, Path]:
    """The newest of the last three midnights that was published."""
    for ago in range(3):
        day = errand.now.date() - ago * DAY
        try:
            return day, _fetched(errand, releases.all.format(day=day), courtesy)
        except ChannelAnswered as error:
            if not error.is_absent or ago == 2:
                raise
    raise AssertionError("the last attempt returns or raises")


def _days(errand: Errand, releases: Releases, since: date, courtesy: Courtesy) -> list[Path] | None:
    """The changes of each whole day since then, that day included; None when one of them is not to be had.

    A day that is just over may not be published yet: its changes until the last hour then stand for it.
    """
    found: list[Path] = []
    day, today = since, errand.now.date()
    while day < today:
        file = errand.folder / _name(releases.day.format(day=day))
        try:
            # A day that is over does not change: what is here is not asked again.
            found.append(file if file.is_file() else _fetched(errand, releases.day.format(day=day), courtesy))
        except ChannelAnswered as error:
            if not error.is_absent:
                raise
            last = _hour_of(errand, releases, day, 23, courtesy) if day == today - DAY else None
            if last is None:
                return None
            found.append(last)
        day += DAY
    return found


def _hour(errand: Errand, releases: Releases, courtesy: Courtesy) -> Path | None:
    """What changed today until the last hour that was published; each file holds those of the hours before."""
    return _hour_of(errand, releases, errand.now.date(), errand.now.hour, courtesy)


def _hour_of(errand: Errand, releases: Releases, day: date, last: int, courtesy: Courtesy) -> Path | None:
    for hour in range(last, max(0, last - LATE_BY), -1):
        try:
            return _fetched(errand, releases.hour.format(day=day, hour=hour), courtesy)
        except ChannelAnswered as error:
            if not error.is_absent:
                raise
    return None


def _fetched(errand: Errand, url: str, courtesy: Courtesy) -> Path:
    errand.watch.begin(_name(url), None)
    return errand.fetch(url, errand.folder / _name(url), courtesy).path


def _name(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def _drop_other_baselines(folder: Path, kept: Path) -> None:
    for file in folder.glob("*_all_CVEs_at_midnight.zip*"):
        if not file.name.startswith(kept.name):
            file.unlink()


def _drop_old_changes(folder: Path, today: date, last: Path | None) -> None:
    """Hours that a later hour or a whole day holds too, and days that nobody will ask for any more."""
    oldest = f"{today - KEPT_DAYS * DAY}"
    for file in folder.glob("*_delta_CVEs_at_*"):
        is_hour = not file.name.split("_at_")[-1].startswith("end_of_day")
        is_last = last is not None and file.name.startswith(last.name)
        if file.name < oldest or (is_hour and not is_last):
            file.unlink()

"""One week of the ISO calendar, from Monday to Sunday in Paris."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
WRITTEN = re.compile(r"(\d{4})-W(\d{2})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        year, number, _ = moment.astimezone(PARIS).isocalendar()
        return cls(year, number)

    @classmethod
    def read(cls, text: str) -> Self:
        """The week written "2026-W47"; raise ValueError when there is none of that name."""
        found = WRITTEN.match(text)
        if not found or not 2000 <= int(found[1]) < 9999:
            raise ValueError(f"{text[:20]!r} is not a week such as 2026-W47")
        week = cls(int(found[1]), int(found[2]))
        date.fromisocalendar(week.year, week.number, 1)  # raises when the year has no such week
        return week

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def first_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=6)

    @property
    def start(self) -> datetime:
        return _midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """The first instant of the next week."""
        return _midnight(self.first_day + timedelta(days=7))

    def shifted(self, weeks: int) -> Self:
        year, number, _ = (self.first_day + timedelta(weeks=weeks)).isocalendar()
        return type(self)(year, number)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=PARIS).astimezone(UTC)

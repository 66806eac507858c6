"""The values that every area shares: texts of what is printed, days that exist, objects that refuse more."""

from datetime import date, datetime
from typing import Annotated

from django.utils import timezone
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

PRINTED = r"^[^\x00-\x1f\x7f]*$"
WRITTEN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # lines and tabs too

Line = Annotated[str, StringConstraints(max_length=120, pattern=PRINTED)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=WRITTEN)]
Query = Annotated[str, StringConstraints(max_length=100, pattern=PRINTED)]
Finess = Annotated[str, StringConstraints(max_length=9, pattern=r"^[0-9A-Z]*$")]


def _in_our_time(day: date) -> date:
    return min(max(day, date(1900, 1, 1)), date(2999, 12, 31))


# Day arithmetic fails at both ends of the calendar; far enough is as far.
Day = Annotated[date, AfterValidator(_in_our_time)]
AsOfDay = Annotated[
    Day | None, Field(description="The end of that day, in Paris, as it was published then. A day to come is today.")
]


def aware(moment: datetime | None) -> datetime | None:
    """A moment given without a zone is of Paris, as on the pages."""
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


class Told(BaseModel):
    """What the API answers; read from an object that has the same names."""

    model_config = ConfigDict(from_attributes=True)


class Given(BaseModel):
    """What the API is sent: a field that it does not know is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")

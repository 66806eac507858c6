"""The yearly tables: slugs and numbers, no words."""

from datetime import datetime

from pydantic import BaseModel, Field


class Years(BaseModel):
    years: list[int] = Field(description="Latest first.")


class YearShareOut(BaseModel):
    part: int
    whole: int
    percent: float | None
    low: float | None
    high: float | None


class LineOut(YearShareOut):
    answers: list[str]
    structures: int


class CountChangeOut(BaseModel):
    before: int
    after: int
    percent: float | None
    low: float | None
    high: float | None


class ShareChangeOut(BaseModel):
    before: YearShareOut
    after: YearShareOut
    points: float | None
    low: float | None
    high: float | None


class TableOut(BaseModel):
    slug: str
    hidden: bool = Field(description="Too few to be told without naming anybody.")
    whole: int
    unknown: int | None
    lines: list[LineOut]


class RegionOut(BaseModel):
    region: str
    structures_in_scope: int
    structures_without_beds: int
    beds: int
    cases_on_beds: int
    per_thousand_beds: float | None


class DelayOut(BaseModel):
    slug: str
    followed: int
    over: int
    unknown: int
    told: bool
    median_seconds: float | None
    low_seconds: float | None
    high_seconds: float | None


class LeftOutOut(BaseModel):
    not_incidents: int
    unconfirmed: int


class YearOut(BaseModel):
    year: int
    as_of: datetime
    is_running: bool
    rule: str
    cases: int
    incidents: int
    structures: int
    structures_not_in_the_registry: int
    left_out: LeftOutOut
    help_minutes: int
    tables: list[TableOut]
    regions: list[RegionOut]
    delays: list[DelayOut]
    changes: dict[str, CountChangeOut]
    share_changes: dict[str, ShareChangeOut]

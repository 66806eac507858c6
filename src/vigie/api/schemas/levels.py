"""A level and its explanation."""

from datetime import datetime

from pydantic import Field

from vigie.apps.observatory.models import Level

from .values import Told


class LevelOut(Told):
    low: int
    high: int = Field(description="The level is between low and high: unknown scores nothing in low, all in high.")
    letter: str | None = Field(description="A to E; null when too little is known to give one.")
    known: int = Field(description="Of `total`: questions of an establishment, members of a grouping.")
    total: int
    method: str
    at: datetime = Field(description="When it was published; it holds until the next one.")
    confirmed_at: datetime
    inputs_sha256: str


class CountedOut(Told):
    finding: int
    subject: str
    place: str
    severity: str
    past_deadline: bool
    points: int


class IndicatorOut(Told):
    slug: str
    possible: int = Field(description="Always earned + lost + unknown.")
    earned: int
    lost: int
    unknown: int
    findings: list[CountedOut] | None = Field(description="Null without the right to read findings.")


class GateOut(Told):
    slug: str
    cap: int
    findings: list[int] | None


class GainOut(Told):
    finding: int
    subject: str
    place: str
    low_before: int
    low_after: int
    letter_before: str
    letter_after: str


class OwnTrace(Told):
    """How each point of an establishment came about."""

    indicators: list[IndicatorOut]
    gates: list[GateOut]
    gains: list[GainOut] | None
    low_before_gates: int
    high_before_gates: int


class GroupedTrace(Told):
    """What a grouping is made of."""

    members: int
    established: int
    never_looked_at: int
    letters: dict[str, int] = Field(description="Members by letter; `none` is not established.")
    sum_low: int
    sum_high: int
    lowest: list[str] = Field(description="FINESS numbers of the lowest, among those that the caller may see.")


class ExplainedLevel(LevelOut):
    own: OwnTrace | None = Field(description="Of an establishment.")
    grouped: GroupedTrace | None = Field(description="Of a group or a territory.")


def level_out(row: Level) -> LevelOut:
    return LevelOut(**_facts(row))


def explained(row: Level, own: OwnTrace | None, grouped: GroupedTrace | None) -> ExplainedLevel:
    return ExplainedLevel(**_facts(row), own=own, grouped=grouped)


def _facts(row: Level) -> dict[str, object]:
    names = "low", "high", "known", "total", "method", "at", "confirmed_at", "inputs_sha256"
    return {name: getattr(row, name) for name in names} | {"letter": row.letter or None}

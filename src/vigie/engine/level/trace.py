"""How did each point come about? What a page needs to explain a level, and a person to redo it by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """A finding under one indicator; `points` is its own penalty, before the indicator's cap."""

    finding: int
    subject: str
    place: str
    severity: str
    past_deadline: bool
    points: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """possible = earned + lost + unknown, always."""

    slug: str
    possible: int
    earned: int
    lost: int
    unknown: int
    findings: tuple[CountedFinding, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that closed: the level cannot pass `cap` while these findings are open."""

    slug: str
    cap: int
    findings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """What mending this one finding would give, all the rest staying as it is."""

    finding: int
    subject: str
    place: str
    low_before: int
    low_after: int
    letter_before: str
    letter_after: str

    @property
    def points(self) -> int:
        return self.low_after - self.low_before


@dataclass(frozen=True, slots=True)
class Trace:
    """The explanation of an establishment's level."""

    indicators: tuple[Indicator, ...]
    gates: tuple[Gate, ...]
    gains: tuple[Gain, ...]
    low_before_gates: int
    high_before_gates: int


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """The explanation of a group's or a territory's level."""

    members: int
    established: int
    never_looked_at: int
    letters: tuple[tuple[str, int], ...]  # ("A", 3)... and ("", 2) for not established
    sum_low: int
    sum_high: int
    lowest: tuple[int, ...]  # ids of the ten members with the lowest `low`


@dataclass(frozen=True, slots=True)
class Result:
    low: int
    high: int
    letter: str  # "" when not established
    known: int
    total: int
    method: str
    inputs_sha256: str
    trace: Trace | GroupTrace

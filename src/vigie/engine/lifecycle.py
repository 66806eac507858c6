"""What does one more look change for a finding, or for a service that was seen before?

A finding ends in two ways only: a positive proof closes it at once; two absences far enough apart make it "no longer
observed". Everything unknown changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """The same slugs as vigie.apps.findings.enums.FindingState; a test holds them together."""

    OPEN = "open"
    CLOSED = "closed"
    NO_LONGER_OBSERVED = "no_longer_observed"


class Seen(StrEnum):
    """What the look says of the weakness."""

    WEAK = "weak"  # seen again
    MENDED = "mended"  # positive proof: passed check, sound version, another product
    ABSENT = "absent"  # the host answered, and what held the weakness is not there
    UNKNOWN = "unknown"  # silent, stopped, garbled, no version: proves nothing


class Transition(StrEnum):
    NONE = "none"
    CONFIRM = "confirm"  # still there
    SEEN_AGAIN = "seen_again"  # still there after an absence
    REOPEN = "reopen"
    CLOSE = "close"
    WAIT = "wait"  # first absence
    END = "end"  # second absence, far enough: no longer observed


@dataclass(frozen=True, slots=True)
class AbsenceRule:
    """When an absence counts, and when a run that lost too much waits for a person."""

    slug: str
    since: date
    reference: str
    between: timedelta  # least time from the first absence to the one that ends
    fall_least: int  # a fall of more than max(fall_least, fall_percent %) is held
    fall_percent: int
    rise_least: int  # the same for a sudden rise
    rise_percent: int

    def falls_too_much(self, before: int, after: int) -> bool:
        return before - after > max(self.fall_least, before * self.fall_percent / 100)

    def rises_too_much(self, before: int, after: int) -> bool:
        """Nothing before is a first look, not a rise."""
        return before > 0 and after - before > max(self.rise_least, before * self.rise_percent / 100)

    def ends_too_many(self, open_before: int, ending: int) -> bool:
        return ending > max(self.fall_least, open_before * self.fall_percent / 100)


def next_step(
    state: State, seen: Seen, *, absent_since: datetime | None, looked_at: datetime, rule: AbsenceRule
) -> Transition:
    """The transition that one look brings; `absent_since` is the first of the absences in a row, if any."""
    if seen is Seen.UNKNOWN:
        return Transition.NONE
    if state is not State.OPEN:
        return Transition.REOPEN if seen is Seen.WEAK else Transition.NONE
    if seen is Seen.MENDED:
        return Transition.CLOSE
    if seen is Seen.WEAK:
        return Transition.CONFIRM if absent_since is None else Transition.SEEN_AGAIN
    if absent_since is None:
        return Transition.WAIT
    return Transition.END if looked_at - absent_since >= rule.between else Transition.NONE

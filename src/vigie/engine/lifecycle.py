"""What does one more look, or one person's decision, change for a finding?

A look ends a finding in two ways only: a positive proof closes it at once; two absences far enough apart make it "no
longer observed". Everything unknown changes nothing. A person may set a finding aside until a day, never close it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """The same slugs as vigie.apps.findings.enums.FindingState; a test holds them together."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # somebody has it in hand
    FIX_DECLARED = "fix_declared"  # said to be mended; no look has proved it yet
    CLOSED = "closed"  # a look proved it
    FALSE_POSITIVE = "false_positive"  # until a day
    RISK_ACCEPTED = "risk_accepted"  # until a day
    ASSET_RETIRED = "asset_retired"
    NO_LONGER_OBSERVED = "no_longer_observed"


STANDING = frozenset({State.OPEN, State.ACKNOWLEDGED, State.FIX_DECLARED})  # weak, and somebody's work
SET_ASIDE = frozenset({State.FALSE_POSITIVE, State.RISK_ACCEPTED})  # looks still follow it; it comes back by itself
ENDED = frozenset({State.CLOSED, State.ASSET_RETIRED, State.NO_LONGER_OBSERVED})


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
    REFUTE = "refute"  # still there, although it was said to be mended
    REOPEN = "reopen"
    CLOSE = "close"
    WAIT = "wait"  # first absence
    END = "end"  # second absence, far enough: no longer observed


#   where the finding is -> what a look says -> what it brings; what is not here changes nothing
BY_A_LOOK: Mapping[State, Mapping[Seen, Transition]] = {
    State.OPEN: {Seen.WEAK: Transition.CONFIRM, Seen.MENDED: Transition.CLOSE, Seen.ABSENT: Transition.WAIT},
    State.ACKNOWLEDGED: {Seen.WEAK: Transition.CONFIRM, Seen.MENDED: Transition.CLOSE, Seen.ABSENT: Transition.WAIT},
    State.FIX_DECLARED: {Seen.WEAK: Transition.REFUTE, Seen.MENDED: Transition.CLOSE, Seen.ABSENT: Transition.WAIT},
    State.FALSE_POSITIVE: {Seen.WEAK: Transition.CONFIRM, Seen.MENDED: Transition.CLOSE, Seen.ABSENT: Transition.WAIT},
    State.RISK_ACCEPTED: {Seen.WEAK: Transition.CONFIRM, Seen.MENDED: Transition.CLOSE, Seen.ABSENT: Transition.WAIT},
    State.CLOSED: {Seen.WEAK: Transition.REOPEN},
    State.ASSET_RETIRED: {Seen.WEAK: Transition.REOPEN},
    State.NO_LONGER_OBSERVED: {Seen.WEAK: Transition.REOPEN},
}
# Where the finding is after the transition; those that are not here leave it where it was.
AFTER_A_LOOK: Mapping[Transition, State] = {
    Transition.REFUTE: State.ACKNOWLEDGED,
    Transition.REOPEN: State.OPEN,
    Transition.CLOSE: State.CLOSED,
    Transition.END: State.NO_LONGER_OBSERVED,
}


class Deed(StrEnum):
    """What a person decides; `EXPIRE` alone is the calendar's."""

    ACKNOWLEDGE = "acknowledge"
    DECLARE_FIX = "declare_fix"
    MARK_FALSE_POSITIVE = "mark_false_positive"
    ACCEPT_RISK = "accept_risk"
    RETIRE_ASSET = "retire_asset"
    REOPEN = "reopen"
    EXPIRE = "expire"


#   deed -> from which states, to which one. Nobody closes: only a look does.
BY_A_PERSON: Mapping[Deed, tuple[frozenset[State], State]] = {
    Deed.ACKNOWLEDGE: (frozenset({State.OPEN}), State.ACKNOWLEDGED),
    Deed.DECLARE_FIX: (frozenset({State.OPEN, State.ACKNOWLEDGED}), State.FIX_DECLARED),
    Deed.MARK_FALSE_POSITIVE: (STANDING, State.FALSE_POSITIVE),
    Deed.ACCEPT_RISK: (STANDING, State.RISK_ACCEPTED),
    Deed.RETIRE_ASSET: (STANDING | SET_ASIDE, State.ASSET_RETIRED),
    Deed.REOPEN: (SET_ASIDE | ENDED, State.OPEN),
    Deed.EXPIRE: (SET_ASIDE, State.OPEN),
}


def decided(state: State, deed: Deed) -> State | None:
    """Where this deed leads from this state; None when it cannot be done there."""
    allowed, after = BY_A_PERSON[deed]
    return after if state in allowed else None


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """How long a finding may be set aside, and how often a person may have a port looked at again."""

    slug: str
    since: date
    reference: str
    false_positive: timedelta  # at most
    risk_accepted: timedelta  # at most
    retests: int  # at most, of one port, in `retests_within`
    retests_within: timedelta

    def longest(self, deed: Deed) -> timedelta:
        """How far away the end may be; raises KeyError for a deed that has none."""
        return {Deed.MARK_FALSE_POSITIVE: self.false_positive, Deed.ACCEPT_RISK: self.risk_accepted}[deed]


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
    state: State,
    seen: Seen,
    *,
    absent_since: datetime | None,
    looked_at: datetime,
    rule: AbsenceRule,
    decided_at: datetime | None = None,
) -> Transition:
    """The transition that one look brings.

    `absent_since` is the first of the absences in a row, if any. `decided_at` is when a person declared the fix or
    retired the asset: a look made before that says nothing against it.
    """
    step = BY_A_LOOK[state].get(seen, Transition.NONE)
    before = decided_at is not None and looked_at <= decided_at
    if step is Transition.REOPEN:
        return Transition.NONE if before else step
    if step is Transition.REFUTE:
        return Transition.CONFIRM if before else step
    if absent_since is None:
        return step
    if step is Transition.CONFIRM:
        return Transition.SEEN_AGAIN
    if step is Transition.WAIT:
        return Transition.END if looked_at - absent_since >= rule.between else Transition.NONE
    return step

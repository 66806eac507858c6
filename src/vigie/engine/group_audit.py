"""What may follow what in the audit of a group, and what did a follow-up see of a weakness that it confirmed?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .lifecycle import State as FindingState


class State(StrEnum):
    """The same slugs as vigie.apps.findings.enums.GroupAuditState; a test holds them together."""

    PREPARED = "prepared"  # the establishments are chosen; nothing may run
    AGREED = "agreed"  # somebody signed for the group
    RUNNING = "running"  # its perimeter is frozen, its runs look
    REVIEWING = "reviewing"  # an analyst judges each finding
    FOLLOWED = "followed"  # told to the group; looked at again at 30, 90, 180 days
    CLOSED = "closed"
    ABANDONED = "abandoned"


UNDER_WAY = frozenset({State.PREPARED, State.AGREED, State.RUNNING, State.REVIEWING})  # not told to the group yet


class Deed(StrEnum):
    AGREE = "agree"
    RUN = "run"
    GATHER = "gather"  # take what the runs saw to the review
    JUDGE = "judge"  # one finding: confirmed, or rejected with its reason
    SUMMARISE = "summarise"
    RESTITUTE = "restitute"
    CLOSE = "close"
    ABANDON = "abandon"


#   deed -> from which states, to which one. Nothing runs before an agreement; what was told is not taken back.
BY_AN_ANALYST: Mapping[Deed, tuple[frozenset[State], State]] = {
    Deed.AGREE: (frozenset({State.PREPARED}), State.AGREED),
    Deed.RUN: (frozenset({State.AGREED, State.RUNNING, State.REVIEWING}), State.RUNNING),
    Deed.GATHER: (frozenset({State.RUNNING}), State.REVIEWING),
    Deed.JUDGE: (frozenset({State.REVIEWING}), State.REVIEWING),
    Deed.SUMMARISE: (frozenset({State.REVIEWING}), State.REVIEWING),
    Deed.RESTITUTE: (frozenset({State.REVIEWING}), State.FOLLOWED),
    Deed.CLOSE: (frozenset({State.FOLLOWED}), State.CLOSED),
    Deed.ABANDON: (UNDER_WAY, State.ABANDONED),
}


def decided(state: State, deed: Deed) -> State | None:
    """Where this deed leads from this state; None when it cannot be done there."""
    allowed, after = BY_AN_ANALYST[deed]
    return after if state in allowed else None


@dataclass(frozen=True, slots=True)
class FollowUpDays:
    """After how many days from the restitution the group is looked at again."""

    slug: str
    since: date
    reference: str
    days: tuple[int, ...]


class Outcome(StrEnum):
    """What a follow-up tells of one weakness. The same slugs as vigie.apps.findings.enums.FollowUpOutcome."""

    STILL_THERE = "still_there"  # seen again
    DECLARED = "declared"  # said to be mended, or not seen any more: no look proved it
    VERIFIED = "verified"  # a look proved it
    ACCEPTED = "accepted"  # set aside by a person since
    NEW = "new"  # not there at the restitution
    UNKNOWN = "unknown"  # it could not be looked at: neither there nor gone


#   where the finding is once the look is settled; what stands is asked whether this look saw it
BY_STATE: Mapping[FindingState, Outcome] = {
    FindingState.CLOSED: Outcome.VERIFIED,
    FindingState.FIX_DECLARED: Outcome.DECLARED,
    FindingState.NO_LONGER_OBSERVED: Outcome.DECLARED,
    FindingState.ASSET_RETIRED: Outcome.DECLARED,
    FindingState.RISK_ACCEPTED: Outcome.ACCEPTED,
    FindingState.FALSE_POSITIVE: Outcome.ACCEPTED,
}


def followed(state: FindingState, *, last_confirmed: datetime, looked_since: datetime) -> Outcome:
    """What the look that began at `looked_since` tells of a weakness that was confirmed by the audit."""
    told = BY_STATE.get(state)
    if told is not None:
        return told
    return Outcome.STILL_THERE if last_confirmed >= looked_since else Outcome.UNKNOWN


def due_days(restituted_on: date, rule: FollowUpDays) -> tuple[tuple[int, date], ...]:
    """(days, the day) of each follow-up, in order."""
    return tuple((days, restituted_on + timedelta(days=days)) for days in rule.days)

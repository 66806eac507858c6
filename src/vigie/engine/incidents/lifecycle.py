"""What may follow what in the life of an incident? One table, published as it runs."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """The same slugs as vigie.apps.incidents.enums.IncidentState; a test holds them together."""

    DRAFT = "draft"  # being typed: nobody but its author reads it
    DECLARED = "declared"
    QUALIFYING = "qualifying"  # somebody of the cell has it in hand
    QUALIFIED = "qualified"
    HANDLING = "handling"
    CONTAINED = "contained"  # it spreads no more
    RESTORED = "restored"  # care and systems run as before
    CLOSED = "closed"
    NOT_AN_INCIDENT = "not_an_incident"
    MERGED = "merged"  # lives on in another one


ENDED = frozenset({State.CLOSED, State.NOT_AN_INCIDENT, State.MERGED})
STANDING = frozenset(State) - ENDED - {State.DRAFT}  # somebody's work
IN_HAND = frozenset({State.QUALIFIED, State.HANDLING, State.CONTAINED, State.RESTORED})


class Deed(StrEnum):
    DECLARE = "declare"
    START_QUALIFYING = "start_qualifying"
    QUALIFY = "qualify"
    HANDLE = "handle"
    CONTAIN = "contain"
    RESTORE = "restore"
    CLOSE = "close"
    DISMISS = "dismiss"  # it is no incident
    MERGE = "merge"
    REOPEN = "reopen"


_QUALIFIABLE = frozenset({State.DECLARED, State.QUALIFYING, State.QUALIFIED, State.HANDLING, State.CONTAINED})
#   deed -> from which states, to which one. A later stage may be reached straight from any earlier one that was
#   qualified: a hospital that telephones once it is over is not made to climb each step.
TRANSITIONS: Mapping[Deed, tuple[frozenset[State], State]] = {
    Deed.DECLARE: (frozenset({State.DRAFT}), State.DECLARED),
    Deed.START_QUALIFYING: (frozenset({State.DECLARED}), State.QUALIFYING),
    Deed.QUALIFY: (frozenset({State.DECLARED, State.QUALIFYING}), State.QUALIFIED),
    Deed.HANDLE: (frozenset({State.QUALIFIED}), State.HANDLING),
    Deed.CONTAIN: (frozenset({State.QUALIFIED, State.HANDLING}), State.CONTAINED),
    Deed.RESTORE: (frozenset({State.QUALIFIED, State.HANDLING, State.CONTAINED}), State.RESTORED),
    Deed.CLOSE: (IN_HAND, State.CLOSED),
    Deed.DISMISS: (_QUALIFIABLE, State.NOT_AN_INCIDENT),
    Deed.MERGE: (STANDING, State.MERGED),
    Deed.REOPEN: (ENDED, State.QUALIFYING),
}


def after(state: State, deed: Deed) -> State | None:
    """Where this deed leads from this state; None when it cannot be done there."""
    allowed, reached = TRANSITIONS[deed]
    return reached if state in allowed else None


def possible(state: State) -> tuple[Deed, ...]:
    """What can be done from here, in the order of the table."""
    return tuple(deed for deed, (allowed, _) in TRANSITIONS.items() if state in allowed)

"""The rule table of the audit of a group: published in engine/group_audit.py, held here line by line."""

from datetime import UTC, date, datetime, timedelta

import pytest

from vigie.apps.findings import enums
from vigie.data.params import group_audit_days
from vigie.engine import lifecycle
from vigie.engine.group_audit import BY_AN_ANALYST, UNDER_WAY, Deed, Outcome, State, decided, due_days, followed

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_database_and_the_engine_have_the_same_words():
    assert set(enums.GroupAuditState.values) == {state.value for state in State}
    assert set(enums.FollowUpOutcome.values) == {outcome.value for outcome in Outcome}
    assert {deed.value for deed in Deed} <= set(enums.GroupAuditEventKind.values)


#   deed -> the states from which it can be done; everything else is refused
@pytest.mark.parametrize(
    ("deed", "states", "after"),
    [
        (Deed.AGREE, "prepared", "agreed"),
        (Deed.RUN, "agreed running reviewing", "running"),
        (Deed.GATHER, "running", "reviewing"),
        (Deed.JUDGE, "reviewing", "reviewing"),
        (Deed.SUMMARISE, "reviewing", "reviewing"),
        (Deed.RESTITUTE, "reviewing", "followed"),
        (Deed.CLOSE, "followed", "closed"),
        (Deed.ABANDON, "prepared agreed running reviewing", "abandoned"),
    ],
)
def test_each_deed_has_its_states(deed, states, after):
    assert {state.value: decided(state, deed) for state in State} == {
        state.value: State(after) if state.value in states.split() else None for state in State
    }


def test_nothing_runs_before_an_agreement_and_what_was_told_is_not_taken_back():
    assert State.PREPARED not in BY_AN_ANALYST[Deed.RUN][0]
    assert not {State.FOLLOWED, State.CLOSED, State.ABANDONED} & (UNDER_WAY | BY_AN_ANALYST[Deed.ABANDON][0])


@pytest.mark.parametrize(
    ("state", "seen", "outcome"),
    [
        (lifecycle.State.OPEN, True, Outcome.STILL_THERE),
        (lifecycle.State.ACKNOWLEDGED, True, Outcome.STILL_THERE),
        (lifecycle.State.OPEN, False, Outcome.UNKNOWN),
        (lifecycle.State.ACKNOWLEDGED, False, Outcome.UNKNOWN),
        (lifecycle.State.FIX_DECLARED, False, Outcome.DECLARED),
        (lifecycle.State.NO_LONGER_OBSERVED, False, Outcome.DECLARED),
        (lifecycle.State.ASSET_RETIRED, False, Outcome.DECLARED),
        (lifecycle.State.CLOSED, False, Outcome.VERIFIED),
        (lifecycle.State.RISK_ACCEPTED, True, Outcome.ACCEPTED),
        (lifecycle.State.FALSE_POSITIVE, True, Outcome.ACCEPTED),
    ],
)
def test_what_a_follow_up_tells_of_a_weakness(state, seen, outcome):
    confirmed = NOW + timedelta(minutes=5) if seen else NOW - timedelta(days=30)
    assert followed(state, last_confirmed=confirmed, looked_since=NOW) is outcome


def test_follow_ups_fall_thirty_ninety_and_a_hundred_and_eighty_days_after_the_restitution():
    told = date(2026, 3, 2)
    assert due_days(told, group_audit_days(told)) == (
        (30, date(2026, 4, 1)),
        (90, date(2026, 5, 31)),
        (180, date(2026, 8, 29)),
    )

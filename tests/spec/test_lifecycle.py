"""What one more look, or one decision of a person, changes for a finding."""

from datetime import UTC, date, datetime, timedelta

import pytest

from vigie.apps.findings.enums import FindingState
from vigie.apps.findings.enums import Priority as StoredPriority
from vigie.data.params import absence_rule, follow_up_rule
from vigie.engine.lifecycle import (
    BY_A_LOOK,
    BY_A_PERSON,
    ENDED,
    SET_ASIDE,
    STANDING,
    Deed,
    Seen,
    State,
    decided,
    next_step,
)
from vigie.engine.priority import Priority

RULE = absence_rule(date(2026, 11, 23))
AT = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
NEVER = None
DAY, LESS = timedelta(hours=24), timedelta(hours=23, minutes=59)


#   state, what was seen, absent since -> transition
@pytest.mark.parametrize(
    ("state", "seen", "since", "transition"),
    [
        ("open", "weak", NEVER, "confirm"),
        ("open", "weak", LESS, "seen_again"),
        ("open", "mended", NEVER, "close"),
        ("open", "mended", LESS, "close"),
        ("open", "absent", NEVER, "wait"),
        ("open", "absent", LESS, "none"),
        ("open", "absent", DAY, "end"),
        ("open", "unknown", NEVER, "none"),
        ("open", "unknown", DAY, "none"),
        ("acknowledged", "weak", NEVER, "confirm"),
        ("acknowledged", "mended", NEVER, "close"),
        ("acknowledged", "absent", DAY, "end"),
        ("fix_declared", "weak", NEVER, "refute"),
        ("fix_declared", "weak", LESS, "refute"),
        ("fix_declared", "mended", NEVER, "close"),
        ("fix_declared", "absent", NEVER, "wait"),
        ("fix_declared", "absent", DAY, "end"),
        ("fix_declared", "unknown", NEVER, "none"),
        ("false_positive", "weak", NEVER, "confirm"),
        ("false_positive", "mended", NEVER, "close"),
        ("false_positive", "absent", NEVER, "wait"),
        ("risk_accepted", "weak", LESS, "seen_again"),
        ("risk_accepted", "mended", NEVER, "close"),
        ("risk_accepted", "absent", DAY, "end"),
        ("asset_retired", "weak", NEVER, "reopen"),
        ("asset_retired", "mended", NEVER, "none"),
        ("asset_retired", "absent", NEVER, "none"),
        ("closed", "weak", NEVER, "reopen"),
        ("closed", "mended", NEVER, "none"),
        ("closed", "absent", NEVER, "none"),
        ("closed", "unknown", NEVER, "none"),
        ("no_longer_observed", "weak", DAY, "reopen"),
        ("no_longer_observed", "mended", DAY, "none"),
        ("no_longer_observed", "absent", DAY, "none"),
        ("no_longer_observed", "unknown", DAY, "none"),
    ],
)
def test_what_a_look_changes(state, seen, since, transition):
    absent_since = None if since is None else AT - since
    assert next_step(State(state), Seen(seen), absent_since=absent_since, looked_at=AT, rule=RULE) == transition


#   state, when a person decided, relative to the look -> transition
@pytest.mark.parametrize(
    ("state", "after_the_look", "transition"),
    [
        pytest.param("fix_declared", timedelta(seconds=1), "confirm", id="declared-after-the-look"),
        pytest.param("fix_declared", timedelta(0), "confirm", id="declared-at-the-same-moment"),
        pytest.param("fix_declared", timedelta(seconds=-1), "refute", id="declared-before-the-look"),
        pytest.param("asset_retired", timedelta(seconds=1), "none", id="retired-after-the-look"),
        pytest.param("asset_retired", timedelta(seconds=-1), "reopen", id="retired-before-the-look"),
    ],
)
def test_a_look_made_before_the_decision_says_nothing_against_it(state, after_the_look, transition):
    step = next_step(
        State(state), Seen.WEAK, absent_since=None, looked_at=AT, rule=RULE, decided_at=AT + after_the_look
    )
    assert step == transition


#   deed -> where it leads from each state; what is not there is refused
@pytest.mark.parametrize(
    ("deed", "leads"),
    [
        ("acknowledge", {"open": "acknowledged"}),
        ("declare_fix", {"open": "fix_declared", "acknowledged": "fix_declared"}),
        ("mark_false_positive", dict.fromkeys(("open", "acknowledged", "fix_declared"), "false_positive")),
        ("accept_risk", dict.fromkeys(("open", "acknowledged", "fix_declared"), "risk_accepted")),
        (
            "retire_asset",
            dict.fromkeys(("open", "acknowledged", "fix_declared", "false_positive", "risk_accepted"), "asset_retired"),
        ),
        (
            "reopen",
            dict.fromkeys(("false_positive", "risk_accepted", "asset_retired", "closed", "no_longer_observed"), "open"),
        ),
        ("expire", {"false_positive": "open", "risk_accepted": "open"}),
    ],
)
def test_where_a_decision_leads(deed, leads):
    after = {state.value: decided(state, Deed(deed)) for state in State}
    assert {state: found for state, found in after.items() if found} == leads


def test_nobody_closes_only_a_look_does():
    assert "closed" not in {after for _, after in BY_A_PERSON.values()}


def test_every_state_and_every_deed_is_in_the_tables():
    assert set(BY_A_LOOK) == set(State) == STANDING | SET_ASIDE | ENDED
    assert set(BY_A_PERSON) == set(Deed)
    assert not (STANDING & SET_ASIDE or STANDING & ENDED or SET_ASIDE & ENDED)


def test_nothing_is_set_aside_for_more_than_a_year():
    rule = follow_up_rule(date(2026, 11, 23))
    assert rule.longest(Deed.ACCEPT_RISK) == timedelta(days=365)
    assert rule.longest(Deed.MARK_FALSE_POSITIVE) <= timedelta(days=365)
    assert rule.retests >= 1


#   before, after -> held
@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (0, 0, False),
        (3, 0, False),
        (4, 1, False),
        (4, 0, True),
        (10, 7, False),
        (10, 6, True),
        (100, 70, False),
        (100, 69, True),
    ],
)
def test_a_run_that_lost_too_much_is_held(before, after, held):
    assert RULE.falls_too_much(before, after) is held


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [(0, 500, False), (5, 15, False), (5, 16, True), (100, 200, False), (100, 201, True)],
)
def test_a_run_that_won_too_much_is_held(before, after, held):
    assert RULE.rises_too_much(before, after) is held


def test_the_database_knows_the_states_and_priorities_of_the_engine():
    assert set(FindingState.values) == set(State)
    assert set(StoredPriority.values) == set(Priority)

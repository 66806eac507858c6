"""What one more look changes for a finding."""

from datetime import UTC, date, datetime, timedelta

import pytest

from vigie.apps.findings.enums import FindingState
from vigie.apps.findings.enums import Priority as StoredPriority
from vigie.data.params import absence_rule
from vigie.engine.lifecycle import Seen, State, next_step
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

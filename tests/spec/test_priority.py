"""How soon, how grave, by when: the published tables."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.data.params import deadline_policy, priority_table
from vigie.engine.outcome import Severity
from vigie.engine.priority import Case, Priority, worst_severity

TABLE = priority_table(date(2026, 11, 23))
POLICY = deadline_policy(date(2026, 11, 23))
DETECTED = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
YES, NO = True, False


#   severity, exploited, EPSS, exposed, remote access -> priority
@pytest.mark.parametrize(
    ("severity", "exploited", "epss", "exposed", "remote", "priority"),
    [
        ("low", YES, None, YES, NO, "now"),
        ("critical", YES, 0.9, YES, YES, "now"),
        ("critical", YES, 0.9, NO, YES, "now"),
        ("critical", YES, 0.9, NO, NO, "week"),
        ("high", NO, 0.5, YES, YES, "now"),
        ("high", NO, 0.49, YES, YES, "week"),
        ("medium", NO, 0.5, YES, NO, "week"),
        ("medium", NO, 0.1, YES, NO, "week"),
        ("critical", NO, None, YES, NO, "week"),
        ("high", NO, None, YES, YES, "week"),
        ("high", NO, None, YES, NO, "month"),
        ("high", NO, 0.09, YES, NO, "month"),
        ("critical", NO, 0.9, NO, NO, "month"),
        ("medium", NO, None, YES, YES, "month"),
        ("medium", NO, None, YES, NO, "watch"),
        ("high", NO, 0.9, NO, NO, "watch"),
        ("low", NO, None, NO, NO, "watch"),
    ],
)
def test_how_soon(severity, exploited, epss, exposed, remote, priority):
    assert TABLE.decide(Case(Severity(severity), exploited, epss, exposed, remote)) == Priority(priority)


#   scores, exploited -> severity
@pytest.mark.parametrize(
    ("scores", "exploited", "severity"),
    [
        (["9.8", "5.0"], NO, "critical"),
        (["9.0"], NO, "critical"),
        (["8.9"], NO, "high"),
        (["7.0"], NO, "high"),
        (["6.9"], NO, "medium"),
        (["4.0"], NO, "medium"),
        (["3.9"], NO, "low"),
        ([None], NO, "medium"),
        ([], NO, "medium"),
        ([None, "9.1"], NO, "critical"),
        (["5.0"], YES, "critical"),
    ],
)
def test_how_grave(scores, exploited, severity):
    known = [None if score is None else Decimal(score) for score in scores]
    assert worst_severity(known, exploited=exploited) == Severity(severity)


#   severity, exploited, exposed -> days
@pytest.mark.parametrize(
    ("severity", "exploited", "exposed", "days"),
    [
        ("critical", YES, YES, 4),
        ("low", YES, YES, 4),
        ("critical", YES, NO, 7),
        ("critical", NO, YES, 7),
        ("high", NO, YES, 30),
        ("medium", NO, YES, 90),
        ("low", NO, NO, 180),
    ],
)
def test_by_when(severity, exploited, exposed, days):
    deadline = POLICY.deadline(DETECTED, Severity(severity), exploited=exploited, exposed=exposed)
    assert deadline == DETECTED + timedelta(days=days)


RANK = [Priority.NOW, Priority.WEEK, Priority.MONTH, Priority.WATCH]
cases = st.builds(
    Case, st.sampled_from(list(Severity)), st.booleans(), st.none() | st.floats(0, 1), st.booleans(), st.booleans()
)


@given(cases)
def test_what_attackers_use_never_waits_longer_than_what_they_do_not(case):
    used = Case(case.severity, YES, case.epss, case.exposed, case.remote_access)
    assert RANK.index(TABLE.decide(used)) <= RANK.index(TABLE.decide(case))

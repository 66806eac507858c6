"""From stored findings to lifetimes: what ends one, what only says that it lasted at least so long."""

from datetime import datetime, timedelta

import pytest

from tests import factories
from vigie.apps.findings.models import Finding, FindingEvent
from vigie.apps.observatory import timetofix
from vigie.apps.registry.models import Establishment

pytestmark = pytest.mark.django_db
NOW = factories.NOW
DAY = timedelta(days=1)


def days_ago(days: float) -> datetime:
    return NOW - days * DAY


@pytest.fixture
def one() -> Establishment:
    return factories.EstablishmentFactory()


def found(one: Establishment, since: float, *events: tuple[str, float], **traits) -> Finding:
    """A finding detected `since` days ago, and what happened to it: (kind, days ago), oldest first."""
    last = events[-1][0] if events else "detected"
    ended = last in {"closed", "no_longer_observed"}
    row = factories.FindingFactory(
        establishment=one,
        service=None,
        address=traits.pop("address", f"127.61.0.{Finding.objects.count() + 1}"),
        port=443,
        first_seen=days_ago(since),
        last_confirmed=days_ago(traits.pop("seen", 1)),
        state=last if ended else "open",
        closed_at=days_ago(events[-1][1]) if ended else None,
        close_reason=traits.get("reason", "check_passed") if ended else "",
        severity=traits.pop("severity", "high"),
        exploited=traits.pop("exploited", False),
    )
    FindingEvent.objects.create(finding=row, kind="detected", at=row.first_seen, by="test")
    for kind, days in events:
        detail = {"reason": traits.get("reason", "check_passed")} if kind == "closed" else {}
        FindingEvent.objects.create(finding=row, kind=kind, at=days_ago(days), by="test", detail=detail)
    return row


#   what happened, last sighting -> (seconds in days, ended), asked today
@pytest.mark.parametrize(
    ("since", "events", "seen", "days", "ended"),
    [
        pytest.param(20, [], 1, 20, 0, id="open-is-followed-up-to-now"),
        pytest.param(20, [("closed", 5)], 6, 15, 1, id="a-proven-closure-ends-it"),
        pytest.param(20, [("closed", 15), ("reopened", 10)], 1, 20, 0, id="reopened-goes-on-from-its-first-date"),
        pytest.param(20, [("closed", 15), ("reopened", 10), ("closed", 2)], 3, 18, 1, id="closed-again-counts-it-all"),
        pytest.param(20, [("absent", 4)], 6, 20, 0, id="absent-once-is-still-open"),
        pytest.param(
            20, [("absent", 4), ("no_longer_observed", 2)], 6, 14, 0, id="no-longer-observed-stops-at-its-last-sighting"
        ),
        pytest.param(20, [("absent", 9), ("seen_again", 8)], 1, 20, 0, id="seen-again-is-open"),
    ],
)
def test_how_long_a_finding_is_known_to_have_lasted(one, since, events, seen, days, ended):
    found(one, since, *events, seen=seen)
    curve = timetofix.of_establishment(one, NOW).every.curve
    assert (curve.n, curve.events, curve.followed_seconds) == (1, ended, days * 86_400)


#   asked so many days ago -> (followed days, ended); it was closed 15 and 2 days ago, reopened 10 days ago
@pytest.mark.parametrize(
    ("asked", "days", "ended"),
    [(18, 2, 0), (15, 5, 1), (12, 5, 1), (10, 10, 0), (5, 15, 0), (2, 18, 1), (0, 18, 1)],
)
def test_the_same_question_at_any_date_is_answered_as_it_was_then(one, asked, days, ended):
    found(one, 20, ("closed", 15), ("reopened", 10), ("closed", 2), seen=3)
    curve = timetofix.of_establishment(one, days_ago(asked)).every.curve
    assert (curve.followed_seconds, curve.events) == (days * 86_400, ended)


def test_before_its_detection_a_finding_does_not_count(one):
    found(one, 20)
    assert timetofix.of_establishment(one, days_ago(21)).every.n == 0


def test_what_came_back_later_is_followed_then_up_to_what_its_history_proves(one):
    found(one, 30, ("seen_again", 20), ("absent", 15), ("no_longer_observed", 13), ("reopened", 5), seen=1)
    curve = timetofix.of_establishment(one, days_ago(10)).every.curve
    assert (curve.followed_seconds, curve.events) == (10 * 86_400, 0)


def test_better_knowledge_is_no_mending_and_is_counted_apart(one):
    found(one, 20, ("closed", 5), reason="knowledge")
    found(one, 20, ("closed", 5))
    told = timetofix.of_establishment(one, NOW)
    assert (told.every.n, told.every.fixed, told.never_weak) == (1, 1, 1)


def test_under_six_findings_the_median_is_not_told(one):
    for days in (1, 2, 3, 4, 5):
        found(one, 10, ("closed", 10 - days))
    told = timetofix.of_establishment(one, NOW).every
    assert (told.n, told.fixed, told.is_told, told.median.seconds) == (5, 5, False, None)
    found(one, 10, ("closed", 4))
    told = timetofix.of_establishment(one, NOW).every
    assert (told.is_told, told.median.seconds) == (True, 3 * 86_400)
    assert [(mark.days, mark.left and round(mark.left.share, 3)) for mark in told.marks] == [
        (4, 0.333),
        (7, 0),
        (30, 0),
        (90, 0),
    ]


def test_a_share_that_rests_on_too_few_is_unknown_and_not_nought(one):
    for days in (20, 21, 22, 23, 24):
        found(one, days)
    found(one, 26, ("closed", 1))  # the last one followed, and mended: the curve alone would say that nothing is left
    told = timetofix.of_establishment(one, NOW).every
    assert told.curve.at(30 * 86_400).share == 0
    assert [(mark.days, mark.left and mark.left.share) for mark in told.marks] == [
        (4, 1),
        (7, 1),
        (30, None),
        (90, None),
    ]


def test_open_ones_push_the_median_up_where_closed_ones_alone_would_flatter(one):
    for _ in range(3):
        found(one, 30, ("closed", 29))
    for _ in range(4):
        found(one, 30)
    told = timetofix.of_establishment(one, NOW).every
    assert (told.n, told.fixed, told.median.seconds) == (7, 3, None)


def test_severities_and_exploited_ones_are_measured_apart(one):
    found(one, 10, ("closed", 9), severity="critical", exploited=True)
    found(one, 10, severity="low")
    told = timetofix.of_establishment(one, NOW)
    assert {severity.value: measure.n for severity, measure in told.by_severity} == {
        "critical": 1,
        "high": 0,
        "medium": 0,
        "low": 1,
    }
    assert (told.exploited.n, told.exploited.fixed) == (1, 1)


def test_a_group_and_a_territory_count_their_establishments_in_scope(one, django_assert_num_queries):
    other = factories.EstablishmentFactory(
        department=factories.DepartmentFactory(code="Y1", parent=factories.RegionFactory(code="Y1"))
    )
    for establishment in (one, other):
        factories.SiteFactory(establishment=establishment)
        found(establishment, 10)
    group = factories.MembershipFactory(establishment=one).group
    day = NOW.date()
    assert timetofix.of_group(group, day, NOW).every.n == 1
    assert timetofix.of_territory(one.department.parent, day, NOW).every.n == 1
    with django_assert_num_queries(2):
        timetofix.of_establishment(one, NOW)

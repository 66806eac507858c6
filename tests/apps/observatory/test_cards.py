"""The weekly card: what it counts at the end of a week and a week before, and what it says when nothing is known."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from vigie.apps.findings.models import Finding, FindingEvent
from vigie.apps.observatory import cards
from vigie.apps.observatory.actions import compute_all
from vigie.apps.observatory.cards_week import Week
from vigie.apps.registry.models import Establishment
from vigie.exports.card import Place, SeverityLine

pytestmark = pytest.mark.django_db
NOW = factories.NOW  # Monday 23 November 2026: the week 47 has just ended
W47 = Week(2026, 47)
TUESDAY = datetime(2026, 11, 17, 4, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)


@pytest.fixture
def one() -> Establishment:
    return factories.EstablishmentFactory()


def looked(one: Establishment, *moments: datetime) -> None:
    for moment in moments:
        campaign = factories.CampaignFactory(started_at=moment - timedelta(hours=1), ended_at=moment)
        factories.ShardFactory(establishment=one, campaign=campaign, started_at=moment, ended_at=moment)


def found(one: Establishment, at: datetime, *events: tuple[str, datetime], **traits) -> Finding:
    last, ended_at = events[-1] if events else ("detected", None)
    ended = last in {"closed", "no_longer_observed"}
    row = factories.FindingFactory(
        establishment=one,
        service=None,
        address="203.0.113.7",
        port=1000 + Finding.objects.count(),
        first_seen=at,
        last_confirmed=at,
        state=last if ended else "open",
        closed_at=ended_at if ended else None,
        close_reason="check_passed" if ended else "",
        **traits,
    )
    for kind, when in (("detected", at), *events):
        FindingEvent.objects.create(finding=row, kind=kind, at=when, by="test")
    return row


def service(one: Establishment, since: datetime, until: datetime | None = None, **traits):
    traits = {"address": "203.0.113.7", "name": "", **traits}
    return factories.ServiceFactory(
        establishment=one, first_seen=since, last_confirmed=until or since, ended_at=until, **traits
    )


def certificate(ends_at: datetime, sha256: str = "aa") -> dict:
    return {"tls": {"certificate": {"subject": "CN=portail", "sha256": sha256, "not_after": ends_at.isoformat()}}}


def test_never_looked_at_is_said_and_counts_nothing(one):
    card = cards.card(one, W47, NOW)
    assert (card.looked_at, card.looks, card.level, card.fix.n) == (None, 0, None, 0)
    assert card.hosts.change is None
    assert card.every_severity.open.before is None


def test_a_first_look_has_no_week_before_to_compare_with(one):
    looked(one, TUESDAY)
    service(one, TUESDAY)
    found(one, TUESDAY)
    card = cards.card(one, W47, NOW)
    assert (card.looks, card.services.now, card.services.before) == (1, 1, None)
    assert card.every_severity == SeverityLine("", card.every_severity.open, new=1, mended=0, gone=0)
    assert (card.every_severity.open.now, card.every_severity.open.before) == (1, None)


def test_each_severity_goes_from_a_week_before_to_now(one):
    looked(one, BEFORE, TUESDAY)
    found(one, BEFORE, severity="critical")
    found(one, BEFORE, ("closed", TUESDAY), severity="critical")
    found(one, BEFORE, ("no_longer_observed", TUESDAY), severity="high")
    found(one, BEFORE - timedelta(days=9), ("closed", BEFORE), ("reopened", TUESDAY), severity="high")
    found(one, TUESDAY, severity="low")
    found(one, NOW, severity="low")  # after the week
    card = cards.card(one, W47, NOW)
    told = {
        line.severity: (line.open.before, line.new, line.mended, line.gone, line.open.now) for line in card.severities
    }
    assert told == {
        "critical": (2, 0, 1, 0, 1),
        "high": (1, 1, 0, 1, 1),
        "medium": (0, 0, 0, 0, 0),
        "low": (0, 1, 0, 0, 1),
    }
    assert len(card.open) == card.every_severity.open.now == 3


def test_what_better_knowledge_closed_was_not_mended(one):
    looked(one, BEFORE, TUESDAY)
    row = found(one, BEFORE, ("closed", TUESDAY))
    FindingEvent.objects.filter(finding=row, kind="closed").update(detail={"reason": "knowledge"})
    total = cards.card(one, W47, NOW).every_severity
    assert (total.open.before, total.mended, total.gone, total.open.now) == (1, 0, 1, 0)


EXITS = ["closed", "no_longer_observed", "risk_accepted", "false_positive", "asset_retired"]
moments = st.integers(0, 61 * 24).map(lambda hours: datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=hours))


@given(st.lists(st.tuples(moments, st.lists(st.sampled_from(EXITS), max_size=4)), max_size=5))
def test_before_plus_new_minus_mended_minus_gone_is_now(stories):
    from vigie.apps.findings.enums import FindingState
    from vigie.apps.observatory.cards_findings import severity_lines
    from vigie.apps.observatory.timetofix_states import Passage, Trajectory

    known = []
    for start, endings in stories:
        passages = [Passage(start, FindingState.OPEN, "", False)]
        for number, ending in enumerate(endings):
            at = start + timedelta(days=6 * number + 3)
            passages += [
                Passage(at, FindingState(ending), "check_passed", False),
                Passage(at + timedelta(days=3), FindingState.OPEN, "", True),
            ]
        known.append(Trajectory(Finding(severity="high", first_seen=start), tuple(passages)))
    for line in severity_lines(known, moment=W47.end, before=W47.start, known_before=True):
        assert line.open.before + line.new - line.mended - line.gone == line.open.now


def test_what_burns_is_first_and_the_oldest_critical_is_named(one):
    looked(one, BEFORE)
    found(one, BEFORE, severity="critical", deadline=TUESDAY)
    old = found(one, BEFORE - timedelta(days=30), severity="critical", deadline=NOW)
    used = found(one, BEFORE, severity="high", exploited=True, deadline=TUESDAY)
    card = cards.card(one, W47, NOW)
    assert card.open[0].finding == used.pk
    assert card.oldest_critical.finding == old.pk
    assert (len(card.exploited), len(card.late), len(card.open)) == (1, 2, 3)


def test_services_hosts_and_risky_ones_are_compared_with_a_week_before(one):
    looked(one, BEFORE, TUESDAY)
    service(one, BEFORE)
    service(one, BEFORE, port=21, service="ftp")
    service(one, BEFORE, TUESDAY, port=2575, service="mllp")
    service(one, TUESDAY, port=104, service="dicom", address="2001:db8::7", pair=None)
    service(one, TUESDAY, port=8080, service="", answer="silent", pair=None)
    card = cards.card(one, W47, NOW)
    assert (card.hosts.now, card.hosts.before) == (2, 1)
    assert (card.services.now, card.services.before) == (4, 3)
    assert (card.unanswered.now, card.unanswered.before) == (1, 0)
    assert (card.risky.now, card.risky.before) == (2, 2)
    assert card.risky_new == (Place("dicom", "[2001:db8::7]:104"),)
    assert card.risky_gone == (Place("mllp", "203.0.113.7:2575"),)


def test_a_service_that_only_changed_is_neither_new_nor_gone(one):
    looked(one, BEFORE, TUESDAY)
    service(one, BEFORE, TUESDAY, port=21, service="ftp")
    service(one, TUESDAY, port=21, service="ftp")
    card = cards.card(one, W47, NOW)
    assert (card.risky.now, card.risky_new, card.risky_gone) == (1, (), ())


#   days left -> shown
@pytest.mark.parametrize(
    ("days", "shown"),
    [
        pytest.param(-3, True, id="already-ended"),
        pytest.param(0, True, id="ends-today"),
        pytest.param(30, True, id="thirty-days"),
        pytest.param(31, False, id="thirty-one-days"),
    ],
)
def test_certificates_that_end_soon_are_named_once_whatever_the_places(one, days, shown):
    looked(one, BEFORE)
    moment = W47.end - cards.TICK
    for port in (443, 8443):
        service(one, BEFORE, port=port, facts=certificate(moment + timedelta(days=days)))
    service(one, BEFORE, port=993, facts=certificate(moment + timedelta(days=300), "bb"))
    service(one, BEFORE, port=22, facts={"tls": None})
    card = cards.card(one, W47, NOW)
    assert card.certificates == 2
    places = ("203.0.113.7:443", "203.0.113.7:8443")
    assert [ending.places for ending in card.ending] == ([places] if shown else [])


def test_the_actions_are_those_that_the_level_gains_most_from(one):
    looked(one, TUESDAY)
    service(one, TUESDAY)
    low = found(one, TUESDAY, kind="check", subject="http-no-hsts", severity="low", deadline=NOW)
    high = found(one, TUESDAY, severity="high", deadline=NOW)
    used = found(one, TUESDAY, severity="medium", exploited=True, remote_access=True, deadline=NOW)
    later = found(one, TUESDAY, severity="medium", deadline=NOW)
    compute_all(now=TUESDAY + timedelta(hours=1))
    card = cards.card(one, W47, NOW)
    assert [action.weakness.finding for action in card.actions] == [used.pk, high.pk, later.pk]
    assert low.pk not in {action.weakness.finding for action in card.actions}
    assert all(action.points is not None for action in card.actions)
    assert card.level.method == "exposure-2026-11-01"


def test_without_a_level_the_actions_have_no_gain(one):
    looked(one, TUESDAY)
    found(one, TUESDAY)
    assert [action.points for action in cards.card(one, W47, NOW).actions] == [None]


def test_the_week_that_runs_is_told_as_of_now_and_the_next_is_refused(one):
    week = Week.of(NOW)
    card = cards.card(one, week, NOW)
    assert (str(week), card.is_over, card.moment) == ("2026-W48", False, NOW)
    with pytest.raises(cards.WeekToCome):
        cards.card(one, week.shifted(1), NOW)


def test_a_card_costs_few_questions_however_much_is_found(one, django_assert_max_num_queries):
    looked(one, BEFORE)
    for _ in range(12):
        found(one, BEFORE)
    with django_assert_max_num_queries(6):
        cards.card(one, W47, NOW)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param("2026-W47", date(2026, 11, 16), date(2026, 11, 22), id="plain"),
        pytest.param("2026-W53", date(2026, 12, 28), date(2027, 1, 3), id="over-the-new-year"),
        pytest.param("2025-W01", date(2024, 12, 30), date(2025, 1, 5), id="begins-the-year-before"),
    ],
)
def test_a_week_is_that_of_the_iso_calendar(text, first, last):
    week = Week.read(text)
    assert (str(week), week.first_day, week.last_day) == (text, first, last)
    assert week.shifted(1).shifted(-1) == week


@pytest.mark.parametrize("text", ["", "47", "2026-W00", "2025-W53", "2026-W5", "1999-W01", "2026-W47\n", "٢٠٢٦-W47"])
def test_what_is_not_a_week_is_refused(text):
    with pytest.raises(ValueError, match="week"):
        Week.read(text)


def test_a_week_begins_and_ends_at_midnight_in_paris():
    week = Week(2026, 43)  # the clocks go back on its Sunday
    assert week.end - week.start == timedelta(days=7, hours=1)
    assert week.start == datetime(2026, 10, 18, 22, 0, tzinfo=UTC)
    assert week.end == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
    assert Week.of(datetime(2026, 11, 22, 22, 59, tzinfo=UTC)) == W47
    assert Week.of(datetime(2026, 11, 22, 23, 0, tzinfo=UTC)) == Week(2026, 48)

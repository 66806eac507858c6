"""Obligations, routes and gravity: published rules over facts of three values."""

from datetime import UTC, date, datetime, timedelta

import pytest

from vigie.data import incident_rules
from vigie.engine.incidents.duties import Delay, Moments, duties, routes
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.gravity import Criterion, Gravity, judge
from vigie.engine.incidents.taxonomy import (
    CLASS_OF,
    Care,
    Danger,
    Kind,
    Known,
    Nature,
    Origin,
    Reach,
    RootCause,
    SystemState,
    origin,
)

SEEN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
OBLIGATIONS = incident_rules.obligations(DAY).rules
ROUTES = incident_rules.routes(DAY).rules
CALM = {
    "data_loss": Known.NO,
    "data_integrity": Known.NO,
    "data_disclosure": Known.NO,
    "natures": frozenset({Nature.NONE}),
    "danger": Danger.NONE,
    "care": Care.NORMAL,
    "system": SystemState.NONE,
    "reach": Reach.STRUCTURE,
    "others_concerned": Known.NO,
    "ongoing": Known.NO,
    "essential_operator": Known.NO,
    "nis2_entity": Known.NO,
    "kind": Kind.SOFTWARE_BUG,
}


def facts(**more: object) -> Facts:
    """Everything known and harmless, but for what is given."""
    return Facts(SEEN, **{**CALM, **more})  # type: ignore[arg-type]


def owed(told: Facts, submitted: dict[tuple[str, str], datetime] | None = None) -> dict[str, tuple[str, object]]:
    found = duties(told, OBLIGATIONS, Moments(SEEN), submitted or {})
    return {f"{one.rule.regime}.{one.rule.stage}": (one.applies.value, one.due_at) for one in found}


@pytest.mark.parametrize(
    ("more", "gravity", "met"),
    [
        pytest.param({}, Gravity.NEITHER, "", id="harmless"),
        pytest.param({"care": Care.DEGRADED}, Gravity.SERIOUS, "ac", id="care-degraded"),
        pytest.param({"danger": Danger.POTENTIAL}, Gravity.SERIOUS, "ac", id="potential-danger"),
        pytest.param({"system": SystemState.ONE}, Gravity.SERIOUS, "c", id="system"),
        pytest.param(
            {"data_disclosure": Known.YES, "natures": frozenset({Nature.HEALTH})}, Gravity.SERIOUS, "b", id="leak"
        ),
        pytest.param(
            {"data_loss": Known.YES, "natures": frozenset({Nature.HEALTH})}, Gravity.NEITHER, "", id="loss-is-not-b"
        ),
        pytest.param({"reach": Reach.REGION, "others_concerned": Known.YES}, Gravity.SIGNIFICANT, "de", id="d-and-e"),
        pytest.param({"reach": Reach.REGION}, Gravity.SERIOUS, "d", id="d-alone"),
        pytest.param({"care": Care.UNKNOWN}, Gravity.UNKNOWN, "", id="unknown-is-not-harmless"),
        pytest.param({"care": Care.UNKNOWN, "system": SystemState.TOTAL}, Gravity.SERIOUS, "c", id="one-is-enough"),
    ],
)
def test_gravity_is_derived_from_the_five_criteria(more, gravity, met):
    judgement = judge(facts(**more))
    assert (judgement.gravity, "".join(one.value for one in judgement.met)) == (gravity, met)


def test_nothing_known_leaves_every_criterion_open():
    judgement = judge(Facts(SEEN))
    assert (judgement.gravity, judgement.met, set(judgement.unknown)) == (Gravity.UNKNOWN, (), set(Criterion))


def test_a_harmless_incident_owes_nothing():
    assert owed(facts()) == {}


def test_what_is_not_known_may_apply_and_is_never_dropped():
    told = owed(Facts(SEEN))
    assert told["public_health_code.declaration"] == ("unknown", SEEN)
    assert told["gdpr.notification"] == ("unknown", SEEN + timedelta(hours=72))
    assert all(applies == "unknown" for applies, _ in told.values())


def test_the_data_authority_has_72_hours_from_the_discovery():
    told = owed(facts(data_disclosure=Known.YES, natures=frozenset({Nature.PERSONAL})))
    assert told["gdpr.notification"] == ("yes", SEEN + timedelta(hours=72))
    assert "gdpr.persons" not in told  # no health data, no proven danger


def test_health_data_that_left_are_told_to_the_persons():
    told = owed(facts(data_disclosure=Known.YES, natures=frozenset({Nature.HEALTH})))
    assert told["gdpr.persons"][0] == "yes"


def test_the_stages_of_nis_2():
    told = facts(nis2_entity=Known.YES, system=SystemState.TOTAL, ongoing=Known.YES)
    assert owed(told)["nis2.early_warning"] == ("yes", SEEN + timedelta(hours=24))
    assert owed(told)["nis2.final_report"] == ("yes", None)  # counted from the notification, not sent yet
    sent = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)
    stages = owed(told, {("nis2", "notification"): sent})
    assert stages["nis2.final_report"] == ("yes", datetime(2027, 2, 28, 12, 0, tzinfo=UTC))
    assert stages["nis2.progress_report"] == stages["nis2.final_report"]
    over = facts(nis2_entity=Known.YES, system=SystemState.TOTAL, ongoing=Known.NO)
    assert "nis2.progress_report" not in owed(over, {("nis2", "notification"): sent})


def test_a_rule_counts_from_the_day_it_is_in_force():
    before = datetime(2024, 10, 1, tzinfo=UTC)
    told = Facts(before, nis2_entity=Known.YES, system=SystemState.TOTAL)
    regimes = {one.rule.regime for one in duties(told, OBLIGATIONS, Moments(before), {})}
    assert "nis2" not in regimes
    assert "gdpr" in regimes


def test_a_reason_is_always_given():
    for told in (Facts(SEEN), facts(care=Care.DEGRADED, kind=Kind.RANSOMWARE)):
        assert all(one.why for one in duties(told, OBLIGATIONS, Moments(SEEN), {}))
        assert all(one.why for one in routes(told, ROUTES, Moments(SEEN)))


def test_one_month_after_keeps_inside_the_month():
    assert Delay(months=1).after(datetime(2028, 1, 31, tzinfo=UTC)) == datetime(2028, 2, 29, tzinfo=UTC)
    assert Delay(months=1).after(datetime(2026, 12, 15, tzinfo=UTC)) == datetime(2027, 1, 15, tzinfo=UTC)


def told_to(told: Facts, qualified: datetime | None = None) -> dict[str, tuple[str, object]]:
    found = routes(told, ROUTES, Moments(SEEN, SEEN + timedelta(hours=2), qualified))
    return {one.rule.authority: (one.applies.value, one.due_at) for one in found}


def test_the_ministry_is_told_of_every_analysed_declaration():
    qualified = SEEN + timedelta(hours=3)
    assert told_to(facts()) == {"hfds": ("yes", None)}
    assert told_to(facts(), qualified) == {"hfds": ("yes", qualified)}


def test_an_effect_on_care_is_told_to_the_crisis_centre_and_the_region_at_once():
    told = told_to(facts(care=Care.DEGRADED))
    assert told["corruss"] == told["ars"] == ("yes", SEEN + timedelta(hours=2))


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        pytest.param(
            {"essential_operator": Known.YES, "kind": Kind.RANSOMWARE}, True, id="attacked-essential-operator"
        ),
        pytest.param({"essential_operator": Known.YES}, False, id="failure-of-an-essential-operator"),
        pytest.param({"reach": Reach.NATION}, True, id="national"),
        pytest.param({"kind": Kind.RANSOMWARE}, False, id="local-attack"),
        pytest.param(
            {"kind": Kind.RANSOMWARE, "reach": Reach.REGION, "others_concerned": Known.YES},
            True,
            id="significant-attack",
        ),
    ],
)
def test_anssi_is_told_within_the_hour_when_the_rule_says_so(more, is_told):
    qualified = SEEN + timedelta(hours=3)
    told = told_to(facts(**more), qualified)
    assert told.get("anssi") == (("yes", qualified + timedelta(hours=1)) if is_told else None)


def test_the_data_authority_and_the_complaint_are_prepared_never_sent():
    prepared = {rule.authority for rule in ROUTES if not rule.sent_by_us}
    assert prepared == {"cnil", "police"}


@pytest.mark.parametrize(
    ("kind", "cause", "expected"),
    [
        pytest.param(Kind.RANSOMWARE, RootCause.UNKNOWN, Origin.MALICIOUS, id="the-kind-decides"),
        pytest.param(Kind.RANSOMWARE, RootCause.HARDWARE_FAILURE, Origin.MALICIOUS, id="over-the-cause"),
        pytest.param(Kind.TELECOM_LOSS, RootCause.TELECOM_FAILURE, Origin.NOT_MALICIOUS, id="a-failure"),
        pytest.param(Kind.TELECOM_LOSS, RootCause.ATTACK, Origin.MALICIOUS, id="a-cut-cable"),
        pytest.param(Kind.PROVIDER_OUTAGE, RootCause.PROVIDER_FAILURE, Origin.UNKNOWN, id="perhaps-an-attack-on-it"),
        pytest.param(Kind.UNKNOWN, RootCause.UNKNOWN, Origin.UNKNOWN, id="not-known"),
    ],
)
def test_malicious_or_not_is_derived(kind, cause, expected):
    assert origin(kind, cause) is expected


def test_every_kind_has_a_class():
    assert set(CLASS_OF) == set(Kind)

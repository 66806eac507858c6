"""The time to fix of many: told as that of one, from notification, and in parts whose sum is the whole."""

import pytest

from tests import factories
from tests.apps.observatory.test_timetofix import NOW, days_ago, found
from vigie.apps.notices.models import Alert, AlertItem, Contact, Mailing, Notice
from vigie.apps.observatory import timetofix, timetofix_parts
from vigie.apps.observatory.enums import EquipmentKind, FixOrigin
from vigie.apps.registry.models import Establishment
from vigie.data import equipment
from vigie.data.params import fix_rule

pytestmark = pytest.mark.django_db

HISTORIES = [
    (20, []),
    (20, [("closed", 5)]),
    (20, [("closed", 15), ("reopened", 10)]),
    (20, [("closed", 15), ("reopened", 10), ("closed", 2)]),
    (20, [("absent", 4), ("no_longer_observed", 2)]),
    (30, [("seen_again", 20), ("absent", 15), ("no_longer_observed", 13), ("reopened", 5)]),
    (9, [("acknowledged", 8), ("fix_declared", 7), ("closed", 6)]),
]


@pytest.fixture
def one() -> Establishment:
    made = factories.EstablishmentFactory()
    factories.SiteFactory(establishment=made, beds=250)
    return made


def told(finding, days: float, state: str = "delivered") -> None:
    """A message about this finding left so many days ago."""
    mailing = Mailing.objects.create(key=f"k{finding.pk}-{days}", label="x", made_at=days_ago(days))
    alert = Alert.objects.create(
        key=f"a{finding.pk}-{days}", establishment=finding.establishment, mailing=mailing, urgent=True,
        made_at=days_ago(days), policy="escalation-2026-11-23",
    )  # fmt: skip
    AlertItem.objects.create(
        alert=alert, mailing=mailing, subject_id=finding.pk, opening=1 + AlertItem.objects.count(), urgent=True,
        severity="high", deadline=NOW, stage_at=days_ago(days),
    )  # fmt: skip
    contact = Contact.objects.create(
        establishment=finding.establishment, role="officer", name="Aline", email="aline@valmorne.example",
        recorded_by="test", valid_from=NOW.date(), recorded_at=NOW,
    )  # fmt: skip
    Notice.objects.create(
        key=f"n{finding.pk}-{days}", alert=alert, contact=contact, kind="urgent", channel="email",
        address="aline@valmorne.example", language="fr", urgent=True, state=state,
        planned_at=days_ago(days), not_before=days_ago(days), sent_at=days_ago(days),
    )  # fmt: skip


@pytest.mark.parametrize("asked", [0, 1.5, 3, 4.5, 7.5, 10.5, 12, 15.5, 19, 25, 31])
def test_many_at_once_are_told_as_one_by_one_at_any_date(one, asked):
    for since, events in HISTORIES:
        found(one, since, *events, seen=events[-1][1] + 1 if events else 1)
    moment = days_ago(asked)
    lone = timetofix.of_establishment(one, moment).every.curve
    many = timetofix_parts.of_establishment(one, moment, FixOrigin.DETECTED, is_past=asked > 0).every.curve
    assert (many.n, many.events, many.followed_seconds) == (lone.n, lone.events, lone.followed_seconds)
    assert [(step.seconds, step.ended) for step in many.steps] == [(step.seconds, step.ended) for step in lone.steps]


def test_from_notification_the_clock_starts_when_a_message_left(one):
    told(found(one, 20, ("closed", 5)), 12)
    parts = timetofix_parts.of_establishment(one, NOW, FixOrigin.NOTIFIED, is_past=False)
    assert (parts.every.curve.followed_seconds, parts.every.curve.events) == (7 * 86_400, 1)


def test_the_first_message_counts_and_one_that_came_back_does_not(one):
    finding = found(one, 20)
    told(finding, 15, state="bounced")
    told(finding, 9)
    told(finding, 4)
    parts = timetofix_parts.of_establishment(one, NOW, FixOrigin.NOTIFIED, is_past=False)
    assert parts.every.curve.followed_seconds == 9 * 86_400


def test_what_nobody_was_told_and_what_was_over_before_are_left_out_and_counted(one):
    found(one, 20)
    told(found(one, 20, ("closed", 15)), 10)
    parts = timetofix_parts.of_establishment(one, NOW, FixOrigin.NOTIFIED, is_past=False)
    assert (parts.every.curve.n, parts.not_told, parts.over_before) == (0, 1, 1)


def test_a_message_sent_after_the_day_asked_for_had_told_nobody_by_then(one):
    told(found(one, 20), 5)
    parts = timetofix_parts.of_establishment(one, days_ago(6), FixOrigin.NOTIFIED, is_past=True)
    assert (parts.every.curve.n, parts.not_told) == (0, 1)


def test_the_parts_of_each_way_add_up_to_the_whole(one):
    other = factories.EstablishmentFactory(
        department=factories.DepartmentFactory(code="Y1", parent=factories.RegionFactory(code="Y1", name="Ostrevent"))
    )
    factories.SiteFactory(establishment=other)
    nation = factories.RegionFactory(kind="nation", code="ZZ", name="Nation")
    for number, (severity, establishment) in enumerate(
        [("critical", one), ("high", one), ("high", other), ("low", other), ("medium", one), ("high", one)]
    ):
        found(establishment, 10 + number, severity=severity, exploited=number < 2)
    parts = timetofix_parts.of_territory(nation, NOW.date(), NOW, FixOrigin.DETECTED, is_past=False)
    assert parts.every.curve.n == 6
    for way in (parts.by_severity, parts.by_equipment, parts.by_region, parts.by_size):
        assert sum(part.curve.n for part in way) == 6
    assert parts.exploited.curve.n == 2
    assert {part.label: part.curve.n for part in parts.by_region} == {"Valombre": 4, "Ostrevent": 2}
    assert {part.slug: part.curve.n for part in parts.by_size} == {"medium": 4, "unknown": 2}


def test_a_median_that_rests_on_the_last_one_followed_is_not_reached(one):
    for days in (20, 21, 22, 23, 24):
        found(one, days)
    found(one, 26, ("closed", 1))  # one of six is mended, and nobody else was followed so long
    part = timetofix_parts.of_establishment(one, NOW, FixOrigin.DETECTED, is_past=False).every
    assert part.curve.median.seconds == 25 * 86_400
    assert (part.is_told, part.median.seconds) == (True, None)


def test_beds_that_nobody_told_are_a_class_of_their_own(one):
    rule = fix_rule(NOW.date())
    assert timetofix_parts._size(None, rule) == "unknown"
    assert [timetofix_parts._size(beds, rule) for beds in (0, 99, 100, 299, 300, 999, 1000)] == [
        "small", "small", "medium", "medium", "large", "large", "largest",
    ]  # fmt: skip


def test_the_kinds_of_equipment_are_those_of_the_fingerprints():
    slugs = {*equipment.KINDS.values(), equipment.OTHER, equipment.SETTING}
    assert slugs == set(EquipmentKind.values)
    assert equipment.equipment_of("fortinet:fortios", remote_access=False) == "remote_access"
    assert equipment.equipment_of("openbsd:openssh", remote_access=True) == "remote_access"
    assert equipment.equipment_of("nobody:nothing", remote_access=False) == "other"


def test_the_number_of_queries_does_not_grow_with_the_findings(one, django_assert_num_queries):
    for _ in range(30):
        found(one, 10, ("closed", 3))
    with django_assert_num_queries(4):
        timetofix_parts.of_establishment(one, NOW, FixOrigin.NOTIFIED, is_past=False)
